"""Versions of projects."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Sequence

from j2o_core.api import Answer, Effect, EffectClass, Found, Phase, Problem, Refused, Taken

from ..bad_values import bad_values_fail
from ..hal import link, linked, raw
from ..marks import SPRINT
from ..prose import block, joined, markdown
from ..references import EffectReferences
from ..refusals import attributes_of
from ..target_items import alias_of, payload_of, target_id
from ..texts import folded, normal_text, one_line
from ..times import day_of
from .entity import FormLoader, only, while_it_exists

_STATUSES = ("open", "locked", "closed")


class Versions(FormLoader):
    """The server keeps names single in a project. Only open versions can be given to work packages: they close last."""

    name = "openproject.versions"
    effect_class = EffectClass.NATURAL
    phase = Phase.STRUCTURE
    after = ("projects",)
    scan_by = "projects"
    notes_field = "description"
    fields: ClassVar[Mapping[str, str]] = {
        "project": "the project",
        "name": "name, unique in its project without regard to case",
        "description": "text",
        "startDate": "first day",
        "endDate": "last day",
        "status": "open, locked or closed; written at the finish",
    }
    required = ("project", "name")
    finish_fields = ("status",)
    #: what problems call one
    word: ClassVar[str] = "version"

    def finishing(self, payload: Mapping[str, Any]) -> Sequence[str]:
        """The status of a version that is not open."""
        return ("status",) if payload.get("status") not in (None, "", "open") else ()

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One at a time in a project: the names are validated, not indexed."""
        return f"versions:{alias_of(payload.get('project'))}"

    def keys(self, effect: Effect) -> Sequence[str]:
        """``project:9/name:1.0``."""
        return (_key(target_id(effect.payload.get("project"), "project"), effect.payload.get("name")),)

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Statuses and days that the server would refuse."""
        if payload.get("status") not in (None, *_STATUSES):
            yield self.problem(
                "J2O-O003", f"a {self.word} cannot be '{payload['status']}'", "status", expected=", ".join(_STATUSES)
            )
        yield from self.day_problems(payload, "startDate", "endDate")

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """The versions of some projects; those shared from others, and those that are sprints of ours, left out."""
        for project in scopes:
            for row in while_it_exists(self.client.pages(f"projects/{project}/versions", sort=False)):
                found = _found(row)
                is_sprint = self.marks.read_ending(SPRINT, raw(row.get("description"))).id is not None
                if found.parent == project and not is_sprint:
                    yield found

    def find(self, effect: Effect) -> Sequence[Found]:
        """By name, in its project."""
        # The server can filter by exact names only, while its rule against a second one knows no case.
        (key,) = self.keys(effect)
        return [version for version in self.scan([_project(effect)]) if key in version.keys]

    def create(self, effect: Effect) -> Answer:
        """An open version, for its own project."""
        wanted = self.image(effect)
        body = {**_body(wanted), "status": "open", "sharing": "none"}
        body["_links"] = {"definingProject": link("projects", wanted["project"])}
        try:
            answer = self.client.post("versions", body)
        except Refused as refusal:
            if "name" in attributes_of(refusal) and self.find(effect):
                raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
            raise
        return self.answer(_found(answer), wanted)

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields; the project of a version is for ever."""
        wanted = {field: value for field, value in only(effect, self.image(effect)).items() if field != "project"}
        return self.answer(_found(self.client.patch(f"versions/{current.id}", _body(wanted))), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One version."""
        return _found(self.client.get(f"versions/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a version that no work package has."""
        self.client.delete(f"versions/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Project, name, description with the readable block, days; ``status`` only at the finish."""
        payload = payload_of(effect)
        references = EffectReferences(effect, effect.key, self.addresses)
        image: dict[str, Any] = {"project": _project(effect), "name": one_line(payload.get("name"))}
        notes = block(f"Preserved from {self.source}", effect.notes, references)
        if "description" in payload or notes:
            image["description"] = joined(markdown(payload.get("description"), references), notes)
        with bad_values_fail():
            for field in ("startDate", "endDate"):
                if field in payload:
                    image[field] = day_of(payload[field])
        if effect.fields is not None and "status" in effect.fields:
            image["status"] = payload.get("status") or "open"
        return image


def _project(effect: Effect) -> str:
    return target_id(effect.payload.get("project"), "project")


def _body(wanted: Mapping[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        name: value for name, value in wanted.items() if name in ("name", "startDate", "endDate", "status")
    }
    if "description" in wanted:
        body["description"] = {"raw": wanted["description"]}
    return body


def _found(row: Mapping[str, Any]) -> Found:
    project = linked(row, "definingProject") or ""
    image = {
        "project": project,
        "name": row.get("name"),
        "description": normal_text(raw(row.get("description"))),
        "startDate": row.get("startDate"),
        "endDate": row.get("endDate"),
        "status": row.get("status"),
        "sharing": row.get("sharing"),
    }
    return Found(
        id=str(row["id"]),
        keys=(_key(project, row.get("name")),),
        updated=row.get("updatedAt"),
        image=image,
        label=str(row.get("name") or ""),
        parent=project,
    )


def _key(project: str, name: Any) -> str:
    return f"project:{project}/name:{folded(name or '')}"
