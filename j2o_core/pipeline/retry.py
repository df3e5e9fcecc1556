"""Which records a run is about that does again what failed in an earlier one."""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Engine, func, select

from ..engine.resolve import Resolver
from ..ledger import tables
from ..ledger.listing import FAILED, SKIPPED
from ..model.payload import Ref
from ..model.problem import ERROR
from ..snapshot.rows import Stub

#: what is skipped only because something else is not there
_FOLLOWING = ("J2O-E010", "J2O-E012")


class Retry:
    """The failures of the run ``of``, in chunks from the ledger. ``skipped``: with all that was skipped in it.

    What was skipped, or lacks a reference, because of a failed item is about this run too (``follows``).
    """

    def __init__(self, engine: Engine, of: str, skipped: bool, resolver: Resolver) -> None:
        self._engine = engine
        self._of = of
        self._outcomes = (FAILED, SKIPPED) if skipped else (FAILED,)
        self._resolver = resolver
        self.of, self.skipped = of, skipped

    def choose(self, entity: str, stubs: Sequence[Stub], incomplete: Sequence[str]) -> tuple[list[Stub], set[str]]:
        """Those to look at, and the ids among them that failed; the others only may ``follow`` from what failed.

        ``incomplete`` are ids of items that lack a reference.
        """
        origins = [stub.id for stub in stubs]
        failed = self.failed(entity, origins)
        maybe = {*failed, *incomplete, *self._following(entity, origins)}
        return [stub for stub in stubs if stub.id in maybe], failed

    def follows(self, payload: Mapping[str, Any]) -> bool:
        """Whether a payload refers to an item that failed, or whose stand-in did."""
        for ref in references(payload):
            for entity in (ref.entity, *((ref.stand_in,) if ref.stand_in else ())):
                for alias in ref.aliases:
                    origin = self._resolver.origin(entity, alias)
                    if origin is not None and self.failed(entity, [origin[0]]):
                        return True
        return False

    def failed(self, entity: str, origins: Sequence[str]) -> set[str]:
        """Those of the origins that failed, or whose last touches did."""
        found: set[str] = set()
        with self._engine.connect() as connection:
            for part in _chunks(origins):
                found.update(self._listed(connection, entity, part, tables.listed.c.outcome.in_(self._outcomes)))
                statement = select(tables.problem.c.origin).where(
                    tables.problem.c.run == self._of,
                    tables.problem.c.stage == "apply",
                    tables.problem.c.severity == ERROR,
                    tables.problem.c.entity == entity,
                    tables.problem.c.origin.in_(list(part)),
                )
                found.update(connection.execute(statement).scalars())
        return found

    def _following(self, entity: str, origins: Sequence[str]) -> set[str]:
        found: set[str] = set()
        with self._engine.connect() as connection:
            for part in _chunks(origins):
                skipped = tables.listed.c.outcome == SKIPPED
                found.update(self._listed(connection, entity, part, skipped, tables.listed.c.code.in_(_FOLLOWING)))
        return found

    def _listed(self, connection: Connection, entity: str, origins: Sequence[str], *conditions: Any) -> list[str]:
        statement = select(tables.listed.c.origin).where(
            tables.listed.c.run == self._of,
            tables.listed.c.entity == entity,
            tables.listed.c.origin.in_(list(origins)),
            *conditions,
        )
        return list(connection.execute(statement).scalars())


def failures(connection: Connection, run: str, skipped: bool) -> int:
    """How many items of a run there are to retry."""
    outcomes = (FAILED, SKIPPED) if skipped else (FAILED,)
    listed = select(func.count()).where(tables.listed.c.run == run, tables.listed.c.outcome.in_(outcomes))
    touched = select(func.count()).where(
        tables.problem.c.run == run,
        tables.problem.c.stage == "apply",
        tables.problem.c.severity == ERROR,
        tables.problem.c.origin != "",
    )
    return int(connection.execute(listed).scalar_one()) + int(connection.execute(touched).scalar_one())


def references(payload: Any) -> Iterator[Ref]:
    """Every reference in a payload; those in rich text excepted."""
    if isinstance(payload, Ref):
        yield payload
    elif isinstance(payload, Mapping):
        for value in payload.values():
            yield from references(value)
    elif isinstance(payload, (list, tuple)):
        for value in payload:
            yield from references(value)


def _chunks(origins: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for start in range(0, len(origins), size):
        yield origins[start : start + size]
