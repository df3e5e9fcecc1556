"""The check of a whole snapshot, record by record: no I/O, memory that holds numbers and not records."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterator, Mapping, Optional

from ..expressions.names import fold
from ..hooks.protocols import Loader
from ..hooks.registry import RECORD_SCHEMA, Registry
from ..mapping.model import Mapped
from ..model.payload import FAIL, Ref
from ..model.problem import ERROR, WARNING, Problem
from ..model.record import Record
from ..spec.model import EntitySpec, Spec
from . import codes
from .findings import EXAMPLES, Finding, Findings
from .records import check_against_any

Known = Callable[[str, str], bool]


class Checker:
    """Takes every record with what became of it in mapping, in any order, then tells what is wrong, by root cause.

    ``loaders`` by entity are asked for what the target would refuse. ``known(entity, alias)`` tells whether a reference
    finds something; without it only the records fed here count, and the answer waits for the end.
    """

    def __init__(
        self, spec: Spec, registry: Registry, loaders: Mapping[str, Loader], known: Optional[Known] = None
    ) -> None:
        self._spec, self._loaders, self._known = spec, loaders, known
        self._schemas = {name: list(_schemas(entity, registry)) for name, entity in spec.entities.items()}
        self._findings = Findings()
        self._counts = dict.fromkeys(spec.entities, 0)
        self._origins: set[int] = set()
        self._names: dict[str, dict[int, int]] = {name: {} for name in spec.entities}
        self._waiting: dict[tuple[str, tuple[int, ...], str], _Waiting] = {}
        self._parents: dict[str, dict[int, tuple[tuple[int, ...], str]]] = {}

    def feed(self, entity: str, record: Record, mapped: Mapped) -> None:
        """Check one record. Both arguments are only read."""
        self._counts[entity] += 1
        identity = _number(str(record.origin))
        if identity in self._origins:
            self._tell(codes.DUPLICATE_RECORD, f"the id {record.origin.id} occurs twice", entity, record.key)
        self._origins.add(identity)
        names = self._names[entity]
        for alias in {record.origin.id, record.key, *record.aliases}:
            names.setdefault(_number(fold(alias)), identity)
        if record.parent is not None:
            self._expect(
                Ref(record.parent.entity, (record.parent.id,), record.parent.id),
                Problem(codes.ORPHAN, f"belongs to none of the {record.parent.entity}", entity=entity, key=record.key),
            )
        for problem in check_against_any(record, self._schemas[entity]):
            self._findings.add(problem)
        for problem in mapped.problems:
            self._findings.add(problem)
        if mapped.fail is not None:
            self._findings.add(mapped.fail)
        if mapped.fail is None and mapped.skip is None:
            self._check_payload(entity, record, identity, mapped.payload)

    def findings(self) -> list[Finding]:
        """All causes, ranked; to be called once, after the last record."""
        self._settle_references()
        for entity in self._parents:
            for circle in self._circles(entity):
                keys = " → ".join(circle[:5]) + (" → …" if len(circle) > 5 else "")
                self._tell(codes.CIRCLE, f"its own ancestor: {keys}", entity, circle[0], self._parent_field(entity))
        for entity, count in self._counts.items():
            if count == 0 and self._spec.entities[entity].load is not None:
                self._tell(codes.NO_RECORDS, f"no record of {entity} was extracted", entity, "")
        return self._findings.ranked()

    def finish(self) -> list[Problem]:
        """The findings as problems, counts and examples in their messages."""
        return [finding.summary() for finding in self.findings()]

    # ---------------------------------------------------------------- payloads and references

    def _check_payload(self, entity: str, record: Record, identity: int, payload: Mapping[str, Any]) -> None:
        parent_field = self._parent_field(entity)
        for name, value in payload.items():
            for ref in value if isinstance(value, list) else (value,):
                if isinstance(ref, Ref):
                    self._check_reference(entity, record.key, name, ref)
                    if name == parent_field and ref.entity == entity and ref.aliases:
                        aliases = tuple(_number(fold(alias)) for alias in ref.aliases)
                        self._parents.setdefault(entity, {})[identity] = (aliases, record.key)
        loader = self._loaders.get(entity)
        if loader is not None:
            for problem in loader.problems(payload):
                self._findings.add(replace(problem, entity=entity, key=record.key))

    def _parent_field(self, entity: str) -> str:
        loader = self._loaders.get(entity)
        return (loader.parent_field or "") if loader is not None else ""

    def _check_reference(self, entity: str, key: str, field: str, ref: Ref) -> None:
        label = ref.label or (ref.aliases[0] if ref.aliases else "?")
        fails = ref.missing == FAIL and ref.use is None
        code = codes.DANGLING_REFERENCE if fails else codes.MISSING_REFERENCE
        policy = "" if fails else f" (missing: {f'use {ref.use}' if ref.use is not None else ref.missing})"
        message = f"{field}: '{label}' is not among the {ref.entity}{policy}"
        self._expect(ref, Problem(code, message, ERROR if fails else WARNING, entity=entity, key=key, field=field))

    def _expect(self, ref: Ref, problem: Problem) -> None:
        if self._known is not None:
            if not any(self._known(ref.entity, alias) for alias in ref.aliases):
                self._findings.add(problem)
            return
        aliases = tuple(_number(fold(alias)) for alias in ref.aliases)
        if any(alias in self._names.get(ref.entity, {}) for alias in aliases):
            return
        waiting = self._waiting.setdefault(
            (ref.entity, aliases, f"{problem.entity} {problem.message}"), _Waiting(problem)
        )
        waiting.count += 1
        if len(waiting.keys) < EXAMPLES:
            waiting.keys.append(problem.key)

    def _settle_references(self) -> None:
        for (entity, aliases, _), waiting in self._waiting.items():
            if not any(alias in self._names.get(entity, {}) for alias in aliases):
                self._findings.add(waiting.problem, waiting.count, waiting.keys)
        self._waiting.clear()

    def _tell(self, code: str, message: str, entity: str, key: str, field: str = "") -> None:
        self._findings.add(Problem(code, message, codes.CODES[code].severity, entity=entity, key=key, field=field))

    # ---------------------------------------------------------------- circles

    def _circles(self, entity: str) -> Iterator[list[str]]:
        names, parents = self._names[entity], self._parents[entity]
        done: set[int] = set()
        for start in parents:
            way: dict[int, str] = {}
            at: Optional[int] = start
            while at is not None and at not in done and at in parents and at not in way:
                aliases, key = parents[at]
                way[at] = key
                at = next((names[alias] for alias in aliases if alias in names), None)
            if at is not None and at in way:
                members = list(way)
                yield [way[member] for member in members[members.index(at) :]]
            done.update(way)


@dataclass
class _Waiting:
    """A reference that nothing answers yet, however many items make it."""

    problem: Problem
    count: int = 0
    keys: list[str] = field(default_factory=list)


def _schemas(entity: EntitySpec, registry: Registry) -> Iterator[Mapping[str, Any]]:
    for extract in entity.extract:
        schema = registry.find(RECORD_SCHEMA, extract.plugin or extract.split or "")
        if schema is not None:
            yield schema
        else:
            return  # a record may come from the extractor that states nothing


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
