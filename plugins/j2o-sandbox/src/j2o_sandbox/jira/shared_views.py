"""Filters and dashboards: everybody sees what is shared with him, and each edition lists other things."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence
from urllib.parse import quote

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.model import Json
from j2o_sandbox.jira.routing import ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError

_UNAVAILABLE = (
    "The selected filter is not available to you, perhaps it has been deleted or had its permissions changed."
)
_OPTIONAL = ("description", "favourite", "jql", "owner", "searchUrl", "sharePermissions", "subscriptions", "viewUrl")


def filter_by_id(call: Call, id: str) -> Answer:
    """One filter: all that Server offers beside favourites. Not even an administrator sees what is not shared."""
    call.logged_in()
    if not id.isdigit():
        raise JiraError(404, f"'{id}' is no number.")
    everything = call.cloud and _overridden(call)
    for entry in call.tracker.catalogue.filters:
        if entry["id"] == id and (everything or _sees(call, entry)):
            return Answer(_filter(call, entry))
    raise JiraError(400, _UNAVAILABLE)


def favourite_filters(call: Call) -> Answer:
    """The caller's favourites."""
    call.logged_in()
    found = [entry for entry in _visible(call, call.tracker.catalogue.filters) if _is_favourite(call, entry)]
    return Answer([_filter(call, entry) for entry in found])


def filter_search(call: Call) -> Answer:
    """``GET /filter/search`` on Cloud: filters by page, with no more than id and name unless expanded.

    ``overrideSharePermissions`` gives an administrator those of everybody, too.
    """
    asked = call.request
    expand = asked.words("expand")
    unknown = [name for name in expand if name not in (*_OPTIONAL, "favouritedCount", "editPermissions")]
    if unknown:
        raise JiraError(400, f"The expand value '{unknown[0]}' is not supported.")
    filters = call.tracker.catalogue.filters
    found = list(filters) if _overridden(call) else _visible(call, filters)
    ids, name, account = set(asked.query.get("id", ())), asked.text("filterName"), asked.text("accountId")
    if len(ids) > 200:
        raise JiraError(400, "At most 200 filter ids can be given.")
    if account is not None:
        owners = {user.name for user in call.tracker.users.values() if user.account_id == account}
        found = [entry for entry in found if entry["owner"] in owners]
    found = [entry for entry in found if not ids or entry["id"] in ids]
    found = [entry for entry in found if name is None or name.lower() in entry["name"].lower()]
    values = [_expanded(_filter(call, entry), expand) for entry in found]
    return Answer(call.page(values, f"{call.shapes.rest}/filter/search?", 50, 100))


def dashboards(call: Call) -> Answer:
    """Dashboards by page of 20; ``filter`` is ``my`` or ``favourite``."""
    asked = call.request
    chosen = asked.text("filter")
    if chosen not in (None, "", "my", "favourite"):
        raise JiraError(400, "The filter parameter must be 'my' or 'favourite'.")
    start = asked.integer("startAt", 0)
    if start < 0:
        raise JiraError(400, "The startAt parameter must not be negative.")
    found = _visible(call, call.tracker.catalogue.dashboards)
    if chosen == "my":
        found = [entry for entry in found if entry["owner"] == call.viewer.name]
    elif chosen == "favourite":
        found = [entry for entry in found if _is_favourite(call, entry)]
    size = min(max(1, asked.integer("maxResults", 20)), 1000)
    address = f"{call.shapes.rest}/dashboard?maxResults={size}&startAt="
    page: Json = {"startAt": start, "maxResults": size, "total": len(found)}
    if start:
        page["prev"] = f"{address}{max(0, start - size)}"
    if start + size < len(found):
        page["next"] = f"{address}{start + size}"
    page["dashboards"] = [_dashboard(call, entry) for entry in found[start : start + size]]
    return Answer(page)


def dashboard(call: Call, id: str) -> Answer:
    """One dashboard."""
    return Answer(_dashboard(call, _one_dashboard(call, id)))


def gadgets(call: Call, id: str) -> Answer:
    """``GET /dashboard/{id}/gadget`` on Cloud: what is on it; chosen by id, module key or address."""
    entry, query = _one_dashboard(call, id), call.request.query
    found: List[Json] = []
    for gadget in entry["gadgets"]:
        chosen = [str(gadget.get(key)) in query[name] for name, key in _CHOOSERS.items() if name in query]
        if not chosen or any(chosen):
            row, column = gadget["place"]
            shape = {name: value for name, value in gadget.items() if name != "place"}
            # The published names of these two are sentences; the server's own are not.
            found.append({**shape, "position": {"row": row, "column": column}})
    return Answer({"gadgets": found})


