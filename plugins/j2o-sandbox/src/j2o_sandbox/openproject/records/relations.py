"""Relations: one per pair of work packages, stored in one direction, never between ancestors, never in a circle."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Set

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import paged, read_filters, whole
from j2o_sandbox.openproject.errors import Problems, forbidden, not_found
from j2o_sandbox.openproject.filter_kinds import Filter, list_filter, unknown_filter, whole_filter
from j2o_sandbox.openproject.links import link, number, numbers, read_link
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.requests import Answer, Request, encode, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_text
from j2o_sandbox.openproject.work_packages.access import ancestors, descendants, find_work_package, sees
from j2o_sandbox.openproject.work_packages.scheduling import schedule_successor

routes = Routes()

REVERSE = {
    "relates": "relates",
    "follows": "precedes",
    "precedes": "follows",
    "duplicates": "duplicated",
    "duplicated": "duplicates",
    "blocks": "blocked",
    "blocked": "blocks",
    "includes": "partof",
    "partof": "includes",
    "requires": "required",
    "required": "requires",
}
# Stored the other way round.
TURNED = ("precedes", "duplicated", "blocked", "partof", "required")
_MOST_LAG = 2000


@routes("GET", "/relations")
def index(server: Server, request: Request) -> Answer:
    """Relations, filtered by ``id``, ``from``, ``to``, ``involved``, ``type``."""
    filters = read_filters(request) or []
    found = [row for row in _candidates(server, filters) if _visible(server, request, row)]
    for entry in filters:
        keep = _filter(request, entry)
        found = [row for row in found if keep(row)]
    return paged(server, request, "/api/v3/relations", found, lambda row: relation_bytes(server, row))


@routes("GET", "/work_packages/{id}/relations")
def of_work_package(server: Server, request: Request, text_id: str) -> Answer:
    """Relations of a work package, in either direction."""
    row = find_work_package(server, request, text_id)
    found = [one for one in server.store.relations.find("work_package", row.id) if _visible(server, request, one)]
    return whole(request.path, [relation_bytes(server, one) for one in found])


@routes("POST", "/work_packages/{id}/relations")
def create(server: Server, request: Request, text_id: str) -> Answer:
    """Relate two work packages."""
    source = find_work_package(server, request, text_id)
    payload = request.json()
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    problems = Problems(request.language)
    target_id = number(read_link(request.language, "to", links.get("to"), "work_packages"))
    target = server.store.work_packages.get(target_id)
    if target is None or not sees(server, request.user, target):
        _relation_problem(problems, "to", "relation_error_not_found")
        target = None
    kind = as_text(request.language, "type", payload.get("type"))
    if kind not in REVERSE:
        problems.add("type", "inclusion")
    lag = _lag(server, payload, problems)
    for one, name in ((source, "from"), (target, "to")):
        if one is not None and not _may_manage(server, request, one):
            raise forbidden(request.language)
        if one is not None and name == "to" and kind in REVERSE:
            _check_pair(server, source, one, str(kind), problems)
    problems.raise_any()
    assert target is not None
    first, second = (target, source) if kind in TURNED else (source, target)
    row = server.store.put(
        rows.Relation(
            id=None,
            source=first.id,
            target=second.id,
            type=REVERSE[str(kind)] if kind in TURNED else kind,
            lag=lag,
            description=as_text(request.language, "description", payload.get("description")),
        )
    )
    if row.type == "follows":
        schedule_successor(server, request, server.store.work_packages[row.source], source)
    if request.notify:
        server.mails.send("relation added", (source.assignee, source.responsible, *source.watchers), request.user.id)
    return Answer(201, relation_bytes(server, row))


@routes("GET", "/relations/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One relation."""
    return Answer(200, relation_bytes(server, _found(server, request, row_id)))


@routes("PATCH", "/relations/{id}")
def update(server: Server, request: Request, row_id: str) -> Answer:
    """Change type, lag or description; the ends stay."""
    row = _found(server, request, row_id)
    payload = request.json(required=False)
    if not _may_manage(server, request, server.store.work_packages[row.source]):
        raise forbidden(request.language)
    problems = Problems(request.language)
    links = payload.get("_links") if isinstance(payload.get("_links"), dict) else {}
    for name, own in (("from", row.source), ("to", row.target)):
        if name in links and number(read_link(request.language, name, links[name], "work_packages")) != own:
            _relation_problem(problems, name, "relation_error_readonly")
    changes: Dict[str, Any] = {}
    if "type" in payload:
        kind = as_text(request.language, "type", payload["type"])
        if kind not in REVERSE:
            problems.add("type", "inclusion")
        elif kind in TURNED:
            changes.update(type=REVERSE[kind], source=row.target, target=row.source)
        else:
            changes["type"] = kind
    if "description" in payload:
        changes["description"] = as_text(request.language, "description", payload["description"])
    if "lag" in payload or "delay" in payload:
        changes["lag"] = _lag(server, payload, problems)
    problems.raise_any()
    row = server.store.put(row.copy(**changes))
    if row.type == "follows":
        successor = server.store.work_packages[row.source]
        schedule_successor(server, request, successor, successor)
    return Answer(200, relation_bytes(server, row))


