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


class Taken:
    """Keys of one object that are taken: whole, or single elements of the list that they hold."""

    def __init__(self) -> None:
        self.whole: set[str] = set()
        self.picks: dict[str, set[int]] = {}

    def add(self, keys: tuple[Union[str, int], ...]) -> None:
        """Take what a path from the object reaches."""
        if len(keys) > 1 and isinstance(keys[1], int):
            self.picks.setdefault(str(keys[0]), set()).add(keys[1])
        else:
            self.whole.add(str(keys[0]))


@dataclass(frozen=True)
class Claims:
    """What is taken of a record: all of it, or keys of its ``fields``, or of itself where it has none."""

    everything: bool
    inner: Taken
    outer: Taken


def claims(paths: Iterable[Path], split: bool) -> Claims:
    """The claims of paths on the item. For a split record only ``item`` paths count."""
    everything, inner, outer = False, Taken(), Taken()
    for path in paths:
        if path.root == "field":
            if path.field is not None and not split:
                inner.add((path.field, *path.keys))
                outer.add((path.field, *path.keys))
        elif path.root == "item" or (path.root == "source" and not split):
            if not path.keys or path.keys == (FIELDS,):
                everything = True
                continue
            if path.keys[0] == FIELDS:
                inner.add(path.keys[1:])
            outer.add(path.keys)
    return Claims(everything, inner, outer)


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
        keys = taken.outer if container is data else taken.inner
        whole, picks = keys.whole, keys.picks
        found = {}
        for name, value in container.items():
            if value is None or name in whole or is_blank(value):
                continue
            if name in picks:
                value = _without(value, picks[name])
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


def _without(value: Any, picks: AbstractSet[int]) -> Any:
    if not isinstance(value, list):
        return None
    gone = {index % len(value) for index in picks if -len(value) <= index < len(value)}
    return [item for index, item in enumerate(value) if index not in gone]
