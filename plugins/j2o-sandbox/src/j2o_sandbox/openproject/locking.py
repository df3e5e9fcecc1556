"""Which writes wait for each other."""

from __future__ import annotations

import re
from typing import Any, List, Optional, Sequence

from j2o_sandbox.locks import Lock
from j2o_sandbox.openproject.routing import Match
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import is_semantic, number_of

_CREATES = ("/api/v3/work_packages", "/api/v3/projects/{id}/work_packages", "/api/v3/workspaces/{id}/work_packages")
_ONE = "/api/v3/work_packages/{id}"
_ON_ONE = (f"{_ONE}/activities", f"{_ONE}/attachments")
_PROJECT = re.compile(rb'/api/v3/(?:projects|workspaces)/([^"/?]+)"')


def locks_of(server: Server, method: str, match: Match, body: bytes) -> Sequence[Lock]:
    """What a write locks.

    * changes, comments and files of one work package: an advisory lock of this work package
    * creates, changes of parent and deletes of work packages: a short advisory lock of all trees of the instance
    * creates and moves with semantic identifiers: the row of the project that counts them, until the transaction ends
    * creates, renames and changes of parent of projects: the whole tree of projects
    """
    template = match.template
    if template in _CREATES and method == "POST":
        return [*_counting(server, _project(server, match, body)), *_trees(server)]
    if template == _ONE and method == "DELETE":
        return _trees(server)
    if (template == _ONE and method == "PATCH") or (template in _ON_ONE and method == "POST"):
        one = Lock(f"work_package {number_of(server, match.values[0])}", polled=True)
        moved = template == _ONE and b'"parent"' in body
        counted = _counting(server, _named(server, body)) if template == _ONE else []
        return [one, *counted, *(_trees(server) if moved else ())]
    if template == "/api/v3/projects" and method == "POST":
        return [_PROJECTS]
    if template == "/api/v3/projects/{id}" and method == "PATCH" and (b'"parent"' in body or b'"name"' in body):
        return [_PROJECTS]
    return ()


_PROJECTS = Lock("projects", polled=False)


def _trees(server: Server) -> List[Lock]:
    seconds = server.settings.tree_lock_ms / 1000.0
    return [Lock("trees", polled=True, seconds=seconds)] if seconds else []


def _counting(server: Server, project: Optional[Any]) -> List[Lock]:
    if project is None or not is_semantic(server):
        return []
    return [Lock(f"project {project.id}", polled=False)]


def _project(server: Server, match: Match, body: bytes) -> Optional[Any]:
    return _of_name(server, match.values[0]) if match.values else _named(server, body)


def _named(server: Server, body: bytes) -> Optional[Any]:
    found = _PROJECT.search(body)
    return None if found is None else _of_name(server, found[1].decode("utf-8", "replace"))


def _of_name(server: Server, name: str) -> Optional[Any]:
    if name.isdigit():
        return server.store.projects.get(int(name))
    return server.store.projects.first("any_identifier", name.lower())
