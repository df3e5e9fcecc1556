"""All that the ledger knows of one item, over all runs."""

from __future__ import annotations

import json
from typing import Any, Optional

from sqlalchemy import Connection, Engine, select

from . import tables

_ITEM = ("item", "owned", "display", "version", "updated", "run", "verified")
_EFFECT = (
    "run", "kind", "state", "only", "sent", "finished", "attempts", "resent", "adopted", "item", "version", "code",
    "message",
)  # fmt: skip
_LISTED = ("run", "outcome", "code", "message", "place")
_PROBLEM = ("run", "stage", "severity", "code", "field", "message", "place")


def story(engine: Engine, source: str, entity: str, origin: str) -> dict[str, list[dict[str, Any]]]:
    """``items`` on the targets (one each), ``effects``, ``listed`` (skipped, failed) and ``problems``, oldest first."""
    with engine.connect() as connection:
        runs = [row.id for row in connection.execute(_runs(source))]
        return {
            "items": _items(connection, source, entity, origin),
            "effects": _of_runs(connection, tables.effect, _EFFECT, runs, entity, origin),
            "listed": _of_runs(connection, tables.listed, _LISTED, runs, entity, origin),
            "problems": _of_runs(connection, tables.problem, _PROBLEM, runs, entity, origin),
        }


def on_target(engine: Engine, source: str, item: str, entity: Optional[str] = None) -> list[tuple[str, str, str]]:
    """(entity, origin, key) of the items with this id on the target."""
    columns = (tables.item.c.entity, tables.item.c.origin, tables.item.c.key)
    statement = select(*columns).where(tables.item.c.source == source, tables.item.c.item == item)
    if entity is not None:
        statement = statement.where(tables.item.c.entity == entity)
    with engine.connect() as connection:
        return [(row.entity, row.origin, row.key) for row in connection.execute(statement.distinct())]


def _runs(source: str) -> Any:
    return select(tables.run.c.id).where(tables.run.c.source == source).order_by(tables.run.c.started)


def _items(connection: Connection, source: str, entity: str, origin: str) -> list[dict[str, Any]]:
    statement = (
        select(tables.item, tables.target.c.identity)
        .join(tables.target, tables.target.c.id == tables.item.c.target)
        .where(tables.item.c.source == source, tables.item.c.entity == entity, tables.item.c.origin == origin)
    )
    rows = connection.execute(statement).mappings()
    return [{"target": row["identity"], **{name: row[name] for name in _ITEM}} for row in rows]


def _of_runs(
    connection: Connection, table: Any, names: tuple[str, ...], runs: list[str], entity: str, origin: str
) -> list[dict[str, Any]]:
    found = []
    for run in runs:
        statement = select(table).where(table.c.run == run, table.c.entity == entity, table.c.origin == origin)
        for row in connection.execute(statement.order_by(table.c.id)).mappings():
            found.append({name: row[name] for name in names})
    for one in found:
        if "only" in one:
            one["only"] = json.loads(one["only"]) if one["only"] else None
    return found
