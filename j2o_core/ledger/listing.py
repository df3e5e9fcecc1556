"""What was skipped or has failed, and what a person should know: one line each, never in silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Sequence

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select

from ..model.cause import cause_of
from ..model.error_class import error_class
from ..model.problem import Problem
from . import tables
from .effect_rows import CREATE
from .many import Many
from .projects import project_of
from .server import patient
from .upsert import Upsert

SKIPPED, FAILED = "skipped", "failed"


@dataclass(frozen=True)
class Listed:
    """One item that was skipped or has failed, and why.

    ``request`` and ``words`` are the server's: its number of the request, and what it said. An empty ``error_class`` is
    that of the code.
    """

    entity: str
    origin: str
    key: str
    outcome: str
    code: str
    message: str
    place: str = ""
    error_class: str = ""
    request: str = ""
    words: str = ""


def put(connection: Connection, run: str, items: Sequence[Listed]) -> None:
    """List items as skipped or failed, each once."""
    if items:
        _UPSERT.execute(connection, [{"run": run, **one.__dict__, **_told_by(one)} for one in items])


def _told_by(item: Listed) -> dict[str, Any]:
    """What is found by it, as it is told by what the item says."""
    return {
        "error_class": item.error_class or error_class(item.code),
        "project": project_of(item.entity, item.key),
        "cause": cause_of(item.message, item.key),
    }


@patient
def outcomes(engine: Engine, run: str, entity: str, origins: Sequence[str]) -> dict[str, tuple[str, str]]:
    """(outcome, message) of those origins that are listed."""
    found: dict[str, tuple[str, str]] = {}
    with engine.connect() as connection:
        for start in range(0, len(origins), 500):
            rows = connection.execute(
                select(tables.listed.c.origin, tables.listed.c.outcome, tables.listed.c.message).where(
                    tables.listed.c.run == run,
                    tables.listed.c.entity == entity,
                    tables.listed.c.origin.in_(list(origins[start : start + 500])),
                )
            )
            found.update({row[0]: (row[1], row[2]) for row in rows})
    return found


@patient
def last_outcomes(engine: Engine, target: int, source: str, entity: str, origins: Sequence[str]) -> dict[str, str]:
    """What the last run that listed them called those of these origins that any run listed."""
    found: dict[str, str] = {}
    with engine.connect() as connection:
        for start in range(0, len(origins), 500):
            rows = connection.execute(
                select(tables.listed.c.origin, tables.listed.c.outcome)
                .join(tables.run, tables.run.c.id == tables.listed.c.run)
                .where(
                    tables.run.c.target == target,
                    tables.run.c.source == source,
                    tables.listed.c.entity == entity,
                    tables.listed.c.origin.in_(list(origins[start : start + 500])),
                )
                .order_by(tables.run.c.started)
            )
            found.update({row.origin: row.outcome for row in rows})
    return found


@patient
def refused_before(engine: Engine, target: int, source: str, run: str, entity: str, origins: Sequence[str]) -> set[str]:
    """Those origins that the target itself made an earlier run skip."""
    found: set[str] = set()
    with engine.connect() as connection:
        for start in range(0, len(origins), 500):
            rows = connection.execute(
                select(tables.effect.c.origin)
                .join(tables.run, tables.run.c.id == tables.effect.c.run)
                .where(
                    tables.run.c.target == target,
                    tables.run.c.source == source,
                    tables.run.c.id != run,
                    tables.effect.c.entity == entity,
                    tables.effect.c.state == SKIPPED,
                    tables.effect.c.origin.in_(list(origins[start : start + 500])),
                )
                .distinct()
            )
            found.update(row[0] for row in rows)
    return found


@dataclass(frozen=True)
class Refusal:
    """Why an item was skipped when it was to be written, by which run and effect, and what it had been made of."""

    run: str
    effect: int
    record_digest: str
    mapping_digest: str
    code: str
    message: str


@patient
def refusals(
    engine: Engine, target: int, source: str, run: str, entity: str, origins: Sequence[str]
) -> dict[str, Refusal]:
    """Of those origins whose last create, in an earlier run, was skipped: why."""
    found: dict[str, Refusal] = {}
    columns = tables.effect.c
    with engine.connect() as connection:
        for start in range(0, len(origins), 500):
            last = (
                select(func.max(columns.id))
                .join(tables.run, tables.run.c.id == columns.run)
                .where(
                    tables.run.c.target == target,
                    tables.run.c.source == source,
                    tables.run.c.id != run,
                    columns.entity == entity,
                    columns.kind == CREATE,
                    columns.origin.in_(list(origins[start : start + 500])),
                )
                .group_by(columns.origin)
            )
            rows = connection.execute(
                select(
                    columns.origin,
                    columns.run,
                    columns.id,
                    columns.record_digest,
                    columns.mapping_digest,
                    columns.code,
                    columns.message,
                ).where(columns.id.in_(last), columns.state == SKIPPED)
            )
            for row in rows:
                found[row.origin] = Refusal(
                    row.run, row.id, row.record_digest, row.mapping_digest, row.code or "", row.message or ""
                )
    return found


@patient
def writers(engine: Engine, target: int, source: str, entity: str) -> dict[str, int]:
    """The runs that had anything of an entity to write, each with one such effect: those of later runs are higher."""
    effect, run = tables.effect.c, tables.run.c
    one = select(effect.id).where(effect.run == run.id, effect.entity == entity).limit(1).scalar_subquery()
    with engine.connect() as connection:
        rows = connection.execute(select(run.id, one).where(run.target == target, run.source == source))
        return {row[0]: int(row[1]) for row in rows if row[1] is not None}


@patient
def has_failed(engine: Engine, run: str, entity: str) -> bool:
    """Whether any item of an entity has."""
    listed = tables.listed.c
    statement = select(listed.id).where(listed.run == run, listed.entity == entity, listed.outcome == FAILED)
    with engine.connect() as connection:
        return connection.execute(statement.limit(1)).first() is not None


def put_problems(connection: Connection, run: str, stage: str, problems: Iterable[tuple[str, Problem]]) -> None:
    """Write problems down, each with the origin id of its item (or an empty text)."""
    rows = [
        {
            "run": run,
            "stage": stage,
            "severity": problem.severity,
            "code": problem.code,
            "entity": problem.entity,
            "origin": origin,
            "key": problem.key,
            "field": problem.field,
            "message": problem.message,
            "place": str(problem.place) if problem.place else "",
        }
        for origin, problem in problems
    ]
    if rows:
        connection.execute(insert(tables.problem), rows)


def forget_problems(connection: Connection, run: str, stage: str) -> None:
    """A stage is done again: its problems are found again."""
    connection.execute(delete(tables.problem).where(tables.problem.c.run == run, tables.problem.c.stage == stage))


def forget_told(connection: Connection, run: str, code: str, items: Sequence[tuple[str, str]]) -> None:
    """What was told with a code of some items, (entity, origin), while they were written does not hold any more."""
    _FORGET_TOLD.execute(
        connection,
        [{"of_run": run, "of_code": code, "of_entity": entity, "of_origin": origin} for entity, origin in items],
    )


_FORGET_TOLD = Many(
    delete(tables.problem).where(
        tables.problem.c.stage == "apply",
        *(tables.problem.c[name] == bindparam(f"of_{name}") for name in ("run", "code", "entity", "origin")),
    )
)
_UPSERT = Upsert(
    tables.listed,
    ("run", "entity", "origin"),
    ("key", "outcome", "code", "message", "place", "error_class", "request", "words", "project", "cause"),
)
