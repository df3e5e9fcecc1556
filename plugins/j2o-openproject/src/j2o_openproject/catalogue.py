"""What the administrator has set up on the target: looked up once, by name, and kept for the run.

Types, statuses, priorities and roles are lists; custom fields show in the schema of a project and type only.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Callable, Collection, Mapping, Optional, TypeVar, Union
from urllib.parse import quote

from j2o_core.api import ItemFailed, Refused, TargetItem, likeliest

from .editions import PlaceholderOffer, features_of, placeholder_offer
from .hal import condition, elements, filters, id_in, link
from .numbering import numbers_by_project
from .offered_lists import offered_lists
from .texts import folded
from .work_package_schema import WorkPackageSchema, read_schema

if TYPE_CHECKING:
    from .connector import OpenProject

#: the version from which the percentage follows from work and remaining work
_PROGRESS_SINCE = (14, 0)

#: what the API may hand out at once unless the configuration says otherwise
_PAGE_SIZE = 1000
_Made = TypeVar("_Made")


class Names:
    """Named things of one kind: ids by name, case and white space aside, and names by id."""

    def __init__(self, kind: str, pairs: Mapping[str, str]) -> None:
        """``pairs`` are names by id, in the target's own order; of two equal names the first counts."""
        self.kind = kind
        self._names = dict(pairs)
        self._ids: dict[str, str] = {}
        for identifier, name in pairs.items():
            self._ids.setdefault(folded(name), identifier)

    def id(self, name: object) -> str:
        """The id behind a name. Raises ``ItemFailed`` that names the nearest one."""
        found = self.find(name)
        if found is None:
            nearest = self.nearest(name)
            hint = f"; did you mean '{nearest}'?" if nearest else ""
            raise ItemFailed(f"OpenProject has no {self.kind} '{name}' here{hint}", code="unknown_name")
        return found

    def find(self, name: object) -> Optional[str]:
        """The id behind a name, or ``None``."""
        return self._ids.get(folded(name))

    def name(self, identifier: Optional[str]) -> Optional[str]:
        """The name behind an id, the id itself where it is unknown."""
        return None if identifier is None else self._names.get(identifier, identifier)

    def nearest(self, name: object) -> str:
        """The most similar name, or nothing."""
        near = likeliest(folded(name), self._ids)
        return self._names[self._ids[near]] if near else ""

    def all(self) -> list[str]:
        """Every name."""
        return list(self._names.values())


@dataclass(frozen=True)
class Offered:
    """Folded names of types, and the project that has them; without a name: those that are made."""

    names: frozenset[str]
    project: str = ""


