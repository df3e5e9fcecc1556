"""What a child does to its parents: totals, scheduling mode and dates, with the note that the server leaves."""

from __future__ import annotations

from typing import Any, Iterable, List, Optional, Set

from j2o_sandbox.openproject.calendar import as_date
from j2o_sandbox.openproject.errors import conflict
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.records.journals import write_journal
from j2o_sandbox.openproject.requests import Request
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import ancestors, descendants
from j2o_sandbox.openproject.work_packages.contract import predecessors

_TOTALS = ("estimated", "remaining", "done")


def save_ancestor(server: Server, request: Request, before: Any, note: bool, initiator: Any, **changes: Any) -> Any:
    """Save a changed ancestor under its lock version.

    Raises:
        ApiError: 409, it changed after this request began.
    """
    if server.store.changed_at.get(before.id, 0) > request.began:
        raise conflict(request.language)
    after = server.store.put(before.copy(lock=before.lock + 1, updated=server.clock.stamp(), **changes))
    language = server.settings.language
    notes = text(language, "updated_automatically", child=f"#{initiator.id}") if note else ""
    write_journal(server, after, request.user, notes, automatic=True, details=_details(before, after))
    return after


def update_ancestors(server: Server, request: Request, row: Any, before: Optional[Any]) -> None:
    """After a work package was created or changed: former and present ancestors follow."""
    moved = before is None or before.parent != row.parent
    changed: Set[str] = {
        name for name in _TOTALS if (None if before is None else getattr(before, name)) != getattr(row, name)
    }
    status_changed = before is not None and before.status != row.status
    if row.parent is None and (before is None or before.parent is None):
        return
    if before is not None and before.parent is not None and moved:
        former = server.store.work_packages.get(before.parent)
        if former is not None:
            _derive_totals(server, request, [former, *ancestors(server, former)], row)
    above = ancestors(server, row)
    if not above:
        return
    carries = any(getattr(row, name) is not None for name in _TOTALS) or row.derived_estimated is not None
    switched = moved and _switches_to_automatic(server, above[0], row)
    if (moved and carries) or changed or status_changed or switched:
        _derive_totals(server, request, above, row, above[0].id if switched else None)


def update_parent_dates(server: Server, request: Request, row: Any, before: Optional[Any]) -> None:
    """Parents that are scheduled automatically take the dates of their children."""
    parents: List[int] = []
    if before is not None and before.parent is not None and before.parent != row.parent:
        parents.append(before.parent)
    dates_changed = before is None or (before.start, before.due, before.parent) != (row.start, row.due, row.parent)
    if row.parent is not None and dates_changed:
        parents.append(row.parent)
    for parent in parents:
        reschedule_upwards(server, request, parent, row)


def reschedule_upwards(server: Server, request: Request, parent_id: Optional[int], initiator: Any) -> None:
    """Recompute an automatic parent's dates from its children, and so on up."""
    while parent_id is not None:
        parent = server.store.work_packages.get(parent_id)
        if parent is None or parent.manual:
            return
        children = server.store.work_packages.find("parent", parent.id)
        if not children:
            return
        dates = [date for child in children for date in (as_date(child.start), as_date(child.due)) if date is not None]
        start, due = (min(dates), max(dates)) if dates else (None, None)
        changes = {
            "start": None if start is None else start.isoformat(),
            "due": None if due is None else due.isoformat(),
            "ignore_days": any(child.ignore_days for child in children),
        }
        if all(getattr(parent, name) == value for name, value in changes.items()):
            return
        if start is not None and due is not None:
            changes["duration"] = server.calendar.duration(start, due, bool(changes["ignore_days"])) or 1
        else:
            changes["duration"] = None
        save_ancestor(server, request, parent, False, initiator, **changes)
        parent_id = parent.parent


def totals_after_removal(server: Server, request: Request, parent_id: Optional[int], removed: Any) -> None:
    """After a child was deleted."""
    parent = server.store.work_packages.get(parent_id)
    if parent is not None:
        _derive_totals(server, request, [parent, *ancestors(server, parent)], removed)
        reschedule_upwards(server, request, parent.id, removed)


def _switches_to_automatic(server: Server, parent: Any, row: Any) -> bool:
    # Before 15.4 parents were automatic unless someone said otherwise; nothing switched.
    if not server.features.manual_by_default or not parent.manual:
        return False
    return len(server.store.work_packages.ids("parent", parent.id)) == 1 and not predecessors(server, parent)


def _derive_totals(
    server: Server, request: Request, above: Iterable[Any], initiator: Any, switched: Optional[int] = None
) -> None:
    for before in above:
        changes = _totals(server, before)
        if before.id == switched:
            changes["manual"] = False
        changes = {name: value for name, value in changes.items() if getattr(before, name) != value}
        if changes:
            save_ancestor(server, request, before, True, initiator, **changes)


def _totals(server: Server, row: Any) -> Any:
    below = descendants(server, row.id)
    if not below:
        return {"derived_estimated": None, "derived_remaining": None, "derived_done": None}
    counted = [one for one in (row, *below) if not server.store.statuses[one.status].excluded]
    works = [one.estimated for one in counted if one.estimated is not None]
    rests = [one.remaining for one in counted if one.remaining is not None]
    work = float(sum(works)) if works else None
    rest = float(sum(rests)) if rests else None
    done = int((work - rest) / work * 100 + 0.5) if work and rest is not None else None
    return {"derived_estimated": work, "derived_remaining": rest, "derived_done": done}


def _details(before: Any, after: Any) -> List[str]:
    from j2o_sandbox.openproject.work_packages.changes import describe_changes

    return describe_changes(before, after)
