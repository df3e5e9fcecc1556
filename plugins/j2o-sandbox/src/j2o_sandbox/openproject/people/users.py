"""Users: created active or invited, locked and unlocked, deleted where the setting allows it."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Dict, Optional

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.custom_values import read_custom_values
from j2o_sandbox.openproject.errors import ApiError, Problems, forbidden, not_found
from j2o_sandbox.openproject.links import number
from j2o_sandbox.openproject.messages import LANGUAGES, text
from j2o_sandbox.openproject.people.memberships import leave_all
from j2o_sandbox.openproject.people.names import is_login, is_name
from j2o_sandbox.openproject.people.principals import STATUSES, listing, principal_bytes
from j2o_sandbox.openproject.requests import Answer, Request, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.setup.factory import DELETED
from j2o_sandbox.openproject.values import as_boolean, as_text

routes = Routes()

_MAIL = re.compile(r"\S+@\S+")
_CLASSES = {
    "lowercase": re.compile(r"[a-z]"),
    "uppercase": re.compile(r"[A-Z]"),
    "numeric": re.compile(r"[0-9]"),
    "special": re.compile(r"[^a-zA-Z0-9]"),
}
_LOCALES = {"en", "de", "fr", "es", "it", "pt", "pt-BR", "nl", "pl", "cs", "ru", "zh-CN", "zh-TW", "ja", "ko", "tr"}
_ATTRIBUTES = {
    "login": "login",
    "email": "mail",
    "firstName": "firstname",
    "lastName": "lastname",
    "language": "language",
    "status": "status",
    "identityUrl": "identity_url",
}


@routes("GET", "/users")
def index(server: Server, request: Request) -> Answer:
    """All users but the built-in ones."""
    if not server.permissions.globally(request.user, "manage_user"):
        raise forbidden(request.language)
    found = sorted(server.store.principals.find("type", "User"), key=lambda row: row.id)
    return listing(server, request, "/api/v3/users", found)


@routes("POST", "/users")
def create(server: Server, request: Request) -> Answer:
    """A new user, active (with a password) or invited (by mail)."""
    payload = request.json()
    if not server.permissions.globally(request.user, "create_user"):
        raise forbidden(request.language)
    now = server.clock.stamp()
    draft = rows.Principal(id=None, type="User", created=now, updated=now, status="active", language=None)
    problems = Problems(request.language)
    draft = _assign(server, request, draft, payload, problems)
    if draft.status == "invited":
        draft = _invited(draft)
    if draft.status not in ("active", "invited"):
        problems.add("status", "invalid_on_create")
    if (payload.get("_links") or {}).get("authSource"):
        # There is no LDAP here.
        problems.add("authSource", "does_not_exist")
    has_login = draft.password_digest or draft.identity_url or problems.has("authSource")
    if draft.status == "active" and not has_login and not problems.has("password"):
        problems.add("password", "blank")
    _validate(server, draft, problems)
    problems.raise_any()
    user = server.store.put(_named(draft))
    if user.status == "invited":
        server.mails.send("user invited", [user.id], 0)
    return Answer(201, principal_bytes(server, user))


@routes("GET", "/users/{id}")
def show(server: Server, request: Request, text_id: str) -> Answer:
    """One user, by id, login or ``me``."""
    return Answer(200, principal_bytes(server, _user(server, request, text_id)))


@routes("PATCH", "/users/{id}")
def update(server: Server, request: Request, text_id: str) -> Answer:
    """Change a user."""
    user = _user(server, request, text_id)
    payload = request.json(required=False)
    if not server.permissions.globally(request.user, "manage_user") and user.id != request.user.id:
        raise forbidden(request.language)
    problems = Problems(request.language)
    draft = _assign(server, request, user.copy(), payload, problems)
    _validate(server, draft, problems)
    problems.raise_any()
    user = server.store.put(_named(draft).copy(updated=server.clock.stamp()))
    return Answer(200, principal_bytes(server, user))


@routes("DELETE", "/users/{id}")
def delete(server: Server, request: Request, text_id: str) -> Answer:
    """Delete a user where ``users_deletable_by_admins`` is on; what they wrote stays, by "Deleted user"."""
    user = _user(server, request, text_id)
    if not (request.user.admin and server.settings.users_deletable_by_admins) or user.id == request.user.id:
        raise forbidden(request.language)
    leave_all(server, user)
    for table, attributes in _OWNED.items():
        for row in server.store.tables[table]:
            changes = {name: DELETED for name in attributes if getattr(row, name) == user.id}
            if table == "work_packages":
                changes = {name: value if name == "author" else None for name, value in changes.items()}
                if user.id in row.watchers:
                    changes["watchers"] = tuple(watcher for watcher in row.watchers if watcher != user.id)
            if changes:
                server.store.put(row.copy(**changes))
    server.store.drop(user)
    return no_content(202)


@routes("POST", "/users/{id}/lock")
def lock(server: Server, request: Request, text_id: str) -> Answer:
    """Lock an active user."""
    return _switch(server, request, text_id, ("active", "registered", "invited"), "locked")


@routes("DELETE", "/users/{id}/lock")
def unlock(server: Server, request: Request, text_id: str) -> Answer:
    """Unlock a locked user."""
    return _switch(server, request, text_id, ("locked",), "active")


_OWNED = {
    "work_packages": ("author", "assignee", "responsible"),
    "journals": ("user",),
    "attachments": ("author",),
    "time_entries": ("user", "logged_by"),
    "news": ("author",),
}


def _switch(server: Server, request: Request, text_id: str, before: Any, after: str) -> Answer:
    user = _user(server, request, text_id)
    if not server.permissions.globally(request.user, "manage_user"):
        raise forbidden(request.language)
    if user.status not in before:
        message = text(request.language, "invalid_user_status_transition")
        raise ApiError(400, "InvalidUserStatusTransition", message)
    user = server.store.put(user.copy(status=after, updated=server.clock.stamp()))
    return Answer(200, principal_bytes(server, user))


def _user(server: Server, request: Request, text_id: str) -> Any:
    if text_id == "me":
        return server.store.principals[request.user.id]
    if number(text_id) is not None:
        found = server.store.principals.get(number(text_id))
    else:
        found = server.store.principals.first("login", text_id.lower())
    if found is None or found.type not in ("User", "Builtin"):
        raise not_found(request.language)
    if not request.user.admin and found.id != request.user.id:
        shared = {member.project for member in server.store.memberships.find("principal", request.user.id)}
        theirs = {member.project for member in server.store.memberships.find("principal", found.id)}
        if not shared & theirs:
            raise not_found(request.language)
    return found


def _assign(server: Server, request: Request, draft: Any, payload: Dict[str, Any], problems: Problems) -> Any:
    changes: Dict[str, Any] = {}
    for name, attribute in _ATTRIBUTES.items():
        if name in payload:
            changes[attribute] = as_text(request.language, name, payload[name])
    if "admin" in payload:
        admin = bool(as_boolean(request.language, "admin", payload["admin"]))
        if request.user.admin and draft.id != request.user.id:
            changes["admin"] = admin
        elif admin != draft.admin:
            problems.read_only("admin")
    if payload.get("password"):
        password = as_text(request.language, "password", payload["password"]) or ""
        _check_password(server, password, problems)
        changes["password_digest"] = hashlib.sha256(password.encode()).hexdigest()
    fields = server.store.custom_fields.find("of", "user")
    custom = read_custom_values(server, request.language, fields, payload, draft.custom, problems, draft.id is None)
    return draft.copy(custom=custom, **changes)


def _check_password(server: Server, password: str, problems: Problems) -> None:
    if len(password) < server.settings.password_min_length:
        problems.add("password", "too_short", count=server.settings.password_min_length)
    used = sum(bool(pattern.search(password)) for pattern in _CLASSES.values())
    if used < server.settings.password_classes:
        rules = ", ".join(text(problems.language, name) for name in _CLASSES)
        problems.add("password", "requirements_not_met", rules=rules)


def _invited(draft: Any) -> Any:
    local = (draft.mail or "").split("@")[0]
    return draft.copy(
        login=draft.login or draft.mail, firstname=draft.firstname or local, lastname=draft.lastname or "@invited"
    )


def _validate(server: Server, draft: Any, problems: Problems) -> None:
    for name, attribute in (
        ("login", "login"),
        ("firstName", "firstname"),
        ("lastName", "lastname"),
        ("email", "mail"),
    ):
        value: Optional[str] = getattr(draft, attribute)
        if value is None or not value.strip():
            problems.add(name, "blank")
        elif len(value) > 256:
            problems.add(name, "too_long", count=256)
    if draft.login and (draft.login == "me" or not is_login(draft.login)):
        problems.add("login", "invalid")
    for name, value in (("firstName", draft.firstname), ("lastName", draft.lastname)):
        if value and value.strip() and not is_name(value):
            problems.add(name, "invalid")
    if draft.id is not None and draft.status not in STATUSES:
        problems.add("status", "inclusion")
    if draft.mail and not _MAIL.fullmatch(draft.mail):
        problems.add("email", "email")
    for name, value in (("login", draft.login), ("mail", draft.mail)):
        if value:
            other = server.store.principals.first(name, value.lower())
            if other is not None and other.id != draft.id:
                problems.add("email" if name == "mail" else name, "taken")
    if draft.language is not None and draft.language not in _LOCALES and draft.language not in LANGUAGES:
        problems.add("language", "inclusion")


def _named(draft: Any) -> Any:
    return draft.copy(name=f"{draft.firstname} {draft.lastname}".strip())
