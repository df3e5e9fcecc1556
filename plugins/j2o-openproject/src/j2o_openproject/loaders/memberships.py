"""Who has which roles in which project."""

from __future__ import annotations

import threading
from itertools import combinations
from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemFailed, Phase, Problem, Refused, Taken

from ..hal import condition, link, linked, linked_all, links
from ..target_items import alias_of, optional_id, principal_kind, target_id
from .entity import FormLoader, failed, lost_notes, of_those_that_exist

_QUIET = {"sendNotifications": False}
#: of so many roles that others may have given every choice is looked at
_MOST_GIVEN = 12
_MOST_REMEMBERED = 1000


class Memberships(FormLoader):
    """One membership of a person or group in a project; roles are only ever added to those there are.

    What a person inherits from a group shows as a membership of their own and cannot be created again: it is extended.
    """

    name = "openproject.memberships"
    effect_class = EffectClass.NATURAL
    phase = Phase.STRUCTURE
    named: ClassVar[Mapping[str, str]] = {"roles": "roles"}
    after = ("users", "groups", "projects")
    scan_by = "projects"
    scan_batch = 50
    fields: ClassVar[Mapping[str, str]] = {
        "project": "the project",
        "user": "the person",
        "group": "or the group",
        "roles": "names of roles",
    }
    required = ("project", "roles")
    needs_one_of = ("user", "group")
    takes_stand_ins = ("user",)
    identifying = ("user",)
    shared_fields = ("roles",)

    def __init__(self, client: Any, source: str, entity: str, options: Mapping[str, Any], source_url: str = "") -> None:
        super().__init__(client, source, entity, options, source_url)
        self._guard = threading.Lock()
        #: what verification asks of groups: their members, and their roles by project
        self._members: Optional[Mapping[str, frozenset[str]]] = None
        self._given: dict[str, Mapping[str, Sequence[str]]] = {}

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One at a time in a project: a group's roles reach its members' memberships."""
        return f"memberships:{alias_of(payload.get('project'))}"

    def rank(self, payload: Mapping[str, Any]) -> int:
        """People before groups: what a person inherits from a group cannot be created any more."""
        return 0 if payload.get("user") else 1

    def keys(self, effect: Effect) -> Sequence[str]:
        """``project:9/principal:5``."""
        return (_key(target_id(effect.payload.get("project"), "project"), self._principal(effect)),)

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Unknown roles."""
        roles = self.catalogue.roles
        for name in _listed(payload.get("roles")):
            if roles.find(name) is None:
                yield self.problem(
                    "J2O-O010",
                    f"OpenProject has no role '{name}'",
                    "roles",
                    expected=", ".join(roles.all()),
                    suggestion=roles.nearest(name),
                )

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All memberships of some projects."""
        rows = of_those_that_exist(
            scopes, lambda some: self.client.pages("memberships", condition("project", "=", some))
        )
        return map(self._found, rows)

    def find(self, effect: Effect) -> Sequence[Found]:
        """The membership of this principal in this project."""
        project = target_id(effect.payload.get("project"), "project")
        principal = self._principal(effect)
        # Not asked by principal: the server refuses that filter for whoever is locked.
        rows = self.client.pages("memberships", condition("project", "=", [project]))
        mine = [self._found(row) for row in rows if linked(row, "principal") == principal]
        return [found for found in mine if found.parent == project]

    def create(self, effect: Effect) -> Answer:
        """A membership without a mail about it."""
        wanted = self.image(effect)
        body = {
            "_links": {
                "project": link("projects", wanted["project"]),
                "principal": link(self._kind(effect), self._principal(effect)),
                "roles": self._role_links(wanted["roles"]),
            },
            "_meta": _QUIET,
        }
        try:
            answer = self._found(self.client.post("memberships", body))
        except Refused as refusal:
            present = self.find(effect) if refusal.status == 422 else ()
            if not present:
                raise failed(refusal, "A locked user cannot become a member; unlock the account first") from None
            if self.holds("roles", wanted["roles"], present[0].image["roles"]):
                raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
            answer = self._add(present[0], wanted["roles"])
        return self.answer(answer, wanted, differences=lost_notes(effect.notes))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Add the roles that are missing."""
        wanted = self.image(effect)
        return self.answer(self._add(self.read(current.id), wanted["roles"]), {"roles": wanted["roles"]})

    def read(self, identifier: str, parent: str = "") -> Found:
        """One membership."""
        return self._found(self.client.get(f"memberships/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """End a membership."""
        self.client.delete(f"memberships/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Project, principal, and the names of the roles."""
        payload = effect.payload
        roles = self.catalogue.roles
        names = {str(roles.name(roles.id(name))) for name in _listed(payload.get("roles"))}
        if not names:
            raise ItemFailed("a membership needs at least one role", code="no_roles")
        image: dict[str, Any] = {"project": target_id(payload.get("project"), "project"), "roles": sorted(names)}
        image["user" if optional_id(payload.get("user")) else "group"] = self._principal(effect)
        return image

    def holds(self, field: str, wanted: Any, stored: Any) -> bool:
        """Roles beyond the wanted ones are inherited, or others gave them."""
        if field == "roles":
            return set(wanted) <= set(stored or ())
        return super().holds(field, wanted, stored)

    def before_others(self, field: str, found: Found, ours: bool) -> Iterator[Sequence[str]]:
        """What is held but for some of those roles that groups give; where it is not ``ours``, for any."""
        held = found.image["roles"]
        others = self._inherited(found) if ours else held
        given = [role for role in held if role in others][:_MOST_GIVEN]
        for number in range(len(given) + 1):
            for left in combinations(given, number):
                yield [role for role in held if role not in left]

    def _inherited(self, found: Found) -> frozenset[str]:
        person = found.image.get("user")
        if person is None:
            return frozenset()
        with self._guard:
            if self._members is None:
                groups = self.client.pages("groups")
                self._members = {str(row["id"]): frozenset(linked_all(row, "members")) for row in groups}
            mine = [group for group, members in self._members.items() if person in members]
            if not mine:
                return frozenset()
            project = found.image["project"]
            if project not in self._given:
                if len(self._given) >= _MOST_REMEMBERED:
                    self._given.clear()
                rows = map(self._found, self.client.pages("memberships", condition("project", "=", [project])))
                self._given[project] = {one.image["group"]: one.image["roles"] for one in rows if "group" in one.image}
            given = self._given[project]
            return frozenset(role for group in mine for role in given.get(group, ()))

    def _principal(self, effect: Effect) -> str:
        payload = effect.payload
        return optional_id(payload.get("user")) or target_id(payload.get("group"), "user or group")

    def _kind(self, effect: Effect) -> str:
        payload = effect.payload
        return principal_kind(payload["user"] if optional_id(payload.get("user")) else payload.get("group"))

    def _role_links(self, names: Iterable[str]) -> list[dict[str, Optional[str]]]:
        return links("roles", [self.catalogue.roles.id(name) for name in names])

    def _add(self, current: Found, names: Sequence[str]) -> Found:
        roles = sorted({*current.image["roles"], *names})
        body = {"_links": {"roles": self._role_links(roles)}, "_meta": _QUIET}
        return self._found(self.client.patch(f"memberships/{current.id}", body))

    def _found(self, row: Mapping[str, Any]) -> Found:
        roles = self.catalogue.roles
        project, principal = linked(row, "project") or "", linked(row, "principal") or ""
        href = str(row["_links"]["principal"].get("href") or "")
        image = {
            "project": project,
            "group" if "/groups/" in href else "user": principal,
            "roles": sorted(str(roles.name(role)) for role in linked_all(row, "roles")),
        }
        return Found(
            id=str(row["id"]),
            keys=(_key(project, principal),),
            updated=row.get("updatedAt"),
            image=image,
            label=str(row["_links"]["principal"].get("title") or ""),
            parent=project,
        )


def _key(project: str, principal: str) -> str:
    return f"project:{project}/principal:{principal}"


def _listed(names: Any) -> list[str]:
    return [str(name) for name in (names if isinstance(names, (list, tuple)) else [names]) if name]
