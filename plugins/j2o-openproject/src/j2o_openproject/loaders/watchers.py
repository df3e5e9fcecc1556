"""People who watch a work package."""

from __future__ import annotations

import threading
from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemFailed, ItemSkipped, Phase, Refused

from ..hal import condition, elements, link
from ..target_items import target_id
from .entity import EntityLoader, lost_notes

#: so many work packages are asked for one by one whether we watch them
_FEW = 8


class Watchers(EntityLoader):
    """Adding one twice is adding one: the server sees to it. Locked people are hidden and cannot be added."""

    name = "openproject.watchers"
    effect_class = EffectClass.REPEATABLE
    phase = Phase.ATTENDANCE
    after = ("work_packages", "users", "memberships")
    scan_by = "work_packages"
    fields: ClassVar[Mapping[str, str]] = {"user": "the person"}
    required = ("user",)

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any], source_url: str = "") -> None:
        super().__init__(client, source, entity, options, source_url)
        self._guard = threading.Lock()
        self._asked = 0
        self._mine: Optional[_Numbers] = None

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One after the other on a work package."""
        return f"work_package:{parent}"

    def keys(self, effect: Effect) -> Sequence[str]:
        """``work_package:10/user:5``."""
        return (_key(_parent(effect), _user(effect)),)

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """The watchers of some work packages; those who were locked since do not show."""
        for work_package in scopes:
            yield from self._of(work_package)

    def find(self, effect: Effect) -> Sequence[Found]:
        """Whether this person watches."""
        return [found for found in self._of(_parent(effect)) if found.id == _user(effect)]

    def create(self, effect: Effect) -> Answer:
        """Add a watcher. OpenProject tells them by mail: it has no switch for that."""
        parent = _parent(effect)
        if _user(effect) == self.client.user and self._is_mine(parent):
            # Whoever creates a work package watches it.
            return Answer(_user(effect), image=self.image(effect), differences=lost_notes(effect.notes))
        try:
            row = self.client.post(f"work_packages/{parent}/watchers", {"user": link("users", _user(effect))})
        except Refused as refusal:
            if refusal.status != 422:
                raise
            raise ItemSkipped(
                f"the person is locked or may not see the work package ({refusal.message})",
                code="cannot_watch",
                detail=refusal.detail,
            ) from None
        return self.answer(_found(row, parent), self.image(effect), differences=lost_notes(effect.notes))

    def read(self, identifier: str, parent: str = "") -> Found:
        """The watcher. Raises ``ItemFailed`` where the person watches no more, or is locked."""
        for found in self._of(parent):
            if found.id == identifier:
                return found
        raise ItemFailed(f"user {identifier} does not watch work package {parent}, or is locked", code="not_found")

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a watcher."""
        self.client.delete(f"work_packages/{parent}/watchers/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """The person."""
        return {"user": _user(effect)}

    def _is_mine(self, work_package: str) -> bool:
        """Whether we watch it ourselves. After a few questions one look-up answers all others."""
        self._asked += 1
        if self._asked <= _FEW:
            return any(found.id == self.client.user for found in self._of(work_package))
        with self._guard:
            if self._mine is None:
                watched = condition("watcher", "=", [self.client.user])
                rows = self.client.pages("work_packages", watched, params={"select": "total,elements/id"})
                self._mine = _Numbers(int(row["id"]) for row in rows)
            return int(work_package) in self._mine

    def _of(self, work_package: str) -> Iterator[Found]:
        for row in elements(self.client.get_or_none(f"work_packages/{work_package}/watchers")):
            yield _found(row, work_package)


class _Numbers:
    """A set of numbers, a bit each: there may be as many as work packages."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._bits = bytearray()
        for number in numbers:
            place = number >> 3
            if place >= len(self._bits):
                self._bits.extend(bytes(place + 1024 - len(self._bits)))
            self._bits[place] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] >> (number & 7) & 1)


def _parent(effect: Effect) -> str:
    return target_id(effect.parent, "work package")


def _user(effect: Effect) -> str:
    return target_id(effect.payload.get("user"), "user")


def _found(row: Mapping[str, Any], work_package: str) -> Found:
    user = str(row["id"])
    return Found(
        id=user,
        keys=(_key(work_package, user),),
        image={"user": user},
        label=str(row.get("name") or ""),
        parent=work_package,
    )


def _key(work_package: str, user: str) -> str:
    return f"work_package:{work_package}/user:{user}"
