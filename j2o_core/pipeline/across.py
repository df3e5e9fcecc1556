"""Rules across items: every record of an entity says its part, then each rule is asked who breaks it."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from ..checks.findings import EXAMPLES, Findings
from ..ledger.items import Items
from ..mapping import codes
from ..mapping.across import COUNT, EXISTS, UNIQUE, AcrossRule
from ..mapping.compiled import EntityMapping
from ..mapping.rules import SKIP, STOP, WARN
from ..model.payload import FAIL
from ..model.problem import ERROR, WARNING, Problem
from ..snapshot.facts import Broken, Facts
from ..snapshot.rows import Stub
from ..snapshot.store import Snapshot
from .interrupt import Interrupted
from .options import Emit
from .records import Records, Sourced
from .saying import fact_of
from .wiring import Wiring


class Across:
    """Looks at the entities that have such rules; every other costs nothing. Memory holds chunks alone.

    Which items break a rule stands in the snapshot afterwards (``Facts.broken``). ``stops`` and ``told`` are what was
    found of groups rather than of items.
    """

    def __init__(self, wiring: Wiring, snapshot: Snapshot, items: Items, emit: Emit, stop: threading.Event) -> None:
        self._wiring, self._snapshot, self._items = wiring, snapshot, items
        self._records = Records(snapshot, wiring.derivations)
        self._emit, self._stop = emit, stop
        self._facts = Facts(snapshot)
        self.stops, self.told = Findings(), Findings()

    def look(self) -> None:
        """Ask every record and every rule. Raises ``Interrupted``; asked again, what is known already is not redone."""
        for entity in self._wiring.entities:
            mapping = self._wiring.mappings[entity]
            if not mapping.across:
                continue
            self._emit({"event": "stage_started", "stage": "check", "entity": entity})
            self._gather(entity, mapping)
            self._facts.clear(entity)
            for rule in mapping.across:
                if rule.spec.kind == UNIQUE:
                    self._judge_unique(entity, rule)
                elif rule.spec.kind == EXISTS:
                    self._judge_exists(entity, rule)
                else:
                    self._judge_count(entity, rule)

    # ---------------------------------------------------------------- what records say

    def _gather(self, entity: str, mapping: EntityMapping) -> None:
        forms = _forms(mapping)
        done = 0
        for stubs in self._snapshot.stubs(entity):
            if self._stop.is_set():
                raise Interrupted
            known = self._facts.digests(entity, [stub.id for stub in stubs])
            todo = [stub for stub in stubs if known.get(stub.id) != _digest(stub, forms)]
            facts = [
                fact_of(mapping, sourced, _digest(stub, forms))
                for stub, sourced in zip(todo, self._records.load(entity, todo))
            ]
            self._facts.put(entity, facts)
            done += len(stubs)
            self._emit({"event": "progress", "stage": "check", "entity": entity, "done": done, "total": None})

    # ---------------------------------------------------------------- who breaks them

    def _judge_unique(self, entity: str, rule: AcrossRule) -> None:
        for value, count in self._facts.groups(entity, rule.name, at_least=2):
            keeper, key = self._keeper(entity, rule, value)
            for chunk in self._facts.sharing(entity, rule.name, value):
                others = [Broken(id, rule.name, value, count, key) for id, _ in chunk if id != keeper]
                self._facts.enter(entity, others)

    def _keeper(self, entity: str, rule: AcrossRule, value: str) -> tuple[str, str]:
        """The record that may keep a value: one that was written before, else the one with the lowest id."""
        lowest = None
        for chunk in self._facts.sharing(entity, rule.name, value):
            lowest = lowest or chunk[0]
            written = self._items.get(entity, [id for id, _ in chunk])
            for id, key in chunk:
                if id in written:
                    return id, key
        assert lowest is not None
        return lowest

    def _judge_exists(self, entity: str, rule: AcrossRule) -> None:
        assert rule.spec.within is not None
        for chunk in self._facts.nameless(entity, rule.name, rule.spec.within):
            self._facts.enter(entity, [Broken(id, rule.name, value) for id, value in chunk])

    def _judge_count(self, entity: str, rule: AcrossRule) -> None:
        for value, count in self._counts(entity, rule):
            if (rule.spec.min or 0) <= count and (rule.spec.max is None or count <= rule.spec.max):
                continue
            if rule.spec.on_fail in (STOP, WARN) or not count:
                self._tell(entity, rule, value, count)
                continue
            for chunk in self._facts.sharing(entity, rule.name, value):
                self._facts.enter(entity, [Broken(id, rule.name, value, count) for id, _ in chunk])

    def _counts(self, entity: str, rule: AcrossRule) -> Iterator[tuple[str, int]]:
        counted = False
        for group in self._facts.groups(entity, rule.name):
            counted = True
            yield group
        if not counted and rule.value is None:
            yield "", 0

    def _tell(self, entity: str, rule: AcrossRule, value: str, count: int) -> None:
        severity = WARNING if rule.spec.on_fail in (WARN, SKIP) else ERROR
        first = next(self._facts.sharing(entity, rule.name, value), [])
        text = rule.tell(self._scope(entity, first[0][0]) if first else {}, value, count)
        problem = Problem(codes.RULE_BROKEN, text, severity, rule.place, rule.spec.path, entity=entity)
        keys = [key for _, key in first[:EXAMPLES]]
        (self.stops if rule.spec.on_fail == STOP else self.told).add(problem, max(count, 1), keys)

    def _scope(self, entity: str, identifier: str) -> Mapping[str, Any]:
        sourced, mapping = self._records.one(entity, identifier), self._wiring.mappings[entity]
        if sourced is None:
            return {}
        return mapping.scope(sourced.record, sourced.source, mapping.apply(sourced.record, sourced.source).payload)


@dataclass(frozen=True)
class Answer:
    """What a rule says of one item: ``told`` where it says anything but that it holds. ``fate`` is what becomes of an
    item that is not written because of it: ``failed: ...``, ``skipped: ...`` or ``stops the run: ...``."""

    rule: AcrossRule
    told: str = ""
    fate: str = ""


def answers(snapshot: Snapshot, entity: str, mapping: EntityMapping, sourced: Sourced) -> Iterator[Answer]:
    """What was found of one record, rule by rule; where the record or the spec changed since, that it was not asked."""
    if not mapping.across:
        return
    record, facts = sourced.record, Facts(snapshot)
    identifier = record.origin.id
    known = facts.digests(entity, [identifier]).get(identifier, "")
    asked = known.startswith(f"{record.digest}+") and known.endswith(f"+{_forms(mapping)}")
    broken = {one.rule: one for one in facts.broken(entity, [identifier]).get(identifier, ())}
    scope = mapping.scope(record, sourced.source, mapping.apply(record, sourced.source).payload)
    for rule in mapping.across:
        one = broken.get(rule.name)
        if not asked:
            yield Answer(rule, "not asked since the record or the spec changed: `j2o check` asks")
        elif one is not None:
            told = one.value if one.failed else rule.tell(scope, one.value, one.count, one.first)
            yield Answer(rule, told, _fate(rule, told, one.failed))
        elif rule.spec.kind == COUNT and rule.spec.on_fail in (STOP, WARN):
            yield Answer(rule, "asked of the group, not of its items: `j2o check` tells")
        else:
            yield Answer(rule)


def _fate(rule: AcrossRule, told: str, failed: bool) -> str:
    if rule.spec.on_fail == STOP:
        return f"stops the run: {told}"
    if failed or rule.spec.on_fail == FAIL:
        return f"failed: {codes.NOT_EVALUATED if failed else codes.RULE_BROKEN} {told}"
    return f"skipped: {told}" if rule.spec.on_fail == SKIP else ""


def _forms(mapping: EntityMapping) -> str:
    """What an answer depends on beside the record."""
    return ",".join([mapping.digest, *(rule.digest for rule in mapping.across)])


def _digest(stub: Stub, forms: str) -> str:
    return f"{stub.digest}+{stub.parent_digest or ''}+{forms}"
