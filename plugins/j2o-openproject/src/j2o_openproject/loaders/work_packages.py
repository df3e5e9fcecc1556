"""Work packages."""

from __future__ import annotations

from typing import Any, Callable, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    Answer,
    Difference,
    Effect,
    EffectClass,
    Found,
    ItemFailed,
    Meant,
    Numbering,
    Phase,
    Problem,
    Provenance,
    Refused,
)

from ..hal import condition, elements, linked, linked_all, raw
from ..marks import WORK_PACKAGE
from ..numbering import DEFAULT_GAPS, ProjectNumbering
from ..read_only_statuses import change, disturbed, put_back
from ..refusals import attributes_of
from ..refused_people import in_words, refused_before, refused_people, told
from ..target_items import target_id
from ..work_package_draft import Draft, draft_of
from ..work_package_image import found_of
from ..work_package_problems import problems_of, problems_there
from ..work_package_versions import WHEN_FREE
from .entity import FormLoader, failed, while_it_exists

#: a work package is some ten thousand characters with all its links: many on a page are many megabytes
_PAGE = {"pageSize": 200}
#: what to do about a refused attribute
_ADVICE = {
    "type": "Enable the type in the project (Project settings > Types) or make it a default for new projects",
    "version": "The version must be open and shared with the project; versions are closed at the finish",
    "parent": "A parent must exist, be no milestone, and lie in the same project unless the server allows others",
    "status": "The workflow of the type must allow this change of status",
}


_NO_MEMBER = (
    "OpenProject takes members of the project alone, with a role by which work can be assigned to them, so the "
    "description tells it; give them such a role, and choose them by hand"
)