@routes("DELETE", "/relations/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Remove a relation."""
    row = _found(server, request, row_id)
    if not _may_manage(server, request, server.store.work_packages[row.source]):
        raise forbidden(request.language)
    server.store.drop(row)
    return no_content()


def relation_bytes(server: Server, row: Any) -> bytes:
    """A relation as the API shows it."""
    href = f"/api/v3/relations/{row.id}"
    source, target = server.store.work_packages[row.source], server.store.work_packages[row.target]
    body = {
        "_type": "Relation",
        "id": row.id,
        "name": row.type,
        "type": row.type,
        "reverseType": REVERSE[row.type],
        "lag" if server.features.lag else "delay": row.lag,
        "description": row.description,
        "_links": {
            "self": link(href),
            "updateImmediately": link(href, method="patch"),
            "delete": link(href, "Remove relation", "delete"),
            "from": link(f"/api/v3/work_packages/{source.id}", source.subject),
            "to": link(f"/api/v3/work_packages/{target.id}", target.subject),
        },
    }
    return encode(body)


def _lag(server: Server, payload: Dict[str, Any], problems: Problems) -> Any:
    name = "lag" if server.features.lag else "delay"
    lag = payload.get(name)
    if lag is None:
        return 0 if payload.get("type") in ("follows", "precedes") else None
    if isinstance(lag, bool) or not isinstance(lag, int):
        problems.add("lag", "not_a_number")
    elif lag > _MOST_LAG:
        problems.add("lag", "less_than_or_equal_to", count=_MOST_LAG)
    elif lag < -_MOST_LAG:
        problems.add("lag", "greater_than_or_equal_to", count=-_MOST_LAG)
    return lag


def _check_pair(server: Server, source: Any, target: Any, kind: str, problems: Problems) -> None:
    store = server.store
    pair = {source.id, target.id}
    taken = any({one.source, one.target} == pair for one in store.relations.find("work_package", source.id))
    circular = source.id == target.id
    if kind == "relates":
        circular = circular or source.parent == target.id or target.parent == source.id
    elif not circular:
        first, second = (target, source) if kind in TURNED else (source, target)
        canonical = REVERSE[kind] if kind in TURNED else kind
        tree = {one.id for one in ancestors(server, source)} | {one.id for one in descendants(server, source.id)}
        circular = target.id in tree or _reaches(server, second, first.id, canonical)
    if not server.settings.cross_project_relations and source.project != target.project:
        circular = True
    if taken:
        problems.add("to", "taken")
    if taken or circular:
        problems.add_text("base", text(problems.language, "circular_dependency"))


def _reaches(server: Server, start: Any, wanted: int, kind: str) -> bool:
    """Whether relations of a kind, and the trees of what they meet, lead from one work package to another."""
    store = server.store
    goal: Set[int] = {wanted, *(one.id for one in ancestors(server, store.work_packages[wanted]))}
    goal.update(one.id for one in descendants(server, wanted))
    seen: Set[int] = set()
    queue: List[int] = [start.id]
    # The trees of the two ends count as well: a parent follows where its child follows.
    queue.extend(one.id for one in ancestors(server, start))
    queue.extend(one.id for one in descendants(server, start.id))
    while queue:
        current = queue.pop()
        if current in seen:
            continue
        seen.add(current)
        for relation in store.relations.find("work_package", current):
            if relation.type == kind and relation.source == current:
                if relation.target in goal:
                    return True
                reached = store.work_packages[relation.target]
                queue.append(reached.id)
                queue.extend(one.id for one in ancestors(server, reached))
                queue.extend(one.id for one in descendants(server, reached.id))
    return False


def _relation_problem(problems: Problems, name: str, key: str) -> None:
    message = text(problems.language, key)
    problems.add_text(name, text(problems.language, "relation_format", message=message))


def _candidates(server: Server, filters: List[Filter]) -> List[Any]:
    for name, operator, values in filters:
        if operator == "=" and name in ("involved", "from", "to"):
            table = server.store.relations
            return table.ordered({row_id for one in numbers(values) for row_id in table.ids("work_package", one)})
    return server.store.relations.ordered()


def _filter(request: Request, entry: Filter) -> Callable[[Any], bool]:
    name, operator, values = entry
    if name == "involved":
        return whole_filter(entry, lambda row: (row.source, row.target))
    if name == "type":
        canonical = [REVERSE[value] if value in TURNED else value for value in values]
        return list_filter((name, operator, canonical), lambda row: row.type, lambda value: value in REVERSE)
    attribute = {"id": "id", "from": "source", "to": "target"}.get(name)
    if attribute is None:
        raise unknown_filter(request.language, name)
    return whole_filter(entry, lambda row: getattr(row, attribute))


def _visible(server: Server, request: Request, row: Any) -> bool:
    store = server.store
    return all(sees(server, request.user, store.work_packages[one]) for one in (row.source, row.target))


def _found(server: Server, request: Request, row_id: str) -> Any:
    row = server.get("relations", row_id, request.language)
    if not _visible(server, request, row):
        raise not_found(request.language)
    return row


def _may_manage(server: Server, request: Request, row: Any) -> bool:
    project = server.store.projects[row.project]
    return server.permissions.allowed(request.user, "manage_work_package_relations", project)