_OWNER = ("self", "accountId", "displayName", "active", "avatarUrls")
_CHOOSERS = {"gadgetId": "id", "moduleKey": "moduleKey", "uri": "uri"}


def _one_dashboard(call: Call, id: str) -> Json:
    for entry in _visible(call, call.tracker.catalogue.dashboards):
        if entry["id"] == id:
            return entry
    raise JiraError(404, f"The dashboard with id '{id}' does not exist.")


def _overridden(call: Call) -> bool:
    if not call.request.flag("overrideSharePermissions"):
        return False
    if not call.viewer.administrator:
        raise JiraError(400, "Only Jira administrators can override share permissions.")
    return True


def _visible(call: Call, entries: Sequence[Json]) -> List[Json]:
    return [entry for entry in entries if _sees(call, entry)]


def _sees(call: Call, entry: Json) -> bool:
    user = call.viewer.user
    if user is not None and entry["owner"] == user.name:
        return True
    return any(_reaches(call, share) for share in entry.get("shares", ()))


def _reaches(call: Call, share: Json) -> bool:
    user = call.viewer.user
    if share["type"] == "global":
        return True
    if user is None:
        return False
    if share["type"] == "group":
        return share["group"] in user.groups
    return share["type"] == "loggedin" or call.index.project(share["project"]) is not None


def _is_favourite(call: Call, entry: Json) -> bool:
    return bool(entry.get("favourite")) and call.viewer.administrator


def _filter(call: Call, entry: Json) -> Json:
    query = quote(entry["jql"], safe="")
    shape: Json = {"self": f"{call.shapes.rest}/filter/{entry['id']}", **entry}
    shape["favourite"] = _is_favourite(call, entry)
    shape["owner"] = call.shapes.person(entry["owner"])
    shape["viewUrl"] = f"{call.request.base}/issues/?filter={entry['id']}"
    shape["searchUrl"] = f"{call.shapes.rest}/search{'/jql' if call.cloud else ''}?jql={query}"
    shape["sharePermissions"] = _shares(call, shape.pop("shares", ()))
    return {**shape, "subscriptions": {"size": 0, "items": []}}


def _expanded(shape: Json, expand: Sequence[str]) -> Json:
    if "subscriptions" in expand:
        shape["subscriptions"] = []
    kept = {name: value for name, value in shape.items() if name not in _OPTIONAL or name in expand}
    if "favouritedCount" in expand:
        kept["favouritedCount"] = int(shape["favourite"])
    if "editPermissions" in expand:
        kept["editPermissions"] = []
    return kept


def _shares(call: Call, shares: Sequence[Json]) -> List[Json]:
    found: List[Json] = []
    for share in shares:
        shape: Json = {"id": share["id"], "type": share["type"]}
        if share["type"] == "group":
            group = next(group for group in call.tracker.groups if group.name == share["group"])
            shape["group"] = call.shapes.group(group)
        elif share["type"] == "project":
            project = call.index.project(share["project"])
            if project is not None:
                shape["project"] = call.shapes.project(project, [], full=False)
            elif call.cloud:
                shape["type"] = "project-unknown"
        found.append(shape)
    return found


def _dashboard(call: Call, entry: Json) -> Json:
    shape: Json = {"id": entry["id"], "name": entry["name"], "self": f"{call.shapes.rest}/dashboard/{entry['id']}"}
    shape["view"] = f"{call.request.base}/secure/Dashboard.jspa?selectPageId={entry['id']}"
    if call.cloud:
        more: Dict[str, Any] = {"isFavourite": _is_favourite(call, entry), "editPermissions": []}
        more["sharePermissions"] = _shares(call, entry["shares"])
        if entry["owner"] is not None:
            owner = call.shapes.person(entry["owner"])
            more["owner"] = {name: owner[name] for name in _OWNER if name in owner}
        more["isWritable"] = entry["owner"] == call.viewer.name
        more["systemDashboard"] = entry["owner"] is None
        shape.update(more)
    return shape


ROUTES = (
    Route("GET", "API/filter/favourite", favourite_filters),
    Route("GET", "API/filter/search", filter_search, ONLY_CLOUD),
    Route("GET", "API/filter/{filter}", filter_by_id),
    Route("GET", "API/dashboard", dashboards),
    Route("GET", "API/dashboard/{dashboard}", dashboard),
    Route("GET", "API/dashboard/{dashboard}/gadget", gadgets, ONLY_CLOUD),
)
