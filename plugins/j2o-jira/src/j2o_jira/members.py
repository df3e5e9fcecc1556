"""Who belongs to a project: actors of its roles, and those who take part in its issues."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import WARNING, Extractor, Origin, Page, Part, Problem, Record, Refused, Selection, Splitter

from .pages import objects_in
from .people import is_person, member_id, person_data, person_id, person_key, project_reference

_USER, _GROUP = "atlassian-user-role-actor", "atlassian-group-role-actor"


class Members(Extractor):
    """One record per project and user or group: ``project``, ``user`` or ``group``, and the names of its ``roles``."""

    name = "jira.members"

    def slices(self, selection: Selection) -> Sequence[str]:
        """Project keys."""
        return [str(project["key"]) for project in self.client.projects(selection)]

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        """One page per project."""
        if cursor is not None:
            return
        project = project_reference(self.client.project(slice))
        problems: list[Problem] = []
        try:
            found = self._members(slice, project, problems)
        except Refused as refusal:
            message = (
                f"the roles of project {slice} cannot be read ({refusal.message}): members are those who take part"
            )
            yield Page([], "all", 0, [Problem("J2O-X005", message, WARNING, entity=self.entity, key=slice)])
            return
        records = [
            Record(Origin(self.source, self.entity, identifier), f"{slice}: {name}", data)
            for identifier, (name, data) in found.items()
        ]
        yield Page(records, "all", len(records), problems)

    def _members(
        self, key: str, project: Mapping[str, Any], problems: list[Problem]
    ) -> dict[str, tuple[str, dict[str, Any]]]:
        path = f"/project/{quote(key, safe='')}/role"
        found: dict[str, tuple[str, dict[str, Any]]] = {}
        for role, address in self.client.object(path).items():
            number = str(address).rstrip("/").rpartition("/")[2]
            for actor in objects_in(self.client.object(f"{path}/{number}"), "actors"):
                named = self._actor(project, actor, problems)
                if named is None:
                    shown = actor.get("displayName") or actor.get("name") or actor.get("id") or "without a name"
                    what = f"{shown} in the role {role} of project {key} is neither a user nor a group"
                    message = f"{what} but {actor.get('type') or 'nothing'}: left out"
                    problems.append(Problem("J2O-X010", message, WARNING, entity=self.entity, key=key))
                else:
                    identifier, name, data = named
                    found.setdefault(identifier, (name, {**data, "roles": []}))[1]["roles"].append(role)
        return found

    def _actor(
        self, project: Mapping[str, Any], actor: Mapping[str, Any], problems: list[Problem]
    ) -> Optional[tuple[str, str, dict[str, Any]]]:
        if actor.get("type") == _GROUP:
            inner = actor.get("actorGroup") or {}
            group = {"name": actor.get("name") or inner.get("name") or actor.get("displayName")}
            group_id = actor.get("groupId") or inner.get("groupId")
            if group_id:
                group["groupId"] = group_id
            identifier = member_id(project, "group", str(group_id or group["name"]))
            return identifier, str(group["name"]), {"id": identifier, "project": project, "group": group}
        name = (actor.get("actorUser") or {}).get("accountId") or actor.get("name")
        if actor.get("type") != _USER or not name:
            return None
        # An actor has a name only, and the identity of a user on Server is the key.
        person = self.client.person(str(name))
        refusal = self.client.hidden(str(name)) if person is None else None
        if refusal is not None:
            message = (
                f"{actor.get('displayName') or name} in project {project.get('key')} cannot be looked up "
                f"({refusal.message}): known by name alone"
            )
            problems.append(Problem("J2O-X011", message, WARNING, entity=self.entity, key=str(project.get("key"))))
        if person is None:
            named = {"accountId": name} if self.client.cloud else {"name": name}
            person = {**named, "displayName": actor.get("displayName") or name}
        data = person_data(person)
        identifier = member_id(project, "user", person_id(data))
        return identifier, person_key(data), {"id": identifier, "project": project, "user": data}


class Participants(Splitter):
    """Who must be a member because of an issue: its assignee, the authors of its worklogs, its watchers."""

    name = "jira.participants"
    shared = True

    def split(self, record: Record) -> Iterable[Part]:
        """Each of them once, with the id that ``jira.members`` gives, and no role."""
        fields = record.data.get("fields") or {}
        project = project_reference(fields.get("project"))
        seen: dict[str, Part] = {}
        for person in _participants(fields):
            data = person_data(person)
            identifier = member_id(project, "user", person_id(data))
            if identifier not in seen:
                member = {"id": identifier, "project": project, "user": data, "roles": []}
                seen[identifier] = Part(identifier, f"{project.get('key', '')}: {person_key(data)}", member)
        return seen.values()


def _participants(fields: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    worklog, watches = fields.get("worklog") or {}, fields.get("watches") or {}
    found: list[Any] = [fields.get("assignee")]
    found += [entry.get("author") for entry in worklog.get("worklogs") or ()]
    found += watches.get("watchers") or ()
    yield from (person for person in found if is_person(person))
