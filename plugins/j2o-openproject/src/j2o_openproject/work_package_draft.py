"""From the payload of a work package to the request, to what should be stored, and to what is told in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping, Optional

from j2o_core.api import Difference, Effect, Note, TargetItem

from .addresses import Addresses
from .bad_values import bad_values_fail
from .catalogue import Catalogue
from .custom_fields import convert, readable
from .hal import link, links
from .marks import WORK_PACKAGE, Marks
from .progress import PROGRESS_FIELDS, progress_of
from .prose import block, joined, link_label, markdown
from .references import EffectReferences, PreservedReferences
from .target_items import optional_id, payload_of, principal_kind, target_id
from .texts import folded, one_line
from .times import day_of, normal_time, readable_time, sent_time
from .work_package_schema import WorkPackageSchema
from .work_package_versions import VERSION_FIELDS, place_versions

CUSTOM = "cf:"
DATE_FIELDS = ("startDate", "dueDate")
_BY_HAND = {"scheduleManually": True, "ignoreNonWorkingDays": True}
_CREATE_ONLY = ("author", "createdAt")


@dataclass
class Part:
    """What one payload field adds to a request."""

    properties: dict[str, Any] = field(default_factory=dict)
    links: dict[str, Any] = field(default_factory=dict)


@dataclass
class Draft:
    """One work package as it should be. ``parts`` and ``notes`` are by payload field."""

    project: str
    parts: dict[str, Part] = field(default_factory=dict)
    image: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()

    def creation(self, effect: Effect) -> dict[str, Any]:
        """The body that creates it."""
        body = self._body(self.parts, _BY_HAND)
        if effect.claims:
            body["_links"]["attachments"] = links("attachments", [claim.id for claim in effect.claims])
        return body

    def change(self, fields: Optional[Iterable[str]]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The body that sets some fields (``None``: all that can change), and their images."""
        named = set(self.parts if fields is None else map(self.own_name, fields))
        chosen = named - set(_CREATE_ONLY)
        if chosen & set(PROGRESS_FIELDS):
            chosen.update(PROGRESS_FIELDS)  # the server weighs them against each other
        if "sprints" in self.parts and chosen & set(VERSION_FIELDS):
            chosen.update(name for name in VERSION_FIELDS if name in self.parts)  # they share a field, and words
            chosen.add("description")
        if "notes" in chosen or chosen & set(self.notes):
            chosen.add("description")
        parts = {name: part for name, part in self.parts.items() if name in chosen}
        # What only a create can write is compared all the same where it was asked for: the difference is told.
        compared = chosen if fields is None else chosen | named
        image = {name: value for name, value in self.image.items() if name in compared}
        return self._body(parts, _BY_HAND if chosen & set(DATE_FIELDS) else {}), image

    def own_name(self, name: str) -> str:
        """A payload field as the server writes its name."""
        if not name.startswith(CUSTOM):
            return name
        return next((own for own in (*self.parts, *self.notes) if folded(own) == folded(name)), name)

    @staticmethod
    def _body(parts: Mapping[str, Part], more: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = dict(more)
        body["_links"] = {}
        for part in parts.values():
            body.update(part.properties)
            body["_links"].update(part.links)
        if not body["_links"]:
            del body["_links"]
        return body


def draft_of(
    effect: Effect, catalogue: Catalogue, marks: Marks, addresses: Addresses, source: str, origin_field: str, place: str
) -> Draft:
    """Everything that follows from one effect; ``place`` says where sprints go that are versions.

    Raises:
        ItemFailed: it names what the target has not, or holds a value that its field cannot be.
    """
    with bad_values_fail():
        return _draft(effect, catalogue, marks, addresses, source, origin_field, place)


def _draft(
    effect: Effect, catalogue: Catalogue, marks: Marks, addresses: Addresses, source: str, origin_field: str, place: str
) -> Draft:
    payload = payload_of(effect)
    project = target_id(payload.get("project"), "project")
    type_id = catalogue.types.id(payload.get("type"))
    schema = catalogue.schema(project, type_id)
    draft = Draft(project)
    references = EffectReferences(effect, effect.key, addresses)
    _add(draft, "project", project, links={"project": link("projects", project)})
    _add(draft, "type", catalogue.types.name(type_id), links={"type": link("types", type_id)})
    subject = one_line(payload.get("subject"))
    _add(draft, "subject", subject, {"subject": subject})
    _named(draft, payload, catalogue)
    _people(draft, payload)
    if "parent" in payload:
        parent = optional_id(payload["parent"])
        _add(draft, "parent", parent, links={"parent": link("work_packages", parent)})
    _history(draft, payload, catalogue)
    _dates(draft, payload, schema)
    _progress(draft, payload, schema)
    _versions(draft, payload, schema, place)
    _category(draft, payload, catalogue)
    add_custom(draft, payload, schema, catalogue, references)
    _origin(draft, effect, schema, marks, origin_field)
    _description(draft, effect, marks, references, PreservedReferences(effect, effect.key, addresses), source)
    return draft


def _add(
    draft: Draft,
    name: str,
    image: Any,
    properties: Optional[Mapping[str, Any]] = None,
    links: Optional[Mapping[str, Any]] = None,
) -> None:
    draft.parts[name] = Part(dict(properties or {}), dict(links or {}))
    draft.image[name] = image


def _named(draft: Draft, payload: Mapping[str, Any], catalogue: Catalogue) -> None:
    for name, names, kind in (
        ("status", catalogue.statuses, "statuses"),
        ("priority", catalogue.priorities, "priorities"),
    ):
        if payload.get(name):
            identifier = names.id(payload[name])
            _add(draft, name, names.name(identifier), links={name: link(kind, identifier)})


def _people(draft: Draft, payload: Mapping[str, Any]) -> None:
    for name in ("assignee", "responsible"):
        if name in payload:
            item = payload[name]
            _add(draft, name, optional_id(item), links={name: link(principal_kind(item), optional_id(item))})


def _history(draft: Draft, payload: Mapping[str, Any], catalogue: Catalogue) -> None:
    author, created = payload.get("author"), payload.get("createdAt")
    if not author and not created:
        return
    if catalogue.is_history_writable:
        if isinstance(author, TargetItem):
            _add(draft, "author", author.id, links={"author": link("users", author.id)})
        if created:
            _add(draft, "createdAt", normal_time(created), {"createdAt": sent_time(created)})
        return
    if isinstance(author, TargetItem):
        draft.notes["author"] = Note("Author", author.label or f"user {author.id}")
    if created:
        draft.notes["createdAt"] = Note("Created", readable_time(created))


def _dates(draft: Draft, payload: Mapping[str, Any], schema: WorkPackageSchema) -> None:
    # None where there are none: the server would take those of a parent or of children.
    days = {name: day_of(payload.get(name)) for name in DATE_FIELDS}
    if not schema.is_milestone:
        for name, day in days.items():
            _add(draft, name, day, {name: day})
        return
    start, due = days.get("startDate"), days.get("dueDate")
    day = due or start
    for name in days:
        _add(draft, name, day, {"date": day})
    if start and due and start != due:
        draft.notes["startDate"] = Note("Start date", start)


def _progress(draft: Draft, payload: Mapping[str, Any], schema: WorkPackageSchema) -> None:
    progress = progress_of(payload, schema)
    for name in PROGRESS_FIELDS:
        if name in progress.properties:
            draft.parts[name] = Part({name: progress.properties[name]})
    draft.image.update(progress.image)
    draft.notes.update(progress.notes)


def _versions(draft: Draft, payload: Mapping[str, Any], schema: WorkPackageSchema, place: str) -> None:
    placed = place_versions(payload, schema, place)
    for name, image in placed.images.items():
        _add(draft, name, image, links=placed.links[name])
    draft.notes.update(placed.notes)


def _category(draft: Draft, payload: Mapping[str, Any], catalogue: Catalogue) -> None:
    if "category" not in payload:
        return
    value = payload["category"]
    names = [str(name) for name in (value if isinstance(value, (list, tuple)) else [value]) if name]
    known = catalogue.categories(draft.project) if names else None
    found = next((name for name in names if known and known.find(name)), None)
    identifier = known.find(found) if known and found else None
    if not names or identifier:
        stored = known.name(identifier) if known else None
        _add(draft, "category", stored, links={"category": link("categories", identifier)})
    left = [name for name in names if name != found]
    if left:
        draft.notes["category"] = Note("Category", ", ".join(left))


def add_custom(
    draft: Draft,
    payload: Mapping[str, Any],
    schema: WorkPackageSchema,
    catalogue: Catalogue,
    references: EffectReferences,
) -> None:
    """Custom fields, and in words what they cannot hold; projects have such fields, too."""
    for key, value in payload.items():
        if not key.startswith(CUSTOM):
            continue
        wanted = key[len(CUSTOM) :]
        custom = schema.custom_field(wanted)
        name = f"{CUSTOM}{custom.name}" if custom else key
        try:
            if custom is None or not custom.is_writable:
                raise ValueError("not active here")
            converted = convert(custom, value, references, catalogue.options)
        except (ValueError, TypeError):
            # The server would refuse or forget it: it is kept in words.
            if value not in (None, "", []):
                draft.notes[name] = Note(wanted, value if not isinstance(value, (list, tuple)) else readable(value))
            continue
        place = "links" if custom.is_link else "properties"
        _add(draft, name, converted.image, **{place: {custom.property: converted.body}})
        if custom.is_required and converted.image in (None, "", []):
            del draft.parts[name]  # refused as empty; left out, it has its default, which is told
        if converted.left:
            draft.notes[name] = Note(wanted, readable(converted.left))
        elif custom.kind == "Date" and (moment := _time_of(value)):
            draft.notes[name] = Note(wanted, moment)  # a field of days has no room for the time


def _time_of(value: Any) -> Optional[str]:
    return None if (time := readable_time(str(value))) == str(value) else time


def _origin(draft: Draft, effect: Effect, schema: WorkPackageSchema, marks: Marks, origin_field: str) -> None:
    if not origin_field:
        return
    token = marks.token(WORK_PACKAGE, effect.origin.id)
    custom = schema.custom_field(origin_field)
    if custom is None:
        draft.differences = (Difference(f"{CUSTOM}{origin_field}", token, None),)
    else:
        draft.parts["origin"] = Part({custom.property: token})


def _description(
    draft: Draft,
    effect: Effect,
    marks: Marks,
    references: EffectReferences,
    preserved: PreservedReferences,
    source: str,
) -> None:
    own = [Note(note.label, readable_value(note.text)) for note in draft.notes.values()]
    body = joined(
        markdown(effect.payload.get("description"), references),
        block(f"Preserved from {source}", [*own, *effect.notes], preserved),
    )
    mark = marks.link(WORK_PACKAGE, effect.origin.id, effect.key, link_label(effect.key))
    _add(draft, "description", body, {"description": {"raw": joined(body, mark)}})


def readable_value(value: Any) -> Any:
    """What a note tells of a value that has no text of its own."""
    if isinstance(value, (bool, TargetItem, float)):
        return readable([value])
    return value
