"""People who watch a work package."""

from __future__ import annotations

from typing import Any, ClassVar, Iterator, Mapping, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemFailed, ItemSkipped, Phase, Refused

from ..hal import elements, link
from ..target_items import target_id
from .entity import EntityLoader, lost_notes


class Watchers(EntityLoader):
    """Adding one twice is adding one: the server sees to it. Locked people are hidden and cannot be added."""

    name = "openproject.watchers"
    effect_class = EffectClass.REPEATABLE
    phase = Phase.ATTENDANCE
    after = ("work_packages", "users", "memberships")
    scan_by = "work_packages"
    fields: ClassVar[Mapping[str, str]] = {"user": "the person"}
    required = ("user",)

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
        present = self.find(effect) if _user(effect) == self.client.user else ()
        if present:  # whoever creates a work package watches it
            return self.answer(present[0], self.image(effect), differences=lost_notes(effect.notes))
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

    def _of(self, work_package: str) -> Iterator[Found]:
        for row in elements(self.client.get_or_none(f"work_packages/{work_package}/watchers")):
            yield _found(row, work_package)


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
