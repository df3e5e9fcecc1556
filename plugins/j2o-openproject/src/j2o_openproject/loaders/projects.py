"""Projects."""

from __future__ import annotations

from typing import Any, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import Answer, Effect, EffectClass, Found, ItemFailed, Note, Phase, Problem, Refused, Taken

from ..background import finished
from ..bad_values import bad_values_fail
from ..hal import link, linked, raw
from ..identifiers import form_of, is_possible, suggested
from ..project_templates import Template, template_of
from ..prose import block, joined, markdown
from ..references import EffectReferences
from ..refusals import attributes_of
from ..target_items import optional_id, payload_of
from ..texts import folded, normal_text, one_line
from ..times import normal_time, readable_time, sent_time
from .entity import FormLoader, only

_LONGEST_NAME = 255


class Projects(FormLoader):
    """The server keeps identifiers single. Projects are one tree that it locks whole: they are written one by one."""

    name = "openproject.projects"
    effect_class = EffectClass.NATURAL
    phase = Phase.STRUCTURE
    notes_field = "description"
    fields: ClassVar[Mapping[str, str]] = {
        "identifier": "unique name in addresses; a-z 0-9 - _, or A-Z 0-9 _ where work packages are numbered by project",
        "name": "name",
        "description": "rich text",
        "public": "whether everybody may see it (default: no)",
        "active": "false archives it, at the finish",
        "parent": "the project above",
        "createdAt": "time of creation, where the server lets it be written",
    }
    required = ("identifier", "name")
    parent_field = "parent"
    finish_fields = ("active",)

    def finishing(self, payload: Mapping[str, Any]) -> Sequence[str]:
        """The archiving of a project that is not active."""
        return ("active",) if payload.get("active") is False else ()

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """All in one."""
        return "projects"

    def keys(self, effect: Effect) -> Sequence[str]:
        """``identifier:acme``; case does not count."""
        return (_key(effect.payload.get("identifier")),)

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Identifiers and names that the server would refuse."""
        identifier = payload.get("identifier")
        by_project = self.catalogue.numbers_by_project
        if isinstance(identifier, str) and not is_possible(identifier, by_project):
            yield self.problem(
                "J2O-O020",
                f"OpenProject refuses the identifier '{identifier}'",
                "identifier",
                expected=form_of(by_project),
                suggestion=suggested(identifier, by_project),
            )
        if len(one_line(payload.get("name"))) > _LONGEST_NAME:
            yield self.problem("J2O-O004", f"longer than {_LONGEST_NAME} characters", "name")
        template = self.template
        if template and self.catalogue.project(template.project) is None:
            yield self.problem(
                "J2O-O021",
                f"OpenProject has no project '{template.project}' to copy, or hides it",
                "template",
            )

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All projects, archived ones too."""
        return map(self._found, self.client.pages("projects"))

    def find(self, effect: Effect) -> Sequence[Found]:
        """By identifier. Former identifiers answer as well, so the one that comes back is compared."""
        identifier = quote(str(effect.payload.get("identifier") or ""), safe="")
        row = self.client.get_or_none(f"projects/{identifier}") if identifier else None
        found = self._found(row) if row else None
        return [found] if found and found.keys == tuple(self.keys(effect)) else []

    @property
    def template(self) -> Optional[Template]:
        """What new projects are copies of, if the spec says so."""
        return template_of(self.options.get("template"))

    def create(self, effect: Effect) -> Answer:
        """An active project, archived at the finish where it is to be."""
        wanted = self.image(effect)
        body = self._body(wanted)
        if "createdAt" in wanted:
            body["createdAt"] = sent_time(effect.payload["createdAt"])
        try:
            answer = self._copied(self.template, body) if self.template else self._new(body)
        except Refused as refusal:
            if "identifier" in attributes_of(refusal) and self.find(effect):
                raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
            raise
        return self.answer(self._found(answer), wanted)

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields."""
        wanted = {name: value for name, value in only(effect, self.image(effect)).items() if name != "createdAt"}
        return self.answer(self._found(self.client.patch(f"projects/{current.id}", self._body(wanted))), wanted)

    def page(self, identifier: str) -> str:
        """What a browser shows."""
        return f"{self.client.url}/projects/{identifier}"

    def read(self, identifier: str, parent: str = "") -> Found:
        """One project."""
        return self._found(self.client.get(f"projects/{identifier}"))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a project with all in it; the server does so in the background."""
        self.client.delete(f"projects/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Identifier, name, description with the readable block, visibility, parent; ``active`` only at the finish."""
        payload = payload_of(effect)
        references = EffectReferences(effect, effect.key, self.addresses)
        image: dict[str, Any] = {
            "identifier": str(payload.get("identifier") or ""),
            "name": one_line(payload.get("name")),
            "public": bool(payload.get("public")),
        }
        is_written = self.catalogue.is_history_writable and not self.template
        created = payload.get("createdAt")
        # No copy takes a time of creation.
        told = [Note("Created", readable_time(created))] if created and self.template else []
        notes = block(f"Preserved from {self.source}", [*told, *effect.notes], references)
        if "description" in payload or notes:
            image["description"] = joined(markdown(payload.get("description"), references), notes)
        if "parent" in payload:
            image["parent"] = optional_id(payload["parent"])
        if created and is_written:
            with bad_values_fail():
                image["createdAt"] = normal_time(created)
        if effect.fields is not None and "active" in effect.fields:
            image["active"] = bool(payload.get("active"))
        return image

    def _new(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.client.post("projects", {**body, "active": True})

    def _copied(self, template: Template, body: Mapping[str, Any]) -> Mapping[str, Any]:
        source = self.catalogue.project(template.project)
        if source is None:
            raise ItemFailed(f"OpenProject has no project '{template.project}' to copy", code="unknown_name")
        job = self.client.begin(f"projects/{source}/copy", {**body, "_meta": template.meta()})
        done = finished(self.client, job, f"copying the project '{template.project}'")
        made = linked(done.get("payload") or {}, "project")
        return self.client.get(f"projects/{made or quote(body['identifier'], safe='')}")

    def _body(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {
            name: value for name, value in wanted.items() if name in ("identifier", "name", "public", "active")
        }
        if "description" in wanted:
            body["description"] = {"raw": wanted["description"]}
        if "parent" in wanted:
            body["_links"] = {"parent": link("projects", wanted["parent"])}
        return body

    def _found(self, row: Mapping[str, Any]) -> Found:
        image = {
            "identifier": row.get("identifier"),
            "name": row.get("name"),
            "description": normal_text(raw(row.get("description"))),
            "public": bool(row.get("public")),
            "active": bool(row.get("active")),
            "parent": linked(row, "parent"),
            "createdAt": normal_time(row.get("createdAt")),
        }
        return Found(
            id=str(row["id"]),
            keys=(_key(row.get("identifier")),),
            updated=row.get("updatedAt"),
            image=image,
            label=str(row.get("name") or ""),
            display=str(row.get("identifier") or ""),
        )


def _key(identifier: Any) -> str:
    return f"identifier:{folded(identifier or '')}"
