"""Statuses that keep a work package from being changed (enterprise edition), and the way around them.

The server takes every change that comes together with a change of the status, into a read-only one as well as out of
one. So the work package is first moved to another status that its workflow leads to, and what was to be changed is sent
with the way back: it arrives whole with the right status, or nothing but the status is another, and that is mended.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, Optional

from j2o_core.api import Conflict, Difference, Found, InDoubt, ItemFailed, NotSent, Refused, Retriable

from .hal import elements, id_in, link, linked

if TYPE_CHECKING:
    from .connector import OpenProject

#: whether the ledger has a value as what the target stored last in a field
WasLast = Callable[[str, Any], bool]
_SWITCH = (
    "Let the workflow of the type lead from it to another status and back for a role of the account that migrates "
    "(Administration > Work packages > Workflow), or take 'read-only' from the status while you migrate"
)


class ReadOnlyStatuses:
    """What one server says of its statuses, each thing asked once; nothing here writes."""

    def __init__(self, client: OpenProject) -> None:
        self._client = client
        self._rows: Optional[dict[str, Mapping[str, Any]]] = None
        self._ways: dict[tuple[str, str, str], Optional[str]] = {}
        self._lock = threading.Lock()

    def names(self) -> dict[str, str]:
        """Their names by id; empty in the community edition."""
        return {identifier: str(row["name"]) for identifier, row in self._all().items() if row.get("isReadonly")}

    def has(self, status: Optional[str]) -> bool:
        """Whether the status of this id is read-only."""
        return bool(self._all().get(status or "", {}).get("isReadonly"))

    def name(self, status: Optional[str]) -> str:
        """What a status is called."""
        return str(self._all().get(status or "", {}).get("name") or status)

    def way_out(self, row: Mapping[str, Any]) -> str:
        """A status to which the workflow leads from the one that a work package has: best one that is as closed.

        Raises ``ItemFailed`` where there is none.
        """
        status = linked(row, "status") or ""
        key = (linked(row, "project") or "", linked(row, "type") or "", status)
        with self._lock:
            if key not in self._ways:
                self._ways[key] = self._ask(row, status)
            way = self._ways[key]
        if way is None:
            raise ItemFailed(
                f"its status '{self.name(status)}' is read-only, and there is no way out of it and back. {_SWITCH}",
                code="read_only_status",
            )
        return way

    def forget_way(self, row: Mapping[str, Any]) -> None:
        """There was no way back: nothing else is sent there."""
        with self._lock:
            self._ways[(linked(row, "project") or "", linked(row, "type") or "", linked(row, "status") or "")] = None

    def _ask(self, row: Mapping[str, Any], status: str) -> Optional[str]:
        form = self._client.ask_form(f"work_packages/{row['id']}", {"lockVersion": row.get("lockVersion")}) or {}
        field = ((form.get("_embedded") or {}).get("schema") or {}).get("status") or {}
        links = (field.get("_links") or {}).get("allowedValues")
        allowed = [id_in(entry) for entry in links] if isinstance(links, list) else []
        allowed += [str(entry.get("id")) for entry in (field.get("_embedded") or {}).get("allowedValues") or []]
        known = self._all()
        closed = bool(known.get(status, {}).get("isClosed"))
        found = [one for one in dict.fromkeys(allowed) if one in known and one != status and not self.has(one)]
        # One that is as closed: what blocks it or counts its progress at closing takes no notice then.
        return min(found, key=lambda one: bool(known[one].get("isClosed")) is not closed, default=None)

    def _all(self) -> dict[str, Mapping[str, Any]]:
        if self._rows is None:
            rows = elements(self._client.metadata("statuses", {"pageSize": -1}))
            self._rows = {str(row["id"]): row for row in rows}
        return self._rows


def change(client: OpenProject, current: Found, body: Mapping[str, Any]) -> dict[str, Any]:
    """PATCH a work package as it was read; its status is the same afterwards where the body names no other."""
    path = f"work_packages/{current.id}"
    guard = {} if current.version is None else {"lockVersion": int(current.version)}
    row = _as_row(client, current, guard)
    statuses, status = client.read_only_statuses, linked(row, "status")
    wanted = id_in((body.get("_links") or {}).get("status"))
    if not statuses.has(status) or wanted not in (None, status):
        return client.patch(path, {**body, **guard}, quiet=True)
    over = statuses.way_out(row)
    if client.rehearses:  # one question in place of the two writes
        return client.patch(path, _with_status({**body, **guard}, over), quiet=True)
    out = client.patch(path, _with_status(guard, over), quiet=True)
    try:
        return client.patch(path, _with_status({**body, "lockVersion": out["lockVersion"]}, status), quiet=True)
    except Refused:
        _back(client, row, out)
        raise
    except (Conflict, Retriable, NotSent) as outcome:
        raise _half_done(outcome) from outcome


def disturbed(client: OpenProject, before: Found, after: Found, wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What the way through another status has changed besides what was ``wanted`` (progress, where closing sets it)."""
    if not client.read_only_statuses.names():
        return ()
    if not client.read_only_statuses.has(client.catalogue.statuses.find(before.image.get("status"))):
        return ()
    return tuple(
        Difference(name, value, after.image.get(name))
        for name, value in before.image.items()
        if name not in wanted and after.image.get(name) != value
    )


