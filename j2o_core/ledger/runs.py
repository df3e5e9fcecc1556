"""Targets and runs: begun, resumed, carried on through their stages, ended; and the audit trail of it."""

from __future__ import annotations

import getpass
import json
import secrets
import socket
import time
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from sqlalchemy import Connection, insert, select, update

from . import tables

EXTRACT, PLAN, APPLY, VERIFY, DONE = "extract", "plan", "apply", "verify", "done"
RUNNING, FINISHED, STOPPED, SUPERSEDED, ADOPTED = "running", "finished", "stopped", "superseded", "adopted"
#: made by `j2o plan`, and waiting to be carried out
PLANNED = "planned"


@dataclass(frozen=True)
class RunState:
    """A run as the ledger knows it. ``entities``: what the plan counted, by entity; ``asked``: how it was called."""

    id: str
    target: int
    source: str
    stage: str
    generation: int
    spec_digest: str
    entities: Mapping[str, Mapping[str, int]]
    resumed: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)
    #: as ``processes.clocks`` told them when it was last taken up
    clock: str = ""


def target_id(connection: Connection, identity: str) -> int:
    """The number of a target, by its identity; new ones are entered."""
    found = connection.execute(select(tables.target.c.id).where(tables.target.c.identity == identity)).scalar()
    if found is None:
        result = connection.execute(insert(tables.target).values(identity=identity))
        assert result.inserted_primary_key is not None
        found = result.inserted_primary_key[0]
    return int(found)


def pair_of(connection: Connection, run: str) -> tuple[int, str]:
    """The target and the source of a run."""
    row = connection.execute(select(tables.run.c.target, tables.run.c.source).where(tables.run.c.id == run)).one()
    return int(row.target), str(row.source)


def unfinished(connection: Connection, target: int, source: str) -> Optional[RunState]:
    """The newest run of this pair that has not come to its end."""
    row = (
        connection.execute(
            select(tables.run)
            .where(
                tables.run.c.target == target,
                tables.run.c.source == source,
                tables.run.c.state.in_([RUNNING, STOPPED]),
                tables.run.c.stage != DONE,
            )
            .order_by(tables.run.c.started.desc())
        )
        .mappings()
        .first()
    )
    return None if row is None else state_of(row)


def state_of(row: Mapping[Any, Any]) -> RunState:
    """A run that was begun before, from its row."""
    return RunState(
        row["id"],
        row["target"],
        row["source"],
        row["stage"],
        row["generation"],
        row["spec_digest"],
        json.loads(row["entities"]),
        resumed=True,
        asked=json.loads(row["asked"] or "{}"),
        clock=row["clock"] or "",
    )


def last_finished(connection: Connection, target: int, source: str) -> Optional[str]:
    """The id of the last run of this pair that came to its end. Generations tell, since clocks may be set back."""
    statement = (
        select(tables.run.c.id)
        .where(tables.run.c.target == target, tables.run.c.source == source, tables.run.c.state == FINISHED)
        .order_by(tables.run.c.generation.desc(), tables.run.c.started.desc())
    )
    found = connection.execute(statement.limit(1)).scalar()
    return None if found is None else str(found)


def planned_before(connection: Connection, target: int, source: str) -> set[str]:
    """The entities whose plan was ever completed for this pair: of those the ledger knows all that it wrote."""
    statement = select(tables.run.c.entities).where(
        tables.run.c.target == target,
        tables.run.c.source == source,
        tables.run.c.stage.in_([APPLY, VERIFY, DONE]),
    )
    found: list[str] = list(connection.execute(statement).scalars())
    return {entity for text in found for entity in json.loads(text)}


def begin(
    connection: Connection,
    target: int,
    source: str,
    *,
    spec: str,
    spec_digest: str,
    document: Mapping[str, Any],
    origins: Mapping[str, str],
    environment: Optional[str],
    versions: Mapping[str, str],
    generation: int,
    asked: Optional[Mapping[str, Any]] = None,
) -> RunState:
    """Enter a new run."""
    now = time.time()
    identifier = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{secrets.token_hex(2)}"
    connection.execute(
        insert(tables.run).values(
            id=identifier,
            target=target,
            source=source,
            spec=spec,
            spec_digest=spec_digest,
            document=json.dumps(document),
            origins=json.dumps(origins),
            environment=environment,
            versions=json.dumps(versions),
            actor=actor(),
            started=now,
            state=RUNNING,
            stage=EXTRACT,
            entities="{}",
            generation=generation,
            asked=json.dumps(asked or {}),
        )
    )
    note(connection, identifier, "run started", spec)
    return RunState(identifier, target, source, EXTRACT, generation, spec_digest, {}, asked=asked or {})


def change(connection: Connection, run: str, **values: Any) -> None:
    """Set columns of a run."""
    if "entities" in values:
        values["entities"] = json.dumps(values["entities"])
    connection.execute(update(tables.run).where(tables.run.c.id == run).values(**values))


def count_more(connection: Connection, run: str, entity: str, number: int) -> None:
    """Count so many items of an entity that became some after the plan was complete."""
    text: str = connection.execute(select(tables.run.c.entities).where(tables.run.c.id == run)).scalar_one()
    entities = json.loads(text)
    counted = entities.setdefault(entity, {"source": 0, "unchanged": 0})
    counted["source"] += number
    change(connection, run, entities=entities)


def note(connection: Connection, run: Optional[str], action: str, detail: str = "") -> None:
    """One line of the audit trail."""
    connection.execute(
        insert(tables.audit).values(time=time.time(), run=run, actor=actor(), action=action, detail=detail)
    )


def actor() -> str:
    """Who runs this process: user@host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"
