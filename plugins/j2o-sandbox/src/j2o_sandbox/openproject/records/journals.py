"""Journals: the history of a work package, where changes of one user within minutes become one entry."""

from __future__ import annotations

from typing import Any, Optional, Sequence

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.clock import parse_stamp
from j2o_sandbox.openproject.server import Server


def write_journal(
    server: Server,
    work_package: Any,
    user: Any,
    notes: str = "",
    details: Sequence[str] = (),
    automatic: bool = False,
    internal: bool = False,
    cause: Optional[str] = None,
) -> Any:
    """Add to the history, or merge into the last entry.

    Merged is what the same user did within the aggregation time, with the same cause, where at most one of
    both has a note. The entry keeps its id, version and creation time.
    """
    now = server.clock.stamp()
    last = last_journal(server, work_package.id)
    if last is not None and _merges(server, last, user, notes, internal, cause):
        return server.store.put(
            last.copy(
                notes=notes or last.notes,
                automatic=automatic if notes else last.automatic,
                details=(*last.details, *details),
                updated=now,
            )
        )
    return server.store.put(
        rows.Journal(
            id=None,
            work_package=work_package.id,
            user=user.id,
            created=now,
            updated=now,
            version=1 if last is None else last.version + 1,
            notes=notes,
            automatic=automatic and bool(notes),
            internal=internal,
            cause=cause,
            details=tuple(details),
        )
    )


def last_journal(server: Server, work_package: int) -> Any:
    """The newest entry of a work package, or None."""
    ids = server.store.journals.ids("work_package", work_package)
    return server.store.journals[next(reversed(ids))] if ids else None


def _merges(server: Server, last: Any, user: Any, notes: str, internal: bool, cause: Optional[str]) -> bool:
    if last.user != user.id or last.cause != cause or (notes and last.notes) or last.internal != internal:
        return False
    age = (server.clock.now() - parse_stamp(last.updated)).total_seconds()
    return age <= server.settings.journal_minutes * 60
