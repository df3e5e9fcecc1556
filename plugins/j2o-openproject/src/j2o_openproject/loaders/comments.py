"""Comments on work packages."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    Answer,
    Effect,
    EffectClass,
    Found,
    ItemFailed,
    ItemSkipped,
    Note,
    Phase,
    Provenance,
    RichText,
    TargetItem,
    Undo,
)

from ..hal import condition, elements, linked, raw
from ..marks import COMMENT
from ..prose import joined, link_label, markdown, note_line
from ..references import EffectReferences
from ..target_items import target_id
from ..times import moment_of, readable_time
from .entity import EntityLoader, of_those_that_exist

_INTERNAL_FEATURE = "internalcomments"
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:UTC|[+-]\d\d:\d\d)"
_BYLINE = re.compile(rf"(?:(?P<author>.*), )?(?P<created>{_TIME})(?:, edited (?P<updated>{_TIME}))?")
#: how a missing author is called in an effect's notes: by the payload field
_AUTHOR = "author"


class Comments(EntityLoader):
    """The API makes us the author and now the time: the real ones stand in the first line, which is the mark."""

    name = "openproject.comments"
    effect_class = EffectClass.MARKED
    phase = Phase.COMMENTS
    undo = Undo.COMPENSATING  # a comment can be emptied, not removed
    after = ("work_packages",)
    scan_by = "work_packages"
    scan_batch = 100
    notes_field = "text"
    rewrites_texts = True
    fields: ClassVar[Mapping[str, str]] = {
        "text": "rich text",
        "author": "who wrote it, in words",
        "createdAt": "when, in words",
        "updatedAt": "when it was edited, in words",
        "internal": "true: only for members with that permission (enterprise edition), never published without it",
    }
    required = ("text",)

    def provenance(self) -> Mapping[str, Provenance]:
        """The API knows no other author and time than ours and now."""
        where = "in the first line of the comment"
        return {"author": Provenance("author", False, where), "createdAt": Provenance("time", False, where)}

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """In order, one after the other on a work package."""
        return f"work_package:{parent}"

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """Our comments on some work packages: one look-up tells which have any."""
        word = self.marks.search_prefix(COMMENT)
        said = condition("comment", "~", [word])
        ids = {"select": "total,elements/id"}
        rows = of_those_that_exist(
            scopes,
            lambda some: self.client.pages("work_packages", condition("id", "=", some), said, params=ids),
            self.is_work_package,
        )
        for row in rows:
            yield from self._on(str(row["id"]))

    def strangers(self, parent: str) -> int:
        """Comments that are none of ours; entries of the history without words are no comments."""
        rows = elements(self.client.get_or_none(f"work_packages/{parent}/activities"))
        said = [row for row in rows if str(raw(row.get("comment")) or "").strip()]
        return sum(self._found(row, parent).mark is None for row in said)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark, among all comments of the work package."""
        parent = target_id(effect.parent, "work package")
        return [found for found in self._on(parent) if found.mark == effect.origin.id]

    def create(self, effect: Effect) -> Answer:
        """One comment, without a mail about it."""
        parent = target_id(effect.parent, "work package")
        wanted = self.image(effect)
        body: dict[str, Any] = {"comment": {"raw": self._text(effect, wanted)}}
        if wanted.get("internal"):
            self._need_internal()
            body["internal"] = True
        row = self.client.post(f"work_packages/{parent}/activities", body, quiet=True)
        found = self._found(row, parent)
        if wanted.get("internal") and not found.image["internal"]:
            self.delete(found.id)
            raise ItemFailed("OpenProject made a restricted comment public; it was emptied at once", code="restricted")
        return self.answer(found, wanted)

    def update(self, effect: Effect, current: Found) -> Answer:
        """The whole text anew; whether it is internal cannot be changed, and is told where it differs."""
        wanted = self.image(effect)
        # Unlike everywhere else in the API the text is a plain string here.
        row = self.client.patch(f"activities/{current.id}", {"comment": self._text(effect, wanted)}, quiet=True)
        return self.answer(self._found(row, current.parent), wanted)

    def read(self, identifier: str, parent: str = "") -> Found:
        """One comment."""
        return self._found(self.client.get(f"activities/{identifier}"), parent)

    def delete(self, identifier: str, parent: str = "") -> None:
        """Empty it: OpenProject then shows that it was retracted."""
        if self.client.get_or_none(f"activities/{identifier}") is not None:
            self.client.patch(f"activities/{identifier}", {"comment": ""}, quiet=True)

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """The text below the first line, and what the first line tells, as Markdown."""
        payload = effect.payload
        references = EffectReferences(effect, effect.parent_key, self.addresses)
        text = markdown(payload.get("text"), references)
        if not text:
            raise ItemSkipped("the comment has no text", code="empty_comment")
        author, notes = _author(effect)
        created, updated = payload.get("createdAt"), payload.get("updatedAt")
        image: dict[str, Any] = {
            "text": joined(note_line(notes, references), text),
            "author": link_label(author) if author else None,
            "createdAt": readable_time(created) if created else None,
            "updatedAt": readable_time(updated) if created and updated and _is_later(updated, created) else None,
        }
        if "internal" in payload:
            image["internal"] = bool(payload["internal"])
        return image

    def _text(self, effect: Effect, image: Mapping[str, Any]) -> str:
        created, updated = image["createdAt"], image["updatedAt"]
        label = ", ".join(part for part in (image["author"], created, updated and f"edited {updated}") if part)
        identifier = effect.origin.id
        # What has no number of its own is no comment there: its address is that of the issue.
        query = f"?focusedCommentId={identifier}" if identifier.isdigit() else ""
        link = self.marks.link(COMMENT, identifier, effect.parent_key, label or "comment", query)
        return joined(link, image["text"])

    def _need_internal(self) -> None:
        if _INTERNAL_FEATURE not in self.catalogue.features:
            raise ItemSkipped(
                "the comment is restricted, and internal comments need the enterprise edition of OpenProject: it was "
                "not published",
                code="restricted",
            )

    def _on(self, work_package: str) -> Iterator[Found]:
        rows = elements(self.client.get_or_none(f"work_packages/{work_package}/activities"))
        for row in sorted(rows, key=lambda row: int(row["id"])):
            found = self._found(row, work_package)
            if found.mark is not None:
                yield found

    def _found(self, row: Mapping[str, Any], parent: str) -> Found:
        marked = self.marks.read_first_line(raw(row.get("comment")))
        byline = _BYLINE.fullmatch(marked.label)
        author: Optional[str] = byline["author"] if byline else marked.label or None
        image = {
            "text": marked.text,
            "author": author if author != "comment" or byline else None,
            "createdAt": byline["created"] if byline else None,
            "updatedAt": byline["updated"] if byline else None,
            "internal": bool(row.get("internal")),
        }
        return Found(
            id=str(row["id"]),
            mark=marked.id,
            updated=row.get("updatedAt"),
            image=image,
            parent=parent or linked(row, "workPackage") or "",
        )


def _author(effect: Effect) -> tuple[str, list[Note]]:
    """The author's name, and the notes without the one that told it."""
    author = effect.payload.get(_AUTHOR)
    if isinstance(author, TargetItem):
        return author.label or f"user {author.id}", list(effect.notes)
    if isinstance(author, str):
        return author, list(effect.notes)
    told = next((note for note in effect.notes if note.label == _AUTHOR and not isinstance(note.text, RichText)), None)
    return (str(told.text) if told else ""), [note for note in effect.notes if note is not told]


def _is_later(updated: str, created: str) -> bool:
    try:
        return moment_of(updated) > moment_of(created)
    except ValueError:
        return updated != created
