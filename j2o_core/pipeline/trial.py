"""Runs the tests of a spec: one record each through mapping, rules and references; offline, without any system.

Rules across items are asked of the record and of those that its test puts beside it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

from ..checks.broken import told_of
from ..engine.missing import References
from ..hooks.registry import LOADER, SPLITTER, Registry
from ..mapping.codes import ITEM_SKIPPED
from ..mapping.compiled import CompileError, EntityMapping, compile_entity
from ..mapping.rules import SKIP, WARN
from ..model.effect import TargetItem
from ..model.origin import Origin
from ..model.outcome import ItemFailed, ItemSkipped
from ..model.payload import Ref
from ..model.problem import ERROR, WARNING, Place, Problem
from ..model.record import Record
from ..spec.cases import Case
from ..spec.model import EntitySpec, Spec
from .company import broken_in
from .expectation import Became, Difference, Mocked, compare
from .legible import Legible
from .records import Sourced

#: the source of the records that tests make up
_SOURCE = "test"


@dataclass(frozen=True)
class Verdict:
    """What came of one test, and how many seconds it took."""

    case: Case
    differences: tuple[Difference, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.differences


class Trial:
    """Runs tests against one checked spec. A mapping is compiled once for each set of field names.

    ``compiled`` are mappings that were compiled already, without field names.
    """

    def __init__(self, spec: Spec, registry: Registry, compiled: Optional[Mapping[str, EntityMapping]] = None) -> None:
        self._spec, self._registry = spec, registry
        self._mappings: dict[Any, EntityMapping] = {(name, ()): mapping for name, mapping in (compiled or {}).items()}
        self._legible = Legible(registry)

    def run(self, cases: Iterable[Case]) -> Iterator[Verdict]:
        """The verdicts, in the order of the tests."""
        for case in cases:
            start = time.perf_counter()
            differences = tuple(compare(case, self.became(case), self._spec))
            yield Verdict(case, differences, time.perf_counter() - start)

    def became(self, case: Case) -> Became:
        """What becomes of the record of a test."""
        entity = self._spec.entities[case.entity]
        try:
            mapping = self._mapping(entity, case.fields)
        except CompileError as error:
            return Became(failures=tuple(problem for problem in error.problems if problem.severity == ERROR))
        record, parent = _record(case.entity, case.source), self._parent(entity, case.parent)
        mapped = mapping.apply(record, parent)
        warnings = tuple(problem for problem in mapped.problems if problem.severity == WARNING)
        if mapped.fail is not None:
            more = (problem for problem in mapped.problems if problem.severity == ERROR)
            return Became(failures=(mapped.fail, *more), warnings=warnings)
        if mapped.skip is not None:
            left_out = Problem(ITEM_SKIPPED, mapped.skip, WARNING, mapped.skip_place)
            return Became(skipped=left_out, warnings=warnings)
        beside = [
            Sourced(_record(case.entity, one.source), self._parent(entity, one.parent)) for one in case.beside or ()
        ]
        faulty = tuple(_faulty(mapping, beside))
        if faulty:
            return Became(failures=faulty, warnings=warnings)
        company = beside if case.beside is not None else None
        broken = broken_in(mapping, Sourced(record, parent), company, case.refs) if mapping.across else ()
        found = list(told_of(mapping, mapping.scope(record, parent, mapped.payload), broken))
        warnings += tuple(problem for problem, on_fail in found if on_fail == WARN)
        skipped = [problem for problem, on_fail in found if on_fail == SKIP]
        failures = tuple(problem for problem, on_fail in found if on_fail not in (WARN, SKIP))
        if failures or skipped:
            return Became(skipped=None if failures else skipped[0], failures=failures, warnings=warnings)
        references = References(lambda ref: _find(ref, case.refs), self._required(entity))
        try:
            payload = references.payload(mapped.payload)
        except ItemFailed as error:
            return Became(
                failures=(Problem(error.code, error.message, ERROR, _made_at(error, entity)),), warnings=warnings
            )
        except ItemSkipped as error:
            return Became(
                skipped=Problem(error.code, error.message, WARNING, _made_at(error, entity)), warnings=warnings
            )
        preserved = {**mapped.preserved, **{note.label: note.text for note in references.notes}}
        return Became(self._legible.of(payload), self._legible.of(preserved), warnings=warnings)

    def _mapping(self, entity: EntitySpec, fields: Mapping[str, str]) -> EntityMapping:
        key = (entity.name, tuple(fields.items()))
        if key not in self._mappings:
            self._mappings[key] = compile_entity(entity, self._spec, self._registry, fields, complete=False)
        return self._mappings[key]

    def _parent(self, entity: EntitySpec, parent: Optional[Mapping[str, Any]]) -> Optional[Record]:
        """The record that another was part of; an empty one where a test gives none and a run always does."""
        of = [part.of for part in entity.extract if part.of and not self._is_shared(part.split)]
        if not of or (parent is None and len(of) < len(entity.extract)):
            return None
        return _record(of[0], parent or {})

    def _is_shared(self, split: Optional[str]) -> bool:
        splitter = self._registry.find(SPLITTER, split) if split else None
        return bool(splitter is not None and splitter.shared)

    def _required(self, entity: EntitySpec) -> tuple[str, ...]:
        loader = self._registry.find(LOADER, entity.load.plugin) if entity.load else None
        return tuple(loader.required) if loader is not None else ()


def _record(entity: str, data: Mapping[str, Any]) -> Record:
    identifier = str(data.get("id") or data.get("key") or "1")
    return Record(Origin(_SOURCE, entity, identifier), str(data.get("key") or identifier), data)


def _faulty(mapping: EntityMapping, beside: Sequence[Sourced]) -> Iterator[Problem]:
    """What keeps records beside the tested one from being compared with it, which no test can mean."""
    for number, one in enumerate(beside, 1):
        mapped = mapping.apply(one.record, one.source)
        if mapped.fail is not None and not mapped.stops:
            yield replace(mapped.fail, message=f"record {number} beside it: {mapped.fail.message}")


def _find(ref: Ref, known: Mapping[str, frozenset[str]]) -> Optional[TargetItem]:
    """The item that a reference finds among those that the test says exist."""
    here = known.get(ref.entity)
    if any(here is None or alias in here for alias in ref.aliases):
        return Mocked(ref.entity, ref.aliases[0], ref.label, aliases=ref.aliases)
    if ref.use is not None and (here is None or ref.use in here):
        return Mocked(ref.entity, ref.use, aliases=(ref.use,))
    if ref.stand_in is not None and any(alias in known.get(ref.stand_in, ()) for alias in ref.aliases):
        return Mocked(ref.stand_in, ref.aliases[0], ref.label, aliases=ref.aliases)
    return None


def _made_at(error: Exception, entity: EntitySpec) -> Optional[Place]:
    """The line of the field that an unresolved reference was to fill; its message begins with the field's name."""
    field = entity.map.get(str(error).partition(": ")[0])
    return field.place if field is not None else entity.place
