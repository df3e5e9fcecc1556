"""Everything the server holds, as the API shows it: the judge in tests."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, List, Optional, Set

from j2o_sandbox.counters import Counters
from j2o_sandbox.openproject.grids import grid_bytes
from j2o_sandbox.openproject.metadata import activity_body, option_bytes, priority_bytes, status_bytes, type_bytes
from j2o_sandbox.openproject.people.memberships import membership_bytes
from j2o_sandbox.openproject.people.principals import principal_bytes
from j2o_sandbox.openproject.people.roles import role_bytes
from j2o_sandbox.openproject.projects.parts import category_bytes, news_bytes, sprint_bytes
from j2o_sandbox.openproject.projects.representation import project_bytes
from j2o_sandbox.openproject.projects.versions import version_bytes
from j2o_sandbox.openproject.queries.representation import query_bytes
from j2o_sandbox.openproject.queries.views import view_bytes
from j2o_sandbox.openproject.records.attachments import attachment_bytes
from j2o_sandbox.openproject.records.comments import activity_bytes
from j2o_sandbox.openproject.records.relations import relation_bytes
from j2o_sandbox.openproject.records.time_entry_views import time_entry_bytes
from j2o_sandbox.openproject.requests import encode
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.representation import work_package_bytes

Rows = Callable[[Server], Iterable[bytes]]


def state(server: Server, counters: Counters, only: Optional[Set[str]] = None) -> bytes:
    """One JSON object: rows by kind, ``requests``, ``mails`` and ``instance``; ``only`` names the kinds wanted.

    ``comments`` are the notes that people wrote, also where they merged into another entry; notes that the server
    left by itself are in ``activities`` alone. ``watchers`` holds the locked ones, too.
    """
    parts: List[bytes] = []
    for name, rows in _KINDS.items():
        if only is None or name in only:
            parts.append(b'"' + name.encode() + b'":[' + b",".join(rows(server)) + b"]")
    single: Dict[str, Callable[[], Any]] = {
        "requests": counters.rows,
        "mails": server.mails.rows,
        "instance": lambda: server.instance,
    }
    for name, value in single.items():
        if only is None or name in only:
            parts.append(b'"' + name.encode() + b'":' + encode(value()))
    return b"{" + b",".join(parts) + b"}"


def _principals(kind: str) -> Rows:
    return lambda server: (
        principal_bytes(server, row)
        for row in sorted(server.store.principals.find("type", kind), key=lambda row: row.id)
    )


def _rows(kind: str, represent: Callable[[Server, Any], bytes]) -> Rows:
    return lambda server: (represent(server, row) for row in server.store.tables[kind].ordered())


def _options(server: Server) -> Iterable[bytes]:
    for row in server.store.custom_options.ordered():
        if server.store.custom_fields[row.field].format == "list":
            yield option_bytes(server, row)


def _watchers(server: Server) -> Iterable[bytes]:
    for row in server.store.work_packages.ordered():
        for user in row.watchers:
            links = {
                "workPackage": {"href": f"/api/v3/work_packages/{row.id}"},
                "user": {"href": f"/api/v3/users/{user}", "title": server.name_of(user)},
            }
            yield encode({"_type": "Watcher", "_links": links})


def _comments(server: Server) -> Iterable[bytes]:
    for row in server.store.journals.ordered():
        if row.notes and not row.automatic:
            yield activity_bytes(server, row)


_KINDS: Dict[str, Rows] = {
    "users": _principals("User"),
    "groups": _principals("Group"),
    "placeholder_users": _principals("PlaceholderUser"),
    "roles": _rows("roles", role_bytes),
    "types": _rows("types", type_bytes),
    "statuses": _rows("statuses", status_bytes),
    "priorities": _rows("priorities", priority_bytes),
    "time_entry_activities": _rows("time_entry_activities", lambda server, row: encode(activity_body(row))),
    "custom_options": _options,
    "projects": _rows("projects", project_bytes),
    "memberships": _rows("memberships", membership_bytes),
    "versions": _rows("versions", version_bytes),
    "categories": _rows("categories", category_bytes),
    "sprints": _rows("sprints", sprint_bytes),
    "news": _rows("news", news_bytes),
    "work_packages": _rows("work_packages", lambda server, row: work_package_bytes(server, row, embed=False)),
    "activities": _rows("journals", activity_bytes),
    "comments": _comments,
    "attachments": _rows("attachments", attachment_bytes),
    "relations": _rows("relations", relation_bytes),
    "watchers": _watchers,
    "time_entries": _rows("time_entries", time_entry_bytes),
    "queries": _rows("queries", lambda server, row: query_bytes(server, None, row)),
    "views": _rows("views", view_bytes),
    "grids": _rows("grids", grid_bytes),
}