class WorkPackages(FormLoader):
    """Found again by the origin mark on their description's last line. One POST each, with their files."""

    name = "openproject.work_packages"
    effect_class = EffectClass.MARKED
    phase = Phase.WORK_PACKAGES
    after = ("users", "groups", "projects", "memberships", "versions", "sprints")
    scan_by = "projects"
    parent_field = "parent"
    restored_fields = ("startDate", "dueDate")
    passing_fields = ("status",)
    named: ClassVar[Mapping[str, str]] = {
        "type": "types",
        "status": "statuses",
        "priority": "priorities",
        "category": "categories",
    }
    named_together: ClassVar[Mapping[str, tuple[str, ...]]] = {"workflows": ("type", "status")}
    named_options: ClassVar[Mapping[str, str]] = {"origin_field": "custom_fields"}
    notes_field = "description"
    fields: ClassVar[Mapping[str, str]] = {
        "project": "the project",
        "subject": "one line, up to 255 characters",
        "type": "name of a type that is enabled in the project",
        "status": "name of a status",
        "priority": "name of a priority",
        "description": "rich text; the readable block and the origin mark follow it",
        "author": "who created it, where the server lets it be written, else in words",
        "createdAt": "when it was created, likewise",
        "assignee": "a member who can be assigned",
        "responsible": "likewise",
        "parent": "the work package above",
        "startDate": "first day",
        "dueDate": "last day",
        "estimatedTime": "work, ISO 8601",
        "remainingTime": "remaining work, ISO 8601",
        "percentageDone": "0 to 100",
        "version": "an open version",
        "versions": "versions; all where the server takes several, else the first and the others in words",
        "sprints": "sprints, the one that counts first: in the field of sprints or versions, the others in words",
        "category": "name of a category of the project; in words where there is none",
        "cf:*": "a custom field by name; in words where it is not active for project and type",
    }
    required = ("project", "subject", "type")
    can_number = True
    takes_stand_ins = ("assignee", "responsible", "cf:*")

    @property
    def origin_field(self) -> str:
        """The text custom field that holds the origin mark too, or nothing."""
        return str(self.options.get("origin_field") or "")

    def provenance(self) -> Mapping[str, Provenance]:
        """As the administrator lets it be written."""
        written = self.catalogue.is_history_writable
        where = "by the server" if written else "in the lines below the description"
        return {
            "author": Provenance("author", written, f"{where}; somebody without an account always there in words"),
            "createdAt": Provenance("time of creation", written, where),
        }

    def numbering(self) -> Optional[Numbering]:
        """By project, where the option ``reproduce_keys`` is there."""
        asked = self.options.get("reproduce_keys")
        return None if asked is None else ProjectNumbering(self.client, asked.get("gaps", DEFAULT_GAPS))

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """By tree: a child's create changes what is above it."""
        return f"work_packages:{root or effect_key}"

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Names the target has not, and values it would refuse."""
        return problems_of(self, payload)

    def problems_at(self, payload: Mapping[str, Any], meant: Meant) -> Iterable[Problem]:
        """Types that the project of a work package has not."""
        return problems_there(self, payload, meant)

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All work packages of some projects, closed ones too; those of subprojects left out."""
        for project in scopes:
            for row in while_it_exists(self.client.pages(f"projects/{project}/work_packages", params=_PAGE)):
                if linked(row, "project") == project:
                    yield self._found(row)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark in the description, in its project."""
        project = target_id(effect.payload.get("project"), "project")
        # Terminated by the link's bracket: the filter finds parts of words.
        word = f"{self.marks.token(WORK_PACKAGE, effect.origin.id)})"
        rows = self.client.pages(f"projects/{project}/work_packages", condition("description", "~", [word]))
        return [found for found in map(self._found, rows) if found.mark == effect.origin.id]

    def create(self, effect: Effect) -> Answer:
        """One work package with its files, without a mail about it; whom the server refuses in it is told in words."""
        draft, differences = self._draft(effect), ()
        try:
            row = self.client.post("work_packages", draft.creation(effect), quiet=True)
        except Refused as refusal:
            people = refused_people(refusal, effect, draft)
            if not people:
                raise _advised(refusal) from None
            differences, effect = told(effect, people, _NO_MEMBER), in_words(effect, people)
            draft = self._draft(effect)
            try:
                row = self.client.post("work_packages", draft.creation(effect), quiet=True)
            except Refused as again:
                raise _advised(again) from None
        return self.answer(
            self._found(row),
            draft.image,
            differences=(*draft.differences, *differences),
            claimed=self._claimed(effect, row),
        )

    def differences(self, effect: Effect, found: Found) -> Sequence[Difference]:
        """What has no place here, too."""
        return (*super().differences(effect, found), *self._draft(effect).differences)

    def update(self, effect: Effect, current: Found) -> Answer:
        """Changed fields, if nobody has changed it since ``current`` was read. Dates are set by hand again."""
        draft, differences = self._draft(effect), ()
        before = refused_before(effect, draft, current)
        if before:
            effect = in_words(effect, before)
            draft = self._draft(effect)
        body, wanted = draft.change(effect.fields)
        if not body:
            return self.answer(self.read(current.id), wanted)
        try:
            row = change(self.client, current, body)
        except Refused as refusal:
            people = refused_people(refusal, effect, draft)
            if not people:
                raise _advised(refusal) from None
            differences, effect = told(effect, people, _NO_MEMBER), in_words(effect, people)
            body, wanted = self._draft(effect).change(effect.fields)
            if self.client.read_only_statuses.names():  # it may have been on its way through another status
                current = self.read(current.id)
            try:
                row = change(self.client, current, body)
            except Refused as again:
                raise _advised(again) from None
        found = self._found(row)
        return self.answer(found, wanted, differences=(*differences, *disturbed(self.client, current, found, wanted)))

    def after_doubt(self, effect: Effect, item: str, was_last: Callable[[str, Any], bool]) -> None:
        """A change of what is read-only goes through another status, where it may have ended."""
        if effect.fields is not None and "status" not in effect.fields:
            put_back(self.client, item, was_last)

    def wanted(self, effect: Effect) -> Mapping[str, Any]:
        """The fields that ``update`` would send; what is kept in words is in the description.

        Dates are set by hand, which no image tells: they are sent even where the days are the same.
        """
        body, wanted = self._draft(effect).change(effect.fields)
        return {**wanted, "scheduleManually": True} if "scheduleManually" in body else wanted

    def page(self, identifier: str) -> str:
        """What a browser shows."""
        return f"{self.client.url}/work_packages/{identifier}"

    def read(self, identifier: str, parent: str = "") -> Found:
        """One work package."""
        return self._found(self.client.get(f"work_packages/{identifier}"))

    def read_many(self, identifiers: Sequence[str]) -> Iterable[Found]:
        """Work packages in pages, closed ones too."""
        return map(self._found, self.client.pages("work_packages", condition("id", "=", identifiers), params=_PAGE))

    def goes_along(self, identifier: str) -> str:
        """Work packages below it, comments, and time: the server removes them too, without asking."""
        path = f"work_packages/{identifier}"
        row = self.client.get_or_none(path) or {}
        entries = elements(self.client.get_or_none(f"{path}/activities"))
        found = {
            "what stands below it": bool(linked_all(row, "children")),
            "its comments": any(raw(entry.get("comment")).strip() for entry in entries),
            "the time spent on it": row.get("spentTime") not in (None, "PT0S"),
        }
        return " and ".join(words for words, there in found.items() if there)

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove it. The server removes everything below it too, with comments, files and time entries."""
        self.client.delete(f"work_packages/{identifier}")

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Every field that the payload has and the target can hold; names for types and the like, ids for items."""
        return self._draft(effect).image

    def _draft(self, effect: Effect) -> Draft:
        place = str(self.options.get("sprints") or WHEN_FREE)
        return draft_of(effect, self.catalogue, self.marks, self.addresses, self.source, self.origin_field, place)

    def _found(self, row: Mapping[str, Any]) -> Found:
        return found_of(row, self.catalogue, self.marks, self.origin_field)

    def _claimed(self, effect: Effect, row: Mapping[str, Any]) -> tuple[str, ...]:
        if not effect.claims:
            return ()
        embedded = (row.get("_embedded") or {}).get("attachments")
        held = elements(embedded or self.client.get(f"work_packages/{row['id']}/attachments"))
        # The server drops uploads that it has cleaned up without a word.
        present = {str(file["id"]) for file in held}
        return tuple(claim.id for claim in effect.claims if claim.id in present)


def _advised(refusal: Refused) -> ItemFailed:
    advice = [_ADVICE[name] for name in attributes_of(refusal) if name in _ADVICE]
    return failed(refusal, ". ".join(dict.fromkeys(advice))) if advice else refusal
