"""Projects."""

from __future__ import annotations

from typing import Any, Callable, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence
from urllib.parse import quote

from j2o_core.api import (
    Answer,
    Difference,
    Effect,
    EffectClass,
    Found,
    ItemFailed,
    Note,
    Phase,
    Problem,
    Refused,
    Taken,
)

from ..background import finished
from ..bad_values import bad_values_fail
from ..custom_fields import stored
from ..hal import link, linked, raw
from ..identifiers import form_of, is_possible, suggested
from ..project_templates import Template, template_of
from ..prose import block, joined, markdown
from ..references import EffectReferences
from ..refusals import attributes_of
from ..refused_people import in_words, refused_before, refused_people, told
from ..target_items import optional_id, payload_of
from ..texts import folded, normal_text, one_line
from ..times import normal_time, readable_time, sent_time
from ..work_package_draft import CUSTOM, Draft, add_custom, readable_value
from .entity import FormLoader, failed

_LONGEST_NAME = 255
_ADVICE = (
    "It is an attribute of projects: give it a value that it takes, as 'cf:NAME' of this entity, or make it optional"
)


#: versions before 17.0 let nobody be named who is a member of no project, and a new project has no members yet
_NO_MEMBER = (
    "OpenProject takes nobody here who is no member yet (before 17.0: of any project), so the description tells it; "
    "memberships are written after projects: choose the person by hand then, or update OpenProject first"
)


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
        "cf:*": "a project attribute by name; in words where it is not there",
    }
    required = ("identifier", "name")
    named: ClassVar[Mapping[str, str]] = {"cf:*": "project_attributes"}
    takes_stand_ins = ("cf:*",)
    parent_field = "parent"
    finish_fields = ("active",)

    def prepare(self) -> None:
        """Work packages have the types of the project that theirs are to be copied from."""
        self.catalogue.copied_project = self.template.project if self.template else None

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
        """An active project, archived at the finish where it is to be; whom the server refuses is told in words."""
        troubles: list[str] = []
        try:
            row, effect, differences = self._saying(effect, lambda sent: self._create(sent, troubles))
        except Refused as refusal:
            named = attributes_of(refusal)
            if "identifier" in named and self.find(effect):
                raise Taken(refusal.message, code=refusal.code, detail=refusal.detail) from None
            if any(name.startswith("customField") for name in named):
                raise failed(refusal, _ADVICE) from None
            raise
        missing = [Difference("template", trouble, None) for trouble in troubles]
        return self.answer(self._found(row), self.image(effect), differences=(*differences, *missing))

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields."""
        effect = in_words(effect, refused_before(effect, self._attributes(effect), current))

        def change(changed: Effect) -> Mapping[str, Any]:
            return self.client.patch(f"projects/{current.id}", self._body(changed, self.wanted(changed)))

        row, effect, differences = self._saying(effect, change)
        return self.answer(self._found(row), self.wanted(effect), differences=differences)

    def wanted(self, effect: Effect) -> Mapping[str, Any]:
        """The fields that ``update`` would send; what an attribute cannot hold is in the description."""
        image = {name: value for name, value in self.image(effect).items() if name != "createdAt"}
        if effect.fields is None:
            return image
        attributes = self._attributes(effect)
        fields = {attributes.own_name(name) for name in effect.fields}
        fields.update({"description"} if fields & set(attributes.notes) else ())
        return {name: value for name, value in image.items() if name in fields}

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
        own = [Note("Created", readable_time(created))] if created and self.template else []
        attributes = self._attributes(effect)
        own += [Note(note.label, readable_value(note.text)) for note in attributes.notes.values()]
        notes = block(f"Preserved from {self.source}", [*own, *effect.notes], references)
        if "description" in payload or notes:
            image["description"] = joined(markdown(payload.get("description"), references), notes)
        if "parent" in payload:
            image["parent"] = optional_id(payload["parent"])
        if created and is_written:
            with bad_values_fail():
                image["createdAt"] = normal_time(created)
        if effect.fields is not None and "active" in effect.fields:
            image["active"] = bool(payload.get("active"))
        return {**image, **attributes.image}

    def _attributes(self, effect: Effect) -> Draft:
        """Custom fields of the project; those of a copy are the ones that its template has."""
        draft, payload = Draft(""), payload_of(effect)
        if any(name.startswith(CUSTOM) for name in payload):
            schema = self.catalogue.project_schema
            if self.template:
                schema = self.catalogue.active_attributes(self._to_copy(self.template))
            references = EffectReferences(effect, effect.key, self.addresses)
            with bad_values_fail():
                add_custom(draft, payload, schema, self.catalogue, references)
        return draft

    def _saying(
        self, effect: Effect, send: Callable[[Effect], Mapping[str, Any]]
    ) -> tuple[Mapping[str, Any], Effect, tuple[Difference, ...]]:
        """The answer to a request, with what was sent in the end: people whom the server refuses as words."""
        try:
            return send(effect), effect, ()
        except Refused as refusal:
            people = refused_people(refusal, effect, self._attributes(effect))
            if not people:
                raise
        spoken = in_words(effect, people)
        return send(spoken), spoken, told(effect, people, _NO_MEMBER)

    def _create(self, effect: Effect, troubles: list[str]) -> Mapping[str, Any]:
        wanted = self.image(effect)
        body = self._body(effect, wanted)
        if "createdAt" in wanted:
            body["createdAt"] = sent_time(effect.payload["createdAt"])
        if self.template:
            return self._copied(self.template, body, troubles)
        return self.client.post("projects", {**body, "active": True})

    def _copied(self, template: Template, body: Mapping[str, Any], troubles: list[str]) -> Mapping[str, Any]:
        """The copy; ``troubles``: what the server says did not come along, though the project is there."""
        source = self._to_copy(template)
        job = self.client.begin(f"projects/{source}/copy", {**body, "_meta": template.meta()})
        done = finished(self.client, job, f"copying the project '{template.project}'")
        told = done.get("payload") or {}
        troubles += map(str, told.get("errors") or ())
        made = linked(told, "project")
        return self.client.get(f"projects/{made or quote(body['identifier'], safe='')}")

    def _to_copy(self, template: Template) -> str:
        source = self.catalogue.project(template.project)
        if source is None:
            raise ItemFailed(f"OpenProject has no project '{template.project}' to copy", code="unknown_name")
        return source

    def _body(self, effect: Effect, wanted: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {
            name: value for name, value in wanted.items() if name in ("identifier", "name", "public", "active")
        }
        links: dict[str, Any] = {}
        if "description" in wanted:
            body["description"] = {"raw": wanted["description"]}
        if "parent" in wanted:
            links["parent"] = link("projects", wanted["parent"])
        for name, part in self._attributes(effect).parts.items():
            if name in wanted:
                body.update(part.properties)
                links.update(part.links)
        return {**body, "_links": links} if links else body

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
        if any(name.startswith("customField") for name in (*row, *(row.get("_links") or {}))):
            for custom in self.catalogue.project_schema.custom.values():
                image[f"{CUSTOM}{custom.name}"] = stored(custom, row, self.catalogue.options)
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
