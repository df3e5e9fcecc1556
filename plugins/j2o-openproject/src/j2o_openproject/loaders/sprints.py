"""Sprints: those that the server has of the same name, else versions."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemSkipped, Problem, Refused, Taken

from ..bad_values import bad_values_fail
from ..hal import link, linked, raw
from ..marks import SPRINT
from ..plain_text import plain_text
from ..refusals import attributes_of
from ..server_sprints import open_sprints, read_sprint, sprint_key, sprint_of
from ..target_items import payload_of, target_id
from ..texts import one_line
from ..times import day_of
from .entity import only, readable_notes, while_it_exists
from .versions import Versions

#: characters that the name of a version may have
_LONGEST = 60
#: what sets versions of one name apart
_NUMBER = re.compile(r" \(\d+\)\Z")
_WRONG_ORDER = "J2O-O006"
#: who knows what became of a sprint of the server's own
_BY_HAND = "REST changes no sprints of OpenProject: do it by hand, where it matters"


class Sprints(Versions):
    """A version each, found again by the mark that ends its description; where the project has a sprint of that name
    that is not completed, that sprint.

    Versions have single names in a project, sprints have not: where a name is taken the version's name ends with the
    number of the sprint.
    """

    name = "openproject.sprints"
    effect_class = EffectClass.MARKED
    after = ("projects", "versions")
    fields: ClassVar[Mapping[str, str]] = {
        **Versions.fields,
        "name": "name; what is too long is cut",
        "description": "text, the goal say",
    }
    word = "sprint"

    def keys(self, effect: Effect) -> Sequence[str]:
        """The name, among the server's own sprints."""
        return (sprint_key(_project(effect), one_line(effect.payload.get("name"))),)

    def holds(self, field: str, wanted: Any, stored: Any) -> bool:
        """A name may end with the number of the sprint."""
        if field == "name" and isinstance(wanted, str) and isinstance(stored, str) and stored != wanted:
            number = _NUMBER.search(stored)
            return number is not None and stored == _ending(wanted, number.group())
        return bool(wanted == stored)

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Statuses and days that the server would refuse; days in the wrong order are mended."""
        return [problem for problem in super().problems(payload) if problem.code != _WRONG_ORDER]

    def server_check(self, effect: Effect, current: Optional[Found] = None) -> Optional[Sequence[Problem]]:
        """What the form says; that the name is taken is no trouble."""
        told = super().server_check(effect, current)
        return told if told is None else [problem for problem in told if problem.field != "name"]

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """The versions of some projects that are sprints of ours, and the server's own sprints."""
        for project in scopes:
            yield from self._versions(project)
            yield from open_sprints(self.client, project)

    def find(self, effect: Effect) -> Sequence[Found]:
        """The version with the mark, else the server's sprint of the name."""
        project, keys = _project(effect), self.keys(effect)
        marked = [version for version in self._versions(project) if version.mark == effect.origin.id]
        return marked or [sprint for sprint in open_sprints(self.client, project) if set(sprint.keys) & set(keys)]

    def create(self, effect: Effect) -> Answer:
        """An open version, for its own project. Raises ``Taken`` where the server has the sprint."""
        wanted = self.image(effect)
        if any(sprint.keys == self.keys(effect) for sprint in open_sprints(self.client, wanted["project"])):
            raise Taken(f"the project has a sprint '{wanted['name']}'", code="sprint_of_the_server")
        body = {**self._body(effect, wanted), "status": "open", "sharing": "none"}
        body["_links"] = {"definingProject": link("projects", wanted["project"])}
        try:
            answer = self.client.post("versions", body)
        except Refused as refusal:
            if "name" not in attributes_of(refusal):
                raise
            answer = self.client.post("versions", {**body, "name": _numbered(wanted["name"], effect)})
        return self.answer(self._found(answer), wanted)

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields of a version. Raises ``ItemSkipped`` for a sprint of the server's own."""
        if sprint_of(current.id):
            raise ItemSkipped(_BY_HAND, code="sprint_of_the_server")
        wanted = {field: value for field, value in only(effect, self.image(effect)).items() if field != "project"}
        body = self._body(effect, wanted)
        if "name" in body and self.holds("name", body["name"], current.image.get("name")):
            del body["name"]
        try:
            row = self.client.patch(f"versions/{current.id}", body)
        except Refused as refusal:
            if "name" not in attributes_of(refusal) or "name" not in body:
                raise
            row = self.client.patch(f"versions/{current.id}", {**body, "name": _numbered(body["name"], effect)})
        return self.answer(self._found(row), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One version, or one sprint of the server's own."""
        sprint = sprint_of(identifier)
        return read_sprint(self.client, sprint) if sprint else self._found(self.client.get(f"versions/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a version that no work package has; sprints of the server's own are never ours to remove."""
        if sprint_of(identifier) is None:
            self.client.delete(f"versions/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Project, name, description with what had no field, days; ``status`` only at the finish."""
        payload = payload_of(effect)
        image: dict[str, Any] = {
            "project": _project(effect),
            "name": _cut(one_line(payload.get("name")), _LONGEST),
        }
        told = readable_notes(effect.notes)
        if "description" in payload or told:
            text = plain_text(payload.get("description"))
            image["description"] = "\n".join(part for part in (text, f"[{told}]" if told else "") if part)
        with bad_values_fail():
            days = {field: day_of(payload[field]) for field in ("startDate", "endDate") if field in payload}
        start, end = days.get("startDate"), days.get("endDate")
        if start and end and end < start:
            days["endDate"] = start  # a sprint closed on the day before it was to begin, say
        image.update(days)
        if effect.fields is not None and "status" in effect.fields:
            image["status"] = payload.get("status") or "open"
        return image

    def _body(self, effect: Effect, wanted: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {
            name: value for name, value in wanted.items() if name in ("name", "startDate", "endDate", "status")
        }
        if "description" in wanted or effect.fields is None:
            mark = self.marks.ending(SPRINT, effect.origin.id)
            body["description"] = {"raw": "\n".join(part for part in (wanted.get("description"), mark) if part)}
        return body

    def _versions(self, project: str) -> Iterator[Found]:
        for row in while_it_exists(self.client.pages(f"projects/{project}/versions", sort=False)):
            found = self._found(row)
            if found.parent == project and found.mark is not None:
                yield found

    def _found(self, row: Mapping[str, Any]) -> Found:
        project = linked(row, "definingProject") or ""
        description = self.marks.read_ending(SPRINT, raw(row.get("description")))
        image = {
            "project": project,
            "name": row.get("name"),
            "description": description.text,
            "startDate": row.get("startDate"),
            "endDate": row.get("endDate"),
            "status": row.get("status"),
            "sharing": row.get("sharing"),
        }
        return Found(
            id=str(row["id"]),
            mark=description.id,
            updated=row.get("updatedAt"),
            image=image,
            label=str(row.get("name") or ""),
            parent=project,
        )


def _project(effect: Effect) -> str:
    return target_id(effect.payload.get("project"), "project")


def _numbered(name: str, effect: Effect) -> str:
    """The name with the number of the sprint, the last part of its id."""
    return _ending(name, f" ({effect.origin.id.rpartition(':')[2]})")


def _ending(name: str, number: str) -> str:
    return f"{_cut(name, _LONGEST - len(number))}{number}"


def _cut(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[:longest].rstrip()
