"""Follows relations: automatic successors start after their predecessors."""

from __future__ import annotations

import datetime as dt
from typing import Any, Optional, Set

from j2o_sandbox.openproject.calendar import as_date
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.ancestors import reschedule_upwards, save_ancestor
from j2o_sandbox.openproject.work_packages.contract import predecessors


def reschedule_successors(server: Server, request: Request, row: Any, seen: Optional[Set[int]] = None) -> None:
    """Move what follows a work package, as far as it is scheduled automatically."""
    visited = {row.id} if seen is None else seen
    for relation in server.store.relations.find("work_package", row.id):
        if relation.type != "follows" or relation.target != row.id or relation.source in visited:
            continue
        visited.add(relation.source)
        successor = server.store.work_packages[relation.source]
        moved = schedule_successor(server, request, successor, row)
        if moved is not None:
            reschedule_successors(server, request, moved, visited)


def schedule_successor(server: Server, request: Request, row: Any, initiator: Any) -> Any:
    """Move one automatic work package behind its predecessors; the new state, or None where nothing moved."""
    if row.manual or server.store.work_packages.ids("parent", row.id):
        return None
    soonest = soonest_start(server, row)
    if soonest is None:
        return None
    start = server.calendar.soonest(soonest, row.ignore_days)
    due: Optional[dt.date] = None
    if row.duration is not None:
        due = server.calendar.due(start, row.duration, row.ignore_days)
    elif row.due is not None:
        due = max(start, dt.date.fromisoformat(row.due))
    changes = {"start": start.isoformat(), "due": None if due is None else due.isoformat()}
    if due is not None and row.duration is None:
        changes["duration"] = server.calendar.duration(start, due, row.ignore_days)
    if all(getattr(row, name) == value for name, value in changes.items()):
        return None
    moved = save_ancestor(server, request, row, False, initiator, **changes)
    reschedule_upwards(server, request, moved.parent, initiator)
    return moved


def soonest_start(server: Server, row: Any) -> Optional[dt.date]:
    """The first day after all predecessors and their lags, if any of them has a date."""
    days = []
    for relation in predecessors(server, row):
        predecessor = server.store.work_packages[relation.target]
        end = as_date(predecessor.due or predecessor.start)
        if end is not None:
            days.append(server.calendar.with_lag(end, relation.lag or 0))
    return max(days) if days else None