@contextmanager
def lifted(client: OpenProject, work_package: str) -> Iterator[None]:
    """A while in which a work package that is read-only is not."""
    row = client.get(f"work_packages/{work_package}")
    over = client.read_only_statuses.way_out(row)
    body = _with_status({"lockVersion": row.get("lockVersion")}, over)
    out = client.patch(f"work_packages/{work_package}", body, quiet=True)
    try:
        yield
    finally:
        _back(client, row, out)


def is_read_only(client: OpenProject, work_package: str) -> bool:
    """Whether a work package is in such a status now."""
    statuses = client.read_only_statuses
    return bool(statuses.names()) and statuses.has(linked(client.get(f"work_packages/{work_package}"), "status"))


def put_back(client: OpenProject, work_package: str, was_last: WasLast) -> None:
    """Where a change broke off on its way through another status, the status that the ledger knows is set again."""
    statuses = client.read_only_statuses
    left = [status for status, name in statuses.names().items() if was_last("status", name)]
    if not left:
        return
    row = client.get_or_none(f"work_packages/{work_package}")
    if row is None or statuses.has(linked(row, "status")):
        return
    body = _with_status({"lockVersion": row.get("lockVersion")}, left[0])
    try:
        client.patch(f"work_packages/{work_package}", body, quiet=True)
    except Refused as refusal:
        raise _stuck(client, linked(row, "status"), left[0], refusal) from None


def _as_row(client: OpenProject, current: Found, guard: Mapping[str, Any]) -> dict[str, Any]:
    places = {
        "project": ("projects", current.image.get("project")),
        "type": ("types", client.catalogue.types.find(current.image.get("type"))),
        "status": ("statuses", client.catalogue.statuses.find(current.image.get("status"))),
    }
    return {"id": current.id, **guard, "_links": {name: link(*place) for name, place in places.items()}}


def _back(client: OpenProject, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Set the status that it had ``before``; left alone where somebody has moved it on meanwhile.

    Raises ``InDoubt`` where that has to be done later, so that ``put_back`` does it.
    """
    try:
        try:
            _set_back(client, before, now)
        except Conflict:
            again = client.get(f"work_packages/{before['id']}")
            if linked(again, "status") == linked(now, "status"):
                _set_back(client, before, again)
    except (Conflict, Retriable, NotSent) as outcome:
        raise _half_done(outcome) from outcome


def _set_back(client: OpenProject, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    body = _with_status({"lockVersion": now.get("lockVersion")}, linked(before, "status"))
    try:
        client.patch(f"work_packages/{before['id']}", body, quiet=True)
    except Refused as refusal:
        client.read_only_statuses.forget_way(before)
        raise _stuck(client, linked(now, "status"), linked(before, "status"), refusal) from None


def _with_status(body: Mapping[str, Any], status: Optional[str]) -> dict[str, Any]:
    return {**body, "_links": {**(body.get("_links") or {}), "status": link("statuses", status)}}


def _half_done(outcome: Any) -> InDoubt:
    return InDoubt(f"its status is on the way back: {outcome.message}", code=outcome.code, detail=outcome.detail)


def _stuck(client: OpenProject, now: Optional[str], before: Optional[str], refusal: Refused) -> ItemFailed:
    names = client.read_only_statuses
    return ItemFailed(
        f"its read-only status '{names.name(before)}' was left for '{names.name(now)}' to change it, and OpenProject "
        f"refuses the way back: {refusal.message.rstrip('.')}. Set the status by hand. {_SWITCH}",
        code="read_only_status",
        detail=refusal.detail,
    )
