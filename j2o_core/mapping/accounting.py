"""Accounts for every source value: what no field took and no line dropped is preserved, told, or refused.

The unit is a field: a key of ``fields`` where the record has such an object, else a key of the record itself. A path
into a field claims all of it, an index into its list one element. A record that was split from another accounts for
its own data alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import AbstractSet, Any, Iterable, Mapping, Optional, Union

from ..expressions.errors import ExpressionSyntaxError
from ..expressions.names import FieldNames
from ..expressions.paths import FIELDS, Path, fields_of, parse_path
from ..spec.model import EntitySpec, Spec
from .compiler import Compiler
from .readable import Readable, is_blank

PRESERVE, WARN, FREEZE = "preserve", "warn", "freeze"


@dataclass(frozen=True)
class Claims:
    """What is taken: everything, whole fields by id, or single elements of a field's list.

    Names count for the inner fields or for the outer keys; which of them the record decides.
    """

    everything: bool
    inner: frozenset[str]
    outer: frozenset[str]
    inner_picks: frozenset[tuple[str, int]]
    outer_picks: frozenset[tuple[str, int]]


def claims(paths: Iterable[Path], split: bool) -> Claims:
    """The claims of paths on the item. For a split record only ``item`` paths count."""
    everything = False
    inner: set[str] = set()
    outer: set[str] = set()
    inner_picks: set[tuple[str, int]] = set()
    outer_picks: set[tuple[str, int]] = set()
    for path in paths:
        if path.root == "field":
            if path.field is not None and not split:
                for names, picks in ((inner, inner_picks), (outer, outer_picks)):
                    _claim((path.field, *path.keys), names, picks)
            continue
        if path.root != "item" and (split or path.root != "source"):
            continue
        if not path.keys or path.keys == (FIELDS,):
            everything = True
            continue
        if path.keys[0] == FIELDS:
            _claim(path.keys[1:], inner, inner_picks)
        _claim(path.keys, outer, outer_picks)
    return Claims(everything, frozenset(inner), frozenset(outer), frozenset(inner_picks), frozenset(outer_picks))


class Accounting:
    """Finds what is left of a record. ``paths`` are those that are claimed whatever the fields make of them."""

    def __init__(
        self,
        paths: Iterable[Path],
        fields: Iterable[frozenset[Path]],
        names: FieldNames,
        readable: Readable,
        split: bool,
    ) -> None:
        self._always = list(paths)
        self._fields = list(fields)
        self._names, self._readable, self._split = names, readable, split
        self._all = self._claims(frozenset())
        self._known: dict[frozenset[int], Claims] = {}

    def left(self, data: Any, cut: AbstractSet[int]) -> Mapping[str, Any]:
        """Readable values by display name, sorted; ``cut`` are the positions of fields that did not take theirs."""
        taken = self._all if not cut else self._without(frozenset(cut))
        if taken.everything or not isinstance(data, dict):
            return {}
        container = fields_of(data)
        whole, picks = (taken.outer, taken.outer_picks) if container is data else (taken.inner, taken.inner_picks)
        found = {}
        for name, value in container.items():
            if value is None or name in whole or is_blank(value):
                continue
            if picks:
                value = _without_picks(name, value, picks)
                if is_blank(value):
                    continue
            found[self._names.display(name)] = self._readable.of(value)
        return dict(sorted(found.items())) if len(found) > 1 else found

    def _without(self, cut: frozenset[int]) -> Claims:
        found = self._known.get(cut)
        if found is None:
            found = self._claims(cut)
            if len(self._known) < 1_000:
                self._known[cut] = found
        return found

    def _claims(self, cut: frozenset[int]) -> Claims:
        paths = [*self._always]
        for index, field in enumerate(self._fields):
            if index not in cut:
                paths.extend(field)
        return claims(paths, self._split)


def standing_claims(entity: EntitySpec, spec: Spec, compiler: Compiler) -> list[Path]:
    """The paths that ``drop`` lines and the entities made from this one's records claim."""
    paths = []
    for text in entity.drop:
        paths.extend(_dropped(text, entity, compiler))
    for other in spec.entities.values():
        for extract in other.extract:
            if extract.of != entity.name:
                continue
            texts = [text for text in (extract.each, extract.total) if text]
            if extract.split is not None:
                splitter = compiler.registry.find("splitter", extract.split)
                texts.extend(splitter.consumes if splitter else ())
            for text in texts:
                path = compiler.path(text, extract.place, f"entities.{other.name}.extract")
                if path is not None:
                    paths.append(path)
    return paths


def _dropped(text: str, entity: EntitySpec, compiler: Compiler) -> list[Path]:
    where = f"entities.{entity.name}.drop"
    name = _display_name(text)
    if name is None:
        path = compiler.path(text, entity.place, where)
        return [path] if path is not None else []
    # A field that is not there needs no dropping, and of several with one name the line means all.
    return [Path("field", (), name, identifier) for identifier in compiler.names.all(name)]


def _display_name(text: str) -> Optional[str]:
    try:
        path = parse_path(text, FieldNames({}))
    except ExpressionSyntaxError:
        return None
    return path.name if not path.keys else None


def _claim(keys: tuple[Union[str, int], ...], names: set[str], picks: set[tuple[str, int]]) -> None:
    name = str(keys[0])
    if len(keys) > 1 and isinstance(keys[1], int):
        picks.add((name, keys[1]))
    else:
        names.add(name)


def _without_picks(name: str, value: Any, picks: AbstractSet[tuple[str, int]]) -> Any:
    taken = {index for owner, index in picks if owner == name}
    if not taken:
        return value
    if not isinstance(value, list):
        return None
    gone = {index % len(value) for index in taken if -len(value) <= index < len(value)}
    return [item for index, item in enumerate(value) if index not in gone]
