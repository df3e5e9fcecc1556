"""What a factory-fresh server holds, and the setup file applied to it."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.setup.document import Setup, SetupError
from j2o_sandbox.openproject.setup.permissions import EVERY, MEMBER, NON_MEMBER, READER, WORK_PACKAGE_ROLES
from j2o_sandbox.openproject.store import Store

ADMIN, SYSTEM, ANONYMOUS, DELETED = 4, 1, 2, 3

_STATUSES = [
    ("New", "#1098AD", 0),
    ("In specification", "#74C0FC", 10),
    ("Specified", "#74C0FC", 20),
    ("Confirmed", "#B197FC", 20),
    ("To be scheduled", "#FFE066", 20),
    ("Scheduled", "#C0EB75", 20),
    ("In progress", "#CC5DE8", 40),
    ("Developed", "#8CE99A", 70),
    ("In testing", "#22B8CF", 80),
    ("Tested", "#0CA678", 90),
    ("Test failed", "#FF6B6B", 70),
    ("Closed", "#DEE2E6", 100),
    ("On hold", "#FFC078", 0),
    ("Rejected", "#FFA8A8", 0),
]
_PLAN = "New, To be scheduled, Scheduled, In progress, On hold, Rejected, Closed"
_WORK = (
    "New, In specification, Specified, In progress, Developed, In testing, Tested, Test failed, On hold, "
    "Rejected, Closed"
)
_TYPES = [
    ("Task", "#1A67A3", "New, In progress, On hold, Rejected, Closed"),
    ("Milestone", "#35C53F", _PLAN),
    ("Phase", "#FF922B", _PLAN),
    ("Feature", "#5C7CFA", _WORK),
    ("Epic", "#845EF7", _WORK),
    ("User story", "#00B0F0", _WORK),
    (
        "Bug",
        "#F03E3E",
        "New, Confirmed, In progress, Developed, In testing, Tested, Test failed, On hold, Rejected, Closed",
    ),
]
_PRIORITIES = [("Low", "#C5F6FA"), ("Normal", "#74C0FC"), ("High", "#F59F00"), ("Immediate", "#BE4BDB")]
_ACTIVITIES = ["Management", "Specification", "Development", "Testing", "Support", "Other"]


def furnish(store: Store, setup: Setup, now: str, token: str) -> None:
    """Fill an empty store: defaults, the admin with an API token, and what the setup file asks for."""
    _principals(store, now, token)
    for name, color, done in _STATUSES:
        closed = name in ("Closed", "Rejected")
        _add(
            store,
            rows.Status,
            name=name,
            color=color,
            default_done_ratio=done,
            is_closed=closed,
            is_default=name == "New",
        )
    statuses = {status.name: status.id for status in store.statuses}
    for name, color, workflow in _TYPES:
        _add(
            store,
            rows.WorkType,
            name=name,
            color=color,
            is_default=name in ("Task", "Milestone", "Phase"),
            is_milestone=name == "Milestone",
            statuses=tuple(statuses[part] for part in workflow.split(", ")),
            created=now,
            updated=now,
        )
    for number, name in enumerate(_ACTIVITIES, 1):
        store.put(rows.TimeActivity(id=None, name=name, position=number, is_default=number == 1))
    for number, (name, color) in enumerate(_PRIORITIES, 1):
        store.put(rows.Priority(id=None, name=name, color=color, position=number, is_default=name == "Normal"))
    _roles(store)
    _apply(store, setup, now)
    store.commit()


def _principals(store: Store, now: str, token: str) -> None:
    builtin = {"created": now, "updated": now, "language": "en"}
    store.put(rows.Principal(id=SYSTEM, type="Builtin", name="System", lastname="System", admin=True, **builtin))
    store.put(rows.Principal(id=ANONYMOUS, type="Builtin", name="Anonymous", lastname="Anonymous", **builtin))
    store.put(rows.Principal(id=DELETED, type="Builtin", name="Deleted user", lastname="Deleted user", **builtin))
    store.put(
        rows.Principal(
            id=ADMIN,
            type="User",
            login="admin",
            mail="admin@example.net",
            firstname="OpenProject",
            lastname="Admin",
            name="OpenProject Admin",
            admin=True,
            token=token,
            created=now,
            updated=now,
        )
    )


def _roles(store: Store) -> None:
    def role(name: str, permissions: Tuple[str, ...], builtin: Any = None, scope: str = "project") -> None:
        store.put(rows.Role(id=None, name=name, permissions=permissions, builtin=builtin, scope=scope))

    role("Non member", NON_MEMBER, "non_member")
    role("Anonymous", NON_MEMBER, "anonymous")
    role("Member", MEMBER)
    role("Reader", READER)
    role("Project admin", EVERY)
    for name, permissions in WORK_PACKAGE_ROLES.items():
        role(name, permissions, name.lower().replace(" ", "_"), "work_package")
    role("Staff and projects manager", ("add_project", "create_user", "manage_user"), None, "global")


def _add(store: Store, row_class: Any, **values: Any) -> Any:
    return store.put(row_class(id=None, position=len(store.tables[row_class.KIND]) + 1, **values))


def _apply(store: Store, setup: Setup, now: str) -> None:
    parts = setup.parts
    for name, entry in parts["statuses"].items():
        values = _renamed(
            entry,
            closed="is_closed",
            read_only="is_readonly",
            default="is_default",
            done="default_done_ratio",
            excluded="excluded",
        )
        _upsert(store, rows.Status, name, values)
    for name, entry in parts["types"].items():
        values = _renamed(entry, default="is_default", milestone="is_milestone", description="description")
        if not _named(store, "types", name):
            # An administrator who adds a type copies the workflow of another one.
            values.setdefault("statuses", tuple(status.id for status in store.statuses))
            values.update(created=now)
        _upsert(store, rows.WorkType, name, {**values, "updated": now})
    for name, entry in parts["priorities"].items():
        _upsert(store, rows.Priority, name, _renamed(entry, default="is_default", active="active"))
    for name, entry in parts["time_entry_activities"].items():
        _upsert(store, rows.TimeActivity, name, _renamed(entry, default="is_default", active="active"))
    for name, workflow in parts["workflows"].items():
        _workflow(store, name, workflow)
    for name, permissions in parts["roles"].items():
        granted = EVERY if permissions == "all" else tuple(permissions or ())
        before = _named(store, "roles", name)
        if before is None:
            store.put(rows.Role(id=None, name=name, permissions=granted))
        else:
            store.put(before.copy(permissions=granted))
    for login, entry in parts["users"].items():
        _user(store, login, entry, now)
    from j2o_sandbox.openproject.setup.projects import add_custom_fields, add_projects

    add_custom_fields(store, parts["custom_fields"])
    add_projects(store, setup, now)


def _workflow(store: Store, name: str, workflow: Any) -> None:
    kind = require(store, "types", name, f"workflows.{name}")
    if isinstance(workflow, list):
        ids = tuple(require(store, "statuses", status, f"workflows.{name}").id for status in workflow)
        store.put(kind.copy(statuses=ids, transitions=None))
        return
    if not isinstance(workflow, dict):
        raise SetupError(f"workflows.{name}: expected a list of statuses, or a map from status to statuses")
    pairs: List[List[int]] = []
    seen: Dict[int, None] = {}
    for before, afters in workflow.items():
        source = require(store, "statuses", before, f"workflows.{name}").id
        seen[source] = None
        for after in afters or []:
            target = require(store, "statuses", after, f"workflows.{name}").id
            seen[target] = None
            pairs.append([source, target])
    store.put(kind.copy(statuses=tuple(seen), transitions=tuple(pairs)))


def _user(store: Store, login: str, entry: Dict[str, Any], now: str) -> None:
    first, last = entry.get("first_name", login.capitalize()), entry.get("last_name", "Sandbox")
    store.put(
        rows.Principal(
            id=None,
            type="User",
            login=login,
            mail=entry.get("email", f"{login}@example.net"),
            firstname=first,
            lastname=last,
            name=f"{first} {last}",
            admin=entry.get("admin", False),
            status=entry.get("status", "active"),
            language=entry.get("language"),
            token=entry.get("token"),
            created=now,
            updated=now,
        )
    )


def _upsert(store: Store, row_class: Any, name: str, values: Dict[str, Any]) -> None:
    if values.get("is_default") and row_class is not rows.WorkType:
        for other in store.tables[row_class.KIND]:
            if other.is_default:
                store.put(other.copy(is_default=False))
    before = _named(store, row_class.KIND, name)
    if before is None:
        _add(store, row_class, name=name, **values)
    else:
        store.put(before.copy(**values))


def _renamed(entry: Dict[str, Any], **names: str) -> Dict[str, Any]:
    return {names[key]: value for key, value in entry.items()}


def _named(store: Store, kind: str, name: str) -> Any:
    return next((row for row in store.tables[kind] if row.name == name), None)


def require(store: Store, kind: str, name: Any, where: str) -> Any:
    """The row of this name.

    Raises:
        SetupError: there is none.
    """
    found = _named(store, kind, name)
    if found is None:
        known = ", ".join(str(row.name) for row in store.tables[kind])
        raise SetupError(f"{where}: no {kind.replace('_', ' ')} named {name!r}; there are: {known}")
    return found
