"""Users and groups, with the limits each edition sets."""

from __future__ import annotations

from typing import List, Optional
from urllib.parse import quote

from j2o_sandbox.jira.call import Call, Nowhere
from j2o_sandbox.jira.model import Group, Json, User
from j2o_sandbox.jira.routing import ON_PREMISE, ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError

_PERMISSIONS = {
    "BROWSE_PROJECTS": ("Browse Projects", "PROJECT", False),
    "VIEW_VOTERS_AND_WATCHERS": ("View Voters and Watchers", "PROJECT", True),
    "CREATE_ISSUES": ("Create Issues", "PROJECT", True),
    "EDIT_ISSUES": ("Edit Issues", "PROJECT", True),
    "WORK_ON_ISSUES": ("Work On Issues", "PROJECT", True),
    "SET_ISSUE_SECURITY": ("Set Issue Security", "PROJECT", True),
    "ADMINISTER_PROJECTS": ("Administer Projects", "PROJECT", True),
    "USER_PICKER": ("Browse Users", "GLOBAL", False),
    "BULK_CHANGE": ("Make bulk changes", "GLOBAL", True),
    "ADMINISTER": ("Administer Jira", "GLOBAL", True),
    "SYSTEM_ADMIN": ("Jira System Administrators", "GLOBAL", True),
}


def myself(call: Call) -> Answer:
    """Who is logged in; the only sure proof that credentials work."""
    call.logged_in()
    assert call.viewer.user is not None
    user = call.viewer.user
    shape = {**call.shapes.user(user, groups=True), "timeZone": call.tracker.time_zone}
    if call.cloud and user.email:
        shape["emailAddress"] = user.email
    return Answer(shape)


def my_permissions(call: Call) -> Answer:
    """What the caller may do; Cloud wants to be asked for named permissions."""
    wanted = call.request.words("permissions")
    if call.cloud and not wanted:
        raise JiraError(400, "The 'permissions' query parameter is required.")
    unknown = [name for name in wanted if name not in _PERMISSIONS]
    if unknown:
        raise JiraError(400, f"Unrecognized permission: {unknown[0]}")
    key = call.request.text("projectKey") or call.request.text("projectId")
    if key is not None:
        call.find_project(key)
    found: Json = {}
    for number, (name, (title, kind, administrators)) in enumerate(_PERMISSIONS.items()):
        if not wanted or name in wanted:
            granted = call.viewer.user is not None and (call.viewer.administrator or not administrators)
            found[name] = {
                "id": str(number),
                "key": name,
                "name": title,
                "type": kind,
                "description": "",
                "havePermission": granted,
            }
    return Answer({"permissions": found})


def user(call: Call) -> Answer:
    """One user by name or key (Server), by account id (Cloud); 404 for those who were deleted."""
    call.logged_in()
    asked = {name: call.request.text(name) for name in ("username", "key", "accountId")}
    found: Optional[User] = None
    for candidate in call.tracker.users.values():
        if call.cloud:
            hit = asked["accountId"] is not None and candidate.account_id == asked["accountId"]
        else:
            hit = candidate.listed and (candidate.name == asked["username"] or candidate.key == asked["key"])
        found = candidate if hit else found
    if call.cloud and asked["accountId"] is None:
        raise JiraError(400, "The 'accountId' query parameter is required.")
    if not call.cloud and asked["username"] is None and asked["key"] is None:
        raise JiraError(400, "Either the 'username' or the 'key' query parameters need to be provided")
    if found is None:
        if call.cloud:
            raise JiraError(404, "Specified user does not exist or you do not have required permissions")
        name = asked["username"] or asked["key"]
        raise JiraError(404, f"The user named '{name}' does not exist")
    return Answer(call.shapes.user(found, groups="groups" in call.request.words("expand")))


def user_search(call: Call) -> Answer:
    """Server: by part of a name, ``.`` for everybody, inactive ones only when asked for. Cloud: ``query``."""
    call.logged_in()
    request = call.request
    query = request.text("query" if call.cloud else "username")
    if call.cloud and query is None and request.text("accountId") is None:
        raise JiraError(400, "The query parameter 'query', 'accountId' or 'property' must be provided.")
    if not call.cloud and not query:
        raise JiraError(400, "The username query parameter was not provided")
    inactive = call.cloud or request.flag("includeInactive")
    active = request.flag("includeActive", True)
    found = [
        user
        for user in call.tracker.users.values()
        if user.listed and ((user.active and active) or (not user.active and inactive)) and _matches(call, user, query)
    ]
    if not call.cloud:
        # However the pages are cut: JRASERVER-65089, JSWSERVER-21156, JRASERVER-78520.
        found = found[: call.installation.behaviour.users_found]
    return Answer([call.shapes.user(user) for user in _window(call, found, 50, 1000)])


