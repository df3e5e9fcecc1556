"""The check of one item before it is planned: its record, what its mapping makes of it, what the target would say."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Iterable, Iterator, Mapping, Optional, Sequence

from ..hooks.protocols import Loader, Meant
from ..hooks.registry import RECORD_SCHEMA, Registry
from ..mapping.codes import ITEM_SKIPPED
from ..mapping.compiled import EntityMapping
from ..mapping.model import Mapped
from ..mapping.rules import SKIP, STOP, WARN
from ..model.payload import FAIL, Ref
from ..model.problem import ERROR, WARNING, Problem
from ..model.record import Record
from ..snapshot.facts import Broken
from ..spec.model import Spec
from . import codes
from .broken import told_of
from .left_out import LeftOut
from .policies import Policies
from .records import check_against_any
from .stand_ins import StandIns

#: (entity, alias) → (origin id, key) of the record that the alias names, or None
AliasIndex = Callable[[str, str], Optional["tuple[str, str]"]]

NO_TARGET, NO_TARGET_SKIPPED = "J2O-E011", "J2O-E012"
#: in place of ``NO_TARGET`` where what is referred to was left out
_FOLLOWS = "follows"


def _unknown(ref: Ref) -> None:
    """What a reference means where nobody asks the target."""


@dataclass(frozen=True)
class Verdict:
    """What is to become of one item.

    ``cause``: why it is left out, a warning where it is skipped and an error where it fails; else ``mapped`` can be
    written. ``problems``: what people should know of it. ``replaced``: its references to what is not migrated, for
    which their policy stands in. ``stops``: for what nothing may be written at all, of no item. ``is_none``: there is
    nothing to write, and nothing to tell: it would stand in for what has an item of its own.
    """

    mapped: Optional[Mapped] = None
    cause: Optional[Problem] = None
    problems: tuple[Problem, ...] = ()
    replaced: tuple[Problem, ...] = ()
    stops: tuple[Problem, ...] = ()
    is_none: bool = False


class Checker:
    """Checks items one by one, entities in the order in which they refer to each other. Does no write of any kind.

    What it leaves out it enters into ``left_out``, and what belongs to such an item shares its fate.
    """

    def __init__(
        self,
        spec: Spec,
        registry: Registry,
        mappings: Mapping[str, EntityMapping],
        loaders: Mapping[str, Loader],
        origin: AliasIndex,
        left_out: LeftOut,
        comes: Optional[Callable[[Ref], bool]] = None,
        meant: Meant = _unknown,
    ) -> None:
        """``comes`` tells whether the very item of a reference will be there, where not all items are checked;
        ``meant`` is what loaders are told of the items that a payload refers to."""
        self._mappings, self._loaders, self._origin, self._left_out = mappings, loaders, origin, left_out
        self._meant = meant
        self._schemas = {name: _schemas(spec, registry, name) for name in loaders}
        self._policies = {name: Policies(spec.entities[name], spec) for name in loaders}
        self._stand_ins = StandIns(spec, registry, loaders, comes or self._is_coming)

    def check(self, record: Record, source: Optional[Record], new: bool, broken: Sequence[Broken] = ()) -> Verdict:
        """The verdict on one record; ``source`` is the one it was split from, ``new``: it was never written before.

        ``broken`` are the rules across items that it breaks.
        """
        fate = self._left_out.fate(record.parent) if new else None
        if fate is not None:
            return self._leave_out(record, fate)
        entity = record.origin.entity
        if not self._stand_ins.is_needed(record):
            return Verdict(is_none=True)
        refusal = self._stand_ins.refusal(entity)
        if refusal is not None:
            return self._leave_out(record, refusal)
        # The mapping decides what of a record it takes: what does not look as it should is told, no more.
        told = [replace(found, severity=WARNING) for found in check_against_any(record, self._schemas[entity])]
        mapped = self._mappings[entity].apply(record, source)
        if mapped.stops:
            return self._stopped(mapped, told, self._across(record, source, mapped, broken))
        told.extend(mapped.problems)
        if mapped.skip is not None:
            skipped = Problem(ITEM_SKIPPED, mapped.skip, WARNING, mapped.skip_place)
            return self._leave_out(record, skipped, told)
        if mapped.fail is not None:
            return self._wrong(record, mapped.fail, told, mapped.payload)
        stops: list[Problem] = []
        for found, on_fail in self._across(record, source, mapped, broken):
            if on_fail == WARN:
                told.append(found)
            elif on_fail == STOP:
                stops.append(found)
            else:
                return self._leave_out(record, found, told)
        if stops:
            return Verdict(None, None, tuple(told), (), tuple(stops))
        replaced: list[Problem] = []
        loader = self._loaders[entity]
        for found in (
            *self._references(mapped, loader),
            *loader.problems(mapped.payload),
            *loader.problems_at(mapped.payload, self._meant),
        ):
            if found.code == codes.MISSING_REFERENCE:
                replaced.append(self._of(record, found))
            elif found.code == _FOLLOWS:
                return self._leave_out(record, replace(found, code=NO_TARGET), told)
            elif found.code == NO_TARGET_SKIPPED:
                return self._leave_out(record, found, told)
            elif found.severity == ERROR:
                return self._wrong(record, found, told, mapped.payload)
            else:
                told.append(self._of(record, found))
        return Verdict(mapped, None, tuple(told), tuple(replaced))

    def _stopped(self, mapped: Mapped, told: Sequence[Problem], across: Iterable[tuple[Problem, str]]) -> Verdict:
        """Nothing is left out, so that whatever else stops the run, here and below, is found too."""
        found = list(across)
        stops = (*mapped.stops, *(one for one, on_fail in found if on_fail == STOP))
        others = (mapped.fail, *mapped.problems, *(one for one, _ in found))
        return Verdict(None, None, (*told, *(one for one in others if one and one not in stops)), (), stops)

    def _wrong(self, record: Record, found: Problem, told: Sequence[Problem], payload: Mapping[str, Any]) -> Verdict:
        """An item that cannot be written as it is: what the spec says happens, or nothing is written at all."""
        policies = self._policies[record.origin.entity]
        problem = policies.placed(found, payload.get(found.field))
        if policies.cover(problem):
            return self._leave_out(record, problem, told)
        if policies.otherwise == STOP:
            return Verdict(None, None, tuple(told), (), (self._of(record, problem),))
        severity = WARNING if policies.otherwise == SKIP else ERROR
        return self._leave_out(record, replace(problem, severity=severity), told)

    def _leave_out(self, record: Record, cause: Problem, told: Sequence[Problem] = ()) -> Verdict:
        self._left_out.add(record.origin, cause)
        return Verdict(None, self._of(record, cause), tuple(told))

    def _of(self, record: Record, problem: Problem) -> Problem:
        return replace(problem, entity=problem.entity or record.origin.entity, key=problem.key or record.key)

    def _across(
        self, record: Record, source: Optional[Record], mapped: Mapped, broken: Sequence[Broken]
    ) -> Iterator[tuple[Problem, str]]:
        """What to tell of each rule that the item breaks, and what the rule says to do."""
        if not broken:
            return
        mapping = self._mappings[record.origin.entity]
        scope = mapping.scope(record, source, mapped.payload)
        for found, on_fail in told_of(mapping, scope, broken):
            yield self._of(record, found), on_fail

    def _references(self, mapped: Mapped, loader: Loader) -> Iterator[Problem]:
        payload = mapped.payload
        needed = [payload[name] for name in loader.needs_one_of if payload.get(name)]
        none_left = bool(needed) and not any(not isinstance(one, Ref) or self._is_coming(one) for one in needed)
        for name, value in payload.items():
            for ref in value if isinstance(value, list) else (value,):
                if isinstance(ref, Ref) and not self._is_coming(ref):
                    required = name in loader.required or (none_left and name in loader.needs_one_of)
                    gone = _gone(name, ref, required)
                    # What it refers to was left out, as the spec says: that is the cause, and this follows.
                    follows = gone.code == NO_TARGET and self._named(ref)
                    yield replace(gone, code=_FOLLOWS) if follows else gone

    def _named(self, ref: Ref) -> bool:
        return any(self._origin(ref.entity, alias) is not None for alias in ref.aliases)

    def _is_coming(self, ref: Ref) -> bool:
        for alias in (*ref.aliases, *((ref.use,) if ref.use else ())):
            origin = self._origin(ref.entity, alias)
            if origin is not None and not self._left_out.has(ref.entity, origin[0]):
                return True
        return ref.stand_in is not None and self._is_coming(replace(ref, entity=ref.stand_in, stand_in=None, use=None))


def _gone(field: str, ref: Ref, required: bool) -> Problem:
    label = ref.label or (ref.aliases[0] if ref.aliases else "?")
    message = f"{field}: '{label}' is not among the migrated {ref.entity}"
    if ref.missing == FAIL:
        return Problem(NO_TARGET, message, ERROR, field=field)
    if required:
        return Problem(NO_TARGET_SKIPPED, message, WARNING, field=field)
    policy = f"use {ref.use}" if ref.use is not None else ref.missing
    return Problem(codes.MISSING_REFERENCE, f"{message} (missing: {policy})", WARNING, field=field)


def _schemas(spec: Spec, registry: Registry, entity: str) -> Sequence[Mapping[str, Any]]:
    schemas = []
    for name in _makers(spec, entity):
        schema = registry.find(RECORD_SCHEMA, name)
        if schema is None:
            return ()  # a record may come from this extractor, which states nothing
        schemas.append(schema)
    return schemas


def _makers(spec: Spec, entity: str) -> Iterator[str]:
    """What records of an entity come from: extractors and splitters, or a list in the records of an extractor."""
    for extract in spec.entities[entity].extract:
        if extract.each is None or extract.of is None:
            yield extract.plugin or extract.split or ""
        else:
            yield from (f"{maker}[{extract.each}]" for maker in _makers(spec, extract.of))
