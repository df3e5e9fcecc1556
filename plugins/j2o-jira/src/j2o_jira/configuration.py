"""What a Jira is set up with: read to be accounted for, since most of it has no counterpart that REST could write."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence, Union
from urllib.parse import quote

from j2o_core.api import WARNING, Extractor, Fatal, Origin, Page, Problem, Record, Refused, Selection

from .field_contexts import ADMINISTER, offers_of, read_contexts
from .pages import objects_in, offset_pages
from .people import is_person, person_data
from .plain import plain
from .screens import read_tabs, tabs_of

_PAGE = 100


@dataclass(frozen=True)
class _List:
    """Where one kind of things is listed. ``name`` is that of the list in an answer, where it is no plain list.

    ``of_project`` is the resource of a project that says which of them it uses; without ``path`` they are found
    through projects alone. ``since`` is the version of Server and Data Center that brought the list.
    """

    path: str = ""
    name: str = ""
    paged: bool = False
    asked: Mapping[str, Any] = field(default_factory=dict)
    of_project: str = ""
    since: tuple[int, ...] = ()


_EVERYWHERE: Mapping[str, _List] = {
    "issue types": _List("/issuetype"),
    "statuses": _List("/status"),
    "priorities": _List("/priority"),
    "resolutions": _List("/resolution"),
    "link types": _List("/issueLinkType", "issueLinkTypes"),
    "roles": _List("/role"),
    "permission schemes": _List(
        "/permissionscheme", "permissionSchemes", asked={"expand": "permissions"}, of_project="permissionscheme"
    ),
    "notification schemes": _List(
        "/notificationscheme", "values", True, {"expand": "notificationSchemeEvents"}, "notificationscheme"
    ),
    "security schemes": _List("/issuesecurityschemes", "issueSecuritySchemes", of_project="issuesecuritylevelscheme"),
    "screens": _List("/screens", "values", True, since=(8, 3)),
}
_SERVER: Mapping[str, _List] = {
    "workflows": _List("/workflow"),
    "workflow schemes": _List(of_project="workflowscheme"),
    "issue type schemes": _List("/issuetypescheme", "schemes"),
    "priority schemes": _List("/priorityschemes", "schemes", True, of_project="priorityscheme"),
}
_CLOUD: Mapping[str, _List] = {
    "workflows": _List("/workflows/search", "values", True),
    "workflow schemes": _List("/workflowscheme", "values", True),
    "issue type schemes": _List("/issuetypescheme", "values", True),
    "priority schemes": _List("/priorityscheme", "values", True),
}


class Configuration(Extractor):
    """A record for each thing of a kind: ``kind``, ``id``, ``name``, ``projects`` that use it, the rest as ``details``.

    Kinds: issue types, statuses, priorities, resolutions, link types, roles, fields (with contexts and options),
    components, workflows, screens (with tabs and their fields), and the schemes of permissions, notifications,
    security, workflows, issue types and priorities. What this account may not read is told.
    """

    name = "jira.configuration"
    kinds = tuple(dict.fromkeys((*_EVERYWHERE, *_SERVER, *_CLOUD, "fields", "components")))

    def slices(self, selection: Selection) -> Sequence[str]:
        """The kinds."""
        return (*self._lists, "fields", "components")

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """One page per kind."""
        if cursor is not None:
            return
        projects = {str(one["key"]): str(one.get("id", "")) for one in self.client.projects(selection)}
        keys = list(projects)
        problems: list[Problem] = []
        since = self._lists[slice].since if slice in self._lists else ()
        if not self.client.at_least(*since):
            brought = ".".join(map(str, since))
            message = (
                f"this version of Jira does not list its {slice}, which {brought} brought: they are not accounted for"
            )
            yield Page([], "all", 0, [Problem("J2O-X016", message, WARNING, entity=self.entity)])
            return
        try:
            if slice == "fields":
                found = list(self._fields(projects, problems))
            elif slice == "components":
                found = list(self._components(keys))
            else:
                found = list(self._listed(slice, self._lists[slice], keys, problems))
        except Refused as refusal:
            yield Page([], "all", 0, [self._refused(slice, refusal.message)])
            return
        except Fatal as error:
            yield Page([], "all", 0, [self._refused(slice, self.client.kept_back(error).message)])
            return
        yield Page([self._record(slice, one) for one in found], "all", len(found), problems)

    # ------------------------------------------------------------------ kinds

    @property
    def _lists(self) -> Mapping[str, _List]:
        return {**_EVERYWHERE, **(_CLOUD if self.client.cloud else _SERVER)}

    def _refused(self, what: str, reason: str) -> Problem:
        message = f"{what} of Jira's set-up cannot be read ({reason}): {ADMINISTER}"
        return Problem("J2O-X016", message, WARNING, entity=self.entity)

    def _listed(
        self, kind: str, where: _List, keys: Sequence[str], problems: list[Problem]
    ) -> Iterator[dict[str, Any]]:
        found = {_identity(entry): dict(entry) for entry in self._entries(kind, where)}
        if where.of_project:
            used = self._of_projects(where.of_project, keys)
            refused = {key: entry for key, entry in zip(keys, used) if isinstance(entry, Refused)}
            if refused:
                problems.append(
                    self._refused(f"the {kind} of {_few(list(refused))}", next(iter(refused.values())).message)
                )
            for key, entry in zip(keys, used):
                if entry is not None and not isinstance(entry, Refused):
                    found.setdefault(_identity(entry), dict(entry)).setdefault("projects", []).append(key)
        if kind == "security schemes":
            for identifier, entry in found.items():
                answer = self.client.object(f"/issuesecurityschemes/{quote(identifier, safe='')}")
                entry["levels"] = objects_in(answer, "levels")
        if kind == "screens":
            read_tabs(self.client, list(found.values()))
        yield from found.values()

    def _entries(self, kind: str, where: _List) -> Iterable[Mapping[str, Any]]:
        if not where.path:
            return ()
        if not where.paged:
            answer = self.client.get(where.path, dict(where.asked))
            return objects_in(answer if where.name else {"": answer}, where.name)

        def fetch(start: int) -> Any:
            return self.client.get(where.path, {**where.asked, "startAt": start, "maxResults": _PAGE})

        return [entry for page in offset_pages(fetch, kind, where.name) for entry in page]

    def _of_projects(self, resource: str, keys: Sequence[str]) -> list[Union[Mapping[str, Any], Refused, None]]:
        """What each project uses; ``None`` where it uses none, the refusal where that may not be seen."""

        def one(key: str) -> Union[Mapping[str, Any], Refused, None]:
            try:
                return _present(self.client.object(f"/project/{quote(key, safe='')}/{resource}"))
            except Refused as refusal:
                return None if refusal.status == 404 else refusal
            except Fatal as error:
                return self.client.kept_back(error)

        return list(self.client.http.together(one, keys))

    def _components(self, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
        lists = self.client.http.together(
            lambda key: self.client.objects(f"/project/{quote(key, safe='')}/components"), keys
        )
        for key, listed in zip(keys, lists):
            for entry in listed:
                lead = entry.get("lead")
                yield {**entry, "lead": person_data(lead) if is_person(lead) else None, "projects": [key]}

    def _fields(self, projects: Mapping[str, str], problems: list[Problem]) -> Iterator[dict[str, Any]]:
        own = [dict(entry) for entry in self.client.objects("/field") if entry.get("custom")]
        unknown = read_contexts(self.client, own, projects)
        for reason in dict.fromkeys(unknown.values()):
            names = _few([name for name, why in unknown.items() if why == reason])
            message = f"the options of {names} cannot be read ({reason})"
            problems.append(Problem("J2O-X016", message, WARNING, entity=self.entity))
        yield from own

    def _record(self, kind: str, entry: Mapping[str, Any]) -> Record:
        data = plain(dict(entry))
        identifier, name = f"{kind}/{_identity(entry)}", str(entry.get("name") or _identity(entry))
        known = {"id": identifier, "kind": kind, "name": name, "projects": data.pop("projects", [])}
        remark = offers_of(data) if kind == "fields" else tabs_of(data) if kind == "screens" else ""
        if remark:
            known["remark"] = remark
        details = {key: value for key, value in data.items() if key not in ("id", "name", "self", "iconUrl", "expand")}
        return Record(Origin(self.source, self.entity, identifier), name, {**known, "details": details})


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")


def _identity(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or entry.get("entityId") or entry.get("name") or "")


def _present(entry: Mapping[str, Any]) -> Optional[Mapping[str, Any]]:
    return entry if _identity(entry) else None