class Catalogue:
    """Filled on demand, each answer once; used by many workers."""

    def __init__(self, client: OpenProject) -> None:
        self._client = client
        #: the project that new ones are copies of, if any
        self.copied_project: Optional[str] = None
        self._kept: dict[Any, Any] = {}
        self._locks: dict[Any, threading.Lock] = {}
        self._lock = threading.Lock()

    @property
    def types(self) -> Names:
        """Work package types."""
        return self._list("type", "types")

    def types_in(self, project: Union[TargetItem, Mapping[str, Any]]) -> Optional[Offered]:
        """The types of a project, or of the one that a payload will make; ``None`` where they do not show.

        Asked anew, as they may just have been marked.
        """
        if isinstance(project, TargetItem):
            return self._offered(project.id, project.key or project.label)
        identifier = str(project.get("identifier") or "")
        number = self.project(identifier) if identifier else None
        if number is not None:
            return self._offered(number, identifier)
        if self.copied_project is None:
            return self._once("types of new projects", self._offered_to_new)
        number = self.project(self.copied_project)
        return None if number is None else self._offered(number, self.copied_project)

    def _offered(self, number: str, name: str) -> Optional[Offered]:
        def ask() -> Optional[frozenset[str]]:
            try:
                page = self._client.get(f"projects/{number}/types")
            except Refused:  # it is archived, gone, or its work packages may not be seen
                return None
            return frozenset(folded(row["name"]) for row in elements(page))

        names = self._once(("types of a project", number), ask)
        return None if names is None else Offered(names, name)

    def _offered_to_new(self) -> Offered:
        rows = elements(self._client.get("types", {"pageSize": -1}))
        return Offered(frozenset(folded(row["name"]) for row in rows if row.get("isDefault")))

    @property
    def statuses(self) -> Names:
        """Statuses."""
        return self._list("status", "statuses")

    @property
    def priorities(self) -> Names:
        """Priorities."""
        return self._list("priority", "priorities")

    @property
    def roles(self) -> Names:
        """Roles that members of a project can have."""
        return self._list("role", "roles", filters=filters(condition("unit", "=", ["project"])))

    def project(self, identifier: str) -> Optional[str]:
        """The id of the project that is called so today; former identifiers answer as well, and do not count."""

        def ask() -> Optional[str]:
            row = self._client.get_or_none(f"projects/{quote(identifier, safe='')}")
            return str(row["id"]) if row and folded(row.get("identifier")) == folded(identifier) else None

        return self._once(("project", identifier), ask)

    @property
    def project_schema(self) -> WorkPackageSchema:
        """Fields of projects, their attributes as custom fields, active or not; asked anew, as one may be new."""
        return self._once("project_schema", lambda: read_schema(self._client.get("projects/schema")))

    def active_attributes(self, project: str) -> WorkPackageSchema:
        """The same, with the attributes alone that are active in a project."""

        def ask() -> WorkPackageSchema:
            row = self._client.get(f"projects/{project}")
            shown = {*row, *(row.get("_links") or {})}
            schema = self.project_schema
            active = {name: field for name, field in schema.custom.items() if field.property in shown}
            return replace(schema, custom=active)

        return self._once(("active_attributes", project), ask)

    def categories(self, project: str) -> Names:
        """Categories of a project; OpenProject lets nobody create them over REST."""
        return self._list("category", f"projects/{project}/categories")

    def activities(self, project: Optional[str], work_package: str) -> Names:
        """Activities that time can be logged to: in a project, or, without one, as seen from any work package."""

        def ask() -> Names:
            where = ("project", "projects", project) if project else ("entity", "work_packages", work_package)
            schema = _schema_of(
                self._client.form("time_entries/form", {"_links": {where[0]: link(where[1], where[2])}})
            )
            return Names("activity", _allowed(schema.get("activity")))

        return self._once(("activities", project), ask)

    def schema(self, project: str, type_id: str) -> WorkPackageSchema:
        """Fields of the work packages of one type in one project. Raises ``ItemFailed``: the type is not enabled."""

        def ask() -> WorkPackageSchema:
            try:
                answer = self._client.metadata(f"work_packages/schemas/{project}-{type_id}")
            except Refused as refusal:
                if refusal.status != 404:
                    raise
                raise ItemFailed(
                    f"type '{self.types.name(type_id)}' is not enabled in project {project} of OpenProject: enable it "
                    "there (Project settings > Types), or make it a default for new projects, or map to another type",
                    code="type_not_enabled",
                    detail=refusal.detail,
                ) from None
            return read_schema(answer, self._client.version >= _PROGRESS_SINCE)

        return self._once(("schema", project, type_id), ask)

    def options(self, href: str) -> Names:
        """Values that a custom field takes, where the schema only links to them."""
        return self._once(
            ("options", href),
            lambda: Names("value", {str(row["id"]): _label(row) for row in elements(self._client.metadata(href))}),
        )

    @property
    def lists(self) -> Mapping[str, Collection[str]]:
        """What the lists of custom fields offer, by folded name; empty where no project shows any yet."""
        return self._once("lists", lambda: offered_lists(self._client))

    @property
    def configuration(self) -> Mapping[str, Any]:
        """The instance's public settings."""
        return self._once("configuration", lambda: self._client.metadata("configuration"))

    @property
    def page_size(self) -> int:
        """How many elements one page may hold."""
        return int(self.configuration.get("maximumApiV3PageSize") or _PAGE_SIZE)

    @property
    def attachment_limit(self) -> Optional[int]:
        """Bytes that a file may have."""
        limit = self.configuration.get("maximumAttachmentFileSize")
        return int(limit) if limit else None

    @property
    def features(self) -> frozenset[str]:
        """Features of the enterprise edition that may be used, as lower-case letters alone."""
        return features_of(self.configuration) or frozenset()

    @property
    def is_history_writable(self) -> bool:
        """Whether author and creation time may be given on create: an admin's setting that only a form betrays."""

        def ask() -> bool:
            created = _schema_of(self._client.form("work_packages/form", {})).get("createdAt") or {}
            return bool(created.get("writable"))

        return self._once("history", ask)

    @property
    def numbers_by_project(self) -> bool:
        """Whether work packages are called by project and number (``ACME-42``)."""
        return self._once("numbers_by_project", lambda: numbers_by_project(self._client, self.configuration))

    @property
    def placeholder_users(self) -> PlaceholderOffer:
        """Whether placeholder users can be made, and else why not."""
        return self._once("placeholder_users", lambda: placeholder_offer(self._client, self.configuration))

    def _list(self, kind: str, path: str, **params: Any) -> Names:
        def ask() -> Names:
            rows = elements(self._client.metadata(path, {"pageSize": -1, **params}))
            return Names(kind, {str(row["id"]): str(row["name"]) for row in rows})

        return self._once(("list", path), ask)

    def _once(self, key: Any, ask: Callable[[], _Made]) -> _Made:
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._kept:
                self._kept[key] = ask()
            made: _Made = self._kept[key]
            return made


def _schema_of(form: Mapping[str, Any]) -> Mapping[str, Any]:
    return (form.get("_embedded") or {}).get("schema") or {}


def _allowed(field: Optional[Mapping[str, Any]]) -> dict[str, str]:
    links = ((field or {}).get("_links") or {}).get("allowedValues")
    found = {}
    for entry in links if isinstance(links, list) else []:
        identifier = id_in(entry)
        if identifier:
            found[identifier] = str(entry.get("title", ""))
    for row in ((field or {}).get("_embedded") or {}).get("allowedValues") or []:
        found.setdefault(str(row["id"]), _label(row))
    return found


def _label(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("value") or row.get("label") or row.get("title") or row.get("id"))
