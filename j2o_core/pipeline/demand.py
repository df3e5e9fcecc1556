"""How many items of what was read need what somebody else sets up, by value; talks to no system."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any, Iterator, Mapping, Optional, Sequence

from ..hooks.protocols import Loader, Need, Needs
from ..hooks.registry import LOADER
from ..mapping.compiled import EntityMapping, compile_entity
from ..mapping.rules import SOURCE
from ..model.payload import Ref
from ..spec.model import EntitySpec
from .needs import ANY_CUSTOM, CUSTOM, CUSTOM_FIELDS
from .recorded import Recorded

_EXAMPLES = 3
#: different short values of one field that are told apart, and how long a short one is
_OPTIONS, _SHORT = 200, 100

#: (kind, name in one case)
_Key = tuple[str, str]


@dataclass
class _Asked:
    """What is known of one thing from the records: how many items need it, and the first few of them."""

    need: Need
    count: int = 0
    examples: list[str] = field(default_factory=list)
    options: Counter[str] = field(default_factory=Counter)

    def add(self, key: str, options: Sequence[str] = ()) -> None:
        self.count += 1
        if len(self.examples) < _EXAMPLES:
            self.examples.append(key)
        for option in options:
            if option in self.options or len(self.options) < _OPTIONS:
                self.options[option] += 1

    def known(self) -> Need:
        options = tuple(self.options.most_common())
        return replace(self.need, count=self.count, examples=tuple(self.examples), options=options)


def counted(needs: Needs, recorded: Recorded) -> Needs:
    """The needs with how many records ask for each; what the records alone name (kept by a table's ``=``) is added.

    Records that the spec leaves out ask for nothing.
    """
    found: dict[_Key, _Asked] = {_key(need): _Asked(need) for need in needs.needs}
    for entity in recorded.wiring.spec.entities.values():
        loader = recorded.wiring.plugins.registry.find(LOADER, entity.load.plugin) if entity.load else None
        mapping = None if loader is None else _mapping(entity, loader, recorded)
        if loader is not None and mapping is not None:
            _count(entity, loader, mapping, recorded, found)
    return replace(needs, needs=tuple(one.known() for one in found.values()), numbers=_numbers(needs, recorded))


def _numbers(needs: Needs, recorded: Recorded) -> dict[str, tuple[int, int]]:
    """How many keys there are, and the highest number, by what stands before it: of what may be counted alike."""
    found: dict[str, tuple[int, int]] = {}
    for entity, spec in recorded.wiring.spec.entities.items():
        loader = recorded.wiring.plugins.registry.find(LOADER, spec.load.plugin) if spec.load else None
        if loader is None or not loader.can_number or not needs.options.get(entity):
            continue
        for stubs in recorded.snapshot.stubs(entity):
            for stub in stubs:
                name, _, number = stub.key.rpartition("-")
                if name and number.isdecimal():
                    count, highest = found.get(name, (0, 0))
                    found[name] = (count + 1, max(highest, int(number)))
    return found


def _mapping(entity: EntitySpec, loader: type[Loader], recorded: Recorded) -> Optional[EntityMapping]:
    """The fields that name something, and the rules that leave items out; ``None`` where there is no such field."""
    named = {name: made for name, made in entity.map.items() if name in loader.named or name.startswith(CUSTOM)}
    if not named:
        return None
    rules = tuple(rule for rule in entity.rules if rule.on == SOURCE)
    part = replace(entity, map=named, rules=rules, across=(), drop={}, unmapped="preserve")
    wiring = recorded.wiring
    return compile_entity(part, wiring.spec, wiring.plugins.registry, wiring.field_names)


def _count(
    entity: EntitySpec,
    loader: type[Loader],
    mapping: EntityMapping,
    recorded: Recorded,
    found: dict[_Key, _Asked],
) -> None:
    options = [_key(Need(kind, str(entity.load.options[name]))) for name, kind in loader.named_options.items()
               if entity.load is not None and entity.load.options.get(name)]  # fmt: skip
    for stubs in recorded.snapshot.stubs(entity.name):
        for sourced in recorded.records.load(entity.name, stubs):
            mapped = mapping.apply(sourced.record, sourced.source)
            if mapped.skip is not None:
                continue
            for key in options:
                found[key].add(sourced.record.key)
            for need, values in _asked_for(entity, loader, mapped.payload):
                found.setdefault(_key(need), _Asked(need)).add(sourced.record.key, values)


def _asked_for(
    entity: EntitySpec, loader: type[Loader], payload: Mapping[str, Any]
) -> Iterator[tuple[Need, Sequence[str]]]:
    """What one payload names, each once, with the short values of custom fields."""
    for name, value in payload.items():
        place = entity.map[name].place
        given = _texts(value)
        if name.startswith(CUSTOM):
            if value not in (None, "", [], ()):
                kind = loader.named.get(ANY_CUSTOM, CUSTOM_FIELDS)
                yield Need(kind, name[len(CUSTOM) :], entity.name, name, place), given
            continue
        for text in dict.fromkeys(given):
            yield Need(loader.named[name], text, entity.name, name, place, on_fail=entity.on_fail), ()
    for kind, names in loader.named_together.items():
        parts = tuple(str(payload[name]) for name in names if payload.get(name))
        if len(parts) == len(names):
            place, field_names = entity.map[names[-1]].place, " and ".join(names)
            made = Need(kind, ": ".join(parts), entity.name, field_names, place, parts=parts, on_fail=entity.on_fail)
            yield made, ()


def _texts(value: Any) -> list[str]:
    """The plain short texts and numbers of a value."""
    values = value if isinstance(value, (list, tuple)) else [value]
    return [
        str(one)
        for one in values
        if isinstance(one, (str, int, float)) and not isinstance(one, (bool, Ref)) and 0 < len(str(one)) <= _SHORT
    ]


def _key(need: Need) -> _Key:
    return need.kind, need.name.casefold()
