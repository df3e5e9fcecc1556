"""Who may do what where."""

from __future__ import annotations

from typing import Any, List, Set

from j2o_sandbox.openproject.setup.permissions import MODULE_OF
from j2o_sandbox.openproject.store import Store

ASSIGNABLE = "work_package_assigned"


class Permissions:
    """Questions about permissions; an admin has all that the project's modules leave."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def allowed(self, user: Any, permission: str, project: Any) -> bool:
        """Whether a user has a permission in a project; archived projects allow nothing."""
        if project is None or not project.active:
            return False
        module = MODULE_OF.get(permission)
        if module is not None and module not in project.modules:
            return False
        return user.admin or permission in self.granted(user, project)

    def granted(self, user: Any, project: Any) -> Set[str]:
        """Permissions from the user's roles in a project."""
        member = self._store.memberships.first("pair", (user.id, project.id))
        granted: Set[str] = set()
        if member is not None:
            for role in (*member.roles, *(role for _, role in member.inherited)):
                granted.update(self._store.roles[role].permissions)
        elif project.public:
            granted.update(self._store.roles[1].permissions)
        return granted

    def sees_project(self, user: Any, project: Any) -> bool:
        """Whether a project exists for a user; an archived one only for admins."""
        if user.admin:
            return True
        if not project.active:
            return False
        return project.public or self._store.memberships.first("pair", (user.id, project.id)) is not None

    def anywhere(self, user: Any, permission: str) -> bool:
        """Whether a user has a permission in any project."""
        if user.admin:
            return True
        return any(
            self.allowed(user, permission, self._store.projects.get(member.project))
            for member in self._store.memberships.find("principal", user.id)
        )

    def globally(self, user: Any, permission: str) -> bool:
        """Whether a user has a permission outside projects."""
        if user.admin:
            return True
        return any(
            permission in self._store.roles[role].permissions
            for member in self._store.memberships.find("principal", user.id)
            if member.project is None
            for role in member.roles
        )

    def assignable(self, project: Any) -> List[int]:
        """Unlocked members whose role lets work packages be assigned to them, by id."""
        found = []
        for member in self._store.memberships.find("project", project.id):
            principal = self._store.principals.get(member.principal)
            if principal is not None and principal.status in ("active", "invited", None):
                roles = (*member.roles, *(role for _, role in member.inherited))
                if any(ASSIGNABLE in self._store.roles[role].permissions for role in roles):
                    found.append(principal.id)
        return sorted(found)

    def can_be_assigned(self, principal_id: int, project: Any) -> bool:
        """Whether ``assignable`` holds this principal, without listing all of them."""
        principal = self._store.principals.get(principal_id)
        member = self._store.memberships.first("pair", (principal_id, project.id))
        if principal is None or member is None or principal.status == "locked":
            return False
        roles = (*member.roles, *(role for _, role in member.inherited))
        return any(ASSIGNABLE in self._store.roles[role].permissions for role in roles)
