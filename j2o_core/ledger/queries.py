"""What status, runs, errors and reports read."""

from __future__ import annotations

import json
from typing import Any, Iterator, Mapping, Optional, Sequence

from sqlalchemy import Engine, func, select

from ..model.error_class import error_class
from ..model.outcome import Fatal
from . import alike, control, counts, tables
from .effect_rows import CREATE, OF_ITEMS, UPDATE, UPLOAD
from .runs import RUNNING

#: the state of a run whose process has died
INTERRUPTED = "interrupted"


class Queries:
    """Reads a ledger; changes nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def runs(self) -> list[dict[str, Any]]:
        """All runs, newest first."""
        with self._engine.connect() as connection:
            statement = (
                select(tables.run, tables.target.c.identity)
                .join(tables.target, tables.target.c.id == tables.run.c.target)
                .order_by(tables.run.c.started.desc())
            )
            return [_run(row) for row in connection.execute(statement).mappings()]

    def run(self, identifier: str) -> dict[str, Any]:
        """One run; ``last`` is the newest. Raises ``Fatal`` (exit 2) where there is no such run."""
        runs = self.runs()
        for run in runs:
            if identifier in ("last", run["run"]):
                return run
        known = ", ".join(run["run"] for run in runs[:5]) or "none yet"
        raise Fatal(f"there is no run '{identifier}' in this ledger; known: {known}", exit_code=2)

    def spec(self, run: str) -> tuple[dict[str, Any], dict[str, str]]:
        """The merged spec of a run, and ``file:line:column`` of each value in it by dotted path."""
        with self._engine.connect() as connection:
            statement = select(tables.run.c.document, tables.run.c.origins).where(tables.run.c.id == run)
            row = connection.execute(statement).mappings().one()
        return json.loads(row["document"]), json.loads(row["origins"] or "{}")

    def entities(self, run: str, with_sent: bool = False) -> dict[str, dict[str, int]]:
        """Counts by entity: source, created, updated, unchanged, skipped, failed, left; and of these sent."""
        return counts.entities(self._engine, run, with_sent)

    def held(self, run: str) -> list[dict[str, str]]:
        """What an operator has told a run that holds until it is told to continue: command, argument, actor."""
        with self._engine.connect() as connection:
            told = control.standing(connection, run)
        return [{"command": one.command, "argument": one.argument, "actor": one.actor} for one in told]

    def adopted(self, run: str) -> dict[str, dict[str, int]]:
        """What a run of ``adopt`` found, by entity.

        ``created`` bear our mark, ``matched`` are others'; ``changed`` of these differ from the source; ``absent`` are
        not on the target.
        """
        found: dict[str, dict[str, int]] = {}
        names = ("created", "matched", "changed", "absent")
        item, effect = tables.item.c, tables.effect.c
        with self._engine.connect() as connection:
            of_items = select(item.entity, item.owned, func.count()).where(item.run == run)
            rows: list[Any] = list(connection.execute(of_items.group_by(item.entity, item.owned)))
            of_effects = select(effect.entity, effect.kind, func.count()).where(
                effect.run == run, effect.kind.in_(OF_ITEMS)
            )
            rows += connection.execute(of_effects.group_by(effect.entity, effect.kind))
        columns = {UPDATE: "changed", CREATE: "absent", UPLOAD: "absent"}
        for entity, kind, number in rows:
            counted = found.setdefault(entity, dict.fromkeys(names, 0))
            # An item's ``created`` and an effect's ``create`` are different words.
            counted[columns.get(kind, kind)] += number
        return found

    def listed(self, run: str, outcome: Optional[str] = None) -> Iterator[dict[str, Any]]:
        """What was skipped or has failed, with its reason."""
        names = ("entity", "origin", "key", "outcome", "code", "message", "place", "request", "words")
        columns = [tables.listed.c[name] for name in names]
        statement = select(*columns, tables.listed.c.error_class.label("class")).where(tables.listed.c.run == run)
        if outcome is not None:
            statement = statement.where(tables.listed.c.outcome == outcome)
        for row in self._stream(statement.order_by(tables.listed.c.id), (*names, "class")):
            row["request"] = row["request"] or ""
            row["words"] = row["words"] or ""
            row["class"] = row["class"] or error_class(row["code"])
            yield row

    def alike(self, run: str) -> Iterator[dict[str, Any]]:
        """The same as groups of items with one root cause: see ``alike.groups``."""
        return alike.groups(self._engine, run)

    def examples(
        self, run: str, of: Sequence[Sequence[Mapping[str, Any]]], most: int, requested: bool = False
    ) -> Sequence[Sequence[Mapping[str, Any]]]:
        """Of several sequences of such groups, the first items of each: see ``alike.examples``."""
        return alike.examples(self._engine, run, of, most, requested)

    def problems(self, run: str, most: Optional[int] = None) -> Iterator[dict[str, Any]]:
        """What a person should know about a run; the first ``most`` of it."""
        problem = tables.problem.c
        # Their ids come from the index: only what is wanted is read.
        chosen = select(problem.id).where(problem.run == run).order_by(problem.id).limit(most)
        where = problem.run == run if most is None else problem.id.in_(chosen)
        yield from self._stream(
            select(tables.problem).where(where).order_by(problem.id),
            ("stage", "severity", "code", "entity", "origin", "key", "field", "message", "place"),
        )

    def accounts(self, run: str) -> Iterator[dict[str, Any]]:
        """What became of things that are no items: entity, kind, name, becomes, why, count, place."""
        yield from self._stream(
            select(tables.account).where(tables.account.c.run == run).order_by(tables.account.c.id),
            ("entity", "kind", "name", "becomes", "why", "count", "place"),
        )

    def _stream(self, statement: Any, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        with self._engine.connect() as connection:
            found = connection.execution_options(yield_per=500).execute(statement)
            for row in found.columns(*names):
                yield dict(zip(names, row))


def as_it_is(run: Mapping[str, Any], abandoned: bool) -> dict[str, Any]:
    """A run whose process died could not write that it no longer runs: then it is ``interrupted``."""
    interrupted = abandoned and run["state"] == RUNNING
    return {**run, "state": INTERRUPTED} if interrupted else dict(run)


def _run(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "run": row["id"],
        "spec": row["spec"],
        "source": row["source"],
        "target": row["identity"],
        "environment": row["environment"],
        "state": row["state"],
        "stage": row["stage"],
        "started": row["started"],
        "finished": row["finished"],
        "exit_code": row["exit_code"],
        "message": row["message"],
        "code": row["code"],
        "asked": json.loads(row["asked"] or "{}"),
        "actor": row["actor"],
        "spec_digest": row["spec_digest"],
        "versions": json.loads(row["versions"]),
    }