def user_list(call: Call) -> Answer:
    """``GET /user/list``: everybody by cursor; a cursor that is not known begins anew, and no total is told."""
    call.logged_in()
    if not call.installation.behaviour.lists_users:
        raise Nowhere
    found = [user for user in call.tracker.users.values() if user.listed]
    asked = call.request.text("cursor") or "0"
    start = int(asked) if asked.isdigit() and int(asked) < len(found) else 0
    size = min(max(1, call.request.integer("maxResults", 2000)), 2000)
    after = start + size
    place = f"{call.shapes.rest}/user/list?maxResults={size}&cursor="
    page: Json = {"self": f"{place}{start}", "maxResults": size, "isLast": after >= len(found)}
    if after < len(found):
        page.update({"nextCursor": str(after), "nextPage": f"{place}{after}"})
    return Answer({**page, "values": [call.shapes.user(user) for user in found[start:after]]})


def users(call: Call) -> Answer:
    """``GET /users/search``: everybody, inactive and deleted ones included."""
    call.logged_in()
    found = [user for user in call.tracker.users.values() if user.account_id != "unknown"]
    return Answer([call.shapes.user(user) for user in _window(call, found, 50, 1000)])


def user_bulk(call: Call) -> Answer:
    """``GET /user/bulk?accountId=...``: up to 200 users a page."""
    call.logged_in()
    wanted = set(call.request.query.get("accountId", ()))
    if not wanted:
        raise JiraError(400, "The 'accountId' query parameter is required.")
    found = [call.shapes.user(user) for user in call.tracker.users.values() if user.account_id in wanted]
    return Answer(call.page(found, f"{call.shapes.rest}/user/bulk?", 10, 200))


def group_member(call: Call) -> Answer:
    """Members by page of at most 50, inactive ones only when asked for; administrators only."""
    _administrators_only(call)
    group = _group(call)
    inactive = call.request.flag("includeInactiveUsers")
    listed = [call.tracker.users[name] for name in group.members]
    values = [call.shapes.user(user) for user in listed if user.active or inactive]
    selector = f"groupId={group.id}" if call.cloud else f"groupname={quote(group.name, safe='')}"
    address = f"{call.shapes.rest}/group/member?{selector}&includeInactiveUsers={str(inactive).lower()}&"
    return Answer(call.page(values, address, 50, call.installation.behaviour.member_cap))


def groups_picker(call: Call) -> Answer:
    """Groups whose name holds the query, 20 unless asked otherwise, and no more than ``picker_cap``."""
    call.logged_in()
    query = (call.request.text("query") or "").lower()
    found = [group for group in call.tracker.groups if query in group.name.lower()]
    size = call.request.integer("maxResults", 20)
    shown = found[: min(size if size > 0 else 20, call.installation.behaviour.picker_cap)]
    header = f"Showing {len(shown)} of {len(found)} matching groups"
    return Answer({"header": header, "total": len(found), "groups": [_picked(call, group) for group in shown]})


def group_bulk(call: Call) -> Answer:
    """``GET /group/bulk``: all groups by page."""
    _administrators_only(call)
    wanted = set(call.request.query.get("groupId", ())) | set(call.request.query.get("groupName", ()))
    found = [group for group in call.tracker.groups if not wanted or group.id in wanted or group.name in wanted]
    values = [{"name": group.name, "groupId": group.id} for group in found]
    return Answer(call.page(values, f"{call.shapes.rest}/group/bulk?", 50, 200))


def _picked(call: Call, group: Group) -> Json:
    shape: Json = {"name": group.name, "html": group.name, "labels": []}
    if call.cloud:
        shape["groupId"] = group.id
    return shape


def _group(call: Call) -> Group:
    name, id = call.request.text("groupname"), call.request.text("groupId")
    if not name and not id:
        raise JiraError(400, "The group name cannot be empty.")
    for group in call.tracker.groups:
        if group.name == name or (call.cloud and group.id == id):
            return group
    raise JiraError(404, f"The group named '{name or id}' does not exist.")


def _administrators_only(call: Call) -> None:
    call.logged_in()
    if not call.viewer.administrator:
        raise JiraError(403, "You do not have permission to view groups.")


def _matches(call: Call, user: User, query: Optional[str]) -> bool:
    if query is None:
        return user.account_id == call.request.text("accountId")
    if query in ("", ".", "%", "_"):
        return True
    begins = [user.display_name.lower(), *user.display_name.lower().split()]
    if not call.cloud:
        begins.append(user.name.lower())
    if user.email and (user.mail_visible or not call.cloud):
        begins.append(user.email.lower())
    return any(begin.startswith(query.lower()) for begin in begins)


def _window(call: Call, found: List[User], default: int, cap: int) -> List[User]:
    start = max(0, call.request.integer("startAt", 0))
    size = call.request.integer("maxResults", default)
    return found[start : start + min(max(0, size), cap)]


ROUTES = (
    Route("GET", "API/myself", myself),
    Route("GET", "API/mypermissions", my_permissions),
    Route("GET", "API/user", user),
    Route("GET", "API/user/search", user_search),
    Route("GET", "API/user/list", user_list, ON_PREMISE),
    Route("GET", "API/users/search", users, ONLY_CLOUD),
    Route("GET", "API/users", users, ONLY_CLOUD),
    Route("GET", "API/user/bulk", user_bulk, ONLY_CLOUD),
    Route("GET", "API/group/member", group_member),
    Route("GET", "API/group/bulk", group_bulk, ONLY_CLOUD),
    Route("GET", "API/groups/picker", groups_picker),
)
