"""Files on work packages."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, ClassVar, Iterable, Iterator, Mapping, Optional, Sequence

from j2o_core.api import (
    WARNING,
    Answer,
    Difference,
    Effect,
    EffectClass,
    Found,
    ItemFailed,
    ItemSkipped,
    Phase,
    Problem,
    Provenance,
    Refused,
    Stream,
)

from ..hal import elements, linked, raw
from ..marks import ATTACHMENT
from ..read_only_statuses import is_read_only, lifted, put_back
from ..target_items import target_id
from ..texts import one_line
from .entity import EntityLoader, readable_notes

_LONGEST_NAME = 255  # bytes: what file systems take
_LONGEST_DESCRIPTION = 255


class Attachments(EntityLoader):
    """Uploaded unclaimed, then claimed by the create of their work package; late ones are added to it."""

    name = "openproject.attachments"
    effect_class = EffectClass.MARKED
    phase = Phase.SHAPE  # before the texts that name them, and before comments, into whose entry they would merge
    after = ("work_packages",)
    claimed_by = "work_packages"
    passing_fields = ("status",)
    scan_by = "work_packages"
    notes_field = "description"
    fields: ClassVar[Mapping[str, str]] = {
        "fileName": "name; what no file system takes is replaced",
        "description": "plain text; the origin mark follows it",
        "size": "bytes at the source: what is over the target's limit is told before it is fetched",
    }
    required = ("fileName",)
    changeable = False

    def provenance(self) -> Mapping[str, Provenance]:
        """Whoever uploads a file is its author, now."""
        return {"description": Provenance("author and time", False, "in the description of the file")}

    def lane(self, effect_key: str, parent: str, root: str, payload: Mapping[str, Any]) -> str:
        """One after the other on a work package."""
        return f"work_package:{parent}"

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        """Files over the target's limit: an error where the spec does not say what becomes of them."""
        limit, policy = self.catalogue.attachment_limit, self.options.get("oversized")
        if limit is not None and int(payload.get("size") or 0) > limit:
            found = self.problem("J2O-O040", f"larger than the {limit:,} bytes that OpenProject takes", "size")
            yield (
                replace(found, severity=WARNING, message=f"{found.message} (oversized: {policy})") if policy else found
            )

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """All files of some work packages."""
        for work_package in scopes:
            yield from self._on(work_package)

    def find(self, effect: Effect) -> Sequence[Found]:
        """By the mark in the description, among the files of the work package."""
        if effect.parent is None:
            return ()  # nobody can list what is not claimed; the server cleans it up
        return [found for found in self._on(effect.parent.id) if found.mark == effect.origin.id]

    def upload(self, effect: Effect) -> Answer:
        """Send the file, to be claimed by the create of its work package."""
        return self._send(effect, "attachments", "")

    def create(self, effect: Effect) -> Answer:
        """Add the file to a work package that exists."""
        parent = target_id(effect.parent, "work package")
        path = f"work_packages/{parent}/attachments"
        try:
            return self._send(effect, path, parent)
        except Refused as refusal:
            if refusal.status != 403 or not is_read_only(self.client, parent):
                raise
        with lifted(self.client, parent):
            return self._send(effect, path, parent)

    def after_doubt(self, effect: Effect, item: str, was_last: Callable[[str, Any], bool]) -> None:
        """What is read-only is in another status while a file is added to it, where it may have stayed."""
        put_back(self.client, item, was_last)

    def update(self, effect: Effect, current: Found) -> Answer:
        """Not possible: files can only be added and removed."""
        raise ItemSkipped(
            "OpenProject can change neither name nor description of a file: it stays as it is", code="unchangeable"
        )

    def read(self, identifier: str, parent: str = "") -> Found:
        """One file's name, description, size and MD5."""
        return self._found(self.client.get(f"attachments/{identifier}"), parent)

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove a file."""
        path = f"attachments/{identifier}"
        try:
            self.client.delete(path)
        except Refused as refusal:
            holder = ""
            if refusal.status == 403:
                holder = parent or linked(self.client.get(path), "container") or ""
            if not holder or not is_read_only(self.client, holder):
                raise
            with lifted(self.client, holder):
                self.client.delete(path)

    def image(self, effect: Effect) -> Mapping[str, Any]:
        """Name and description; size and MD5 of the content are compared when it is sent."""
        return {"fileName": safe_name(effect.payload.get("fileName")), "description": self._description(effect)[0]}

    def differences(self, effect: Effect, found: Found) -> Sequence[Difference]:
        """Another name, and what of the description was cut, too."""
        own = (*self._description(effect)[1], *_renamed(effect, self.image(effect)))
        return (*super().differences(effect, found), *own)

    def _send(self, effect: Effect, path: str, parent: str) -> Answer:
        self._check_size(effect.payload.get("size"))
        if effect.content is None:
            raise ItemFailed("the file has no content", code="no_content")
        wanted = dict(self.image(effect))
        text, differences = self._description(effect)
        differences += _renamed(effect, wanted)
        described = f"{text} {self.marks.ending(ATTACHMENT, effect.origin.id)}".strip()
        with effect.content() as content:
            self._check_size(content.size)
            metadata = {"fileName": wanted["fileName"], "description": {"raw": described}}
            row = self.client.upload(path, metadata, wanted["fileName"], content)
            found = self._found(row, parent)
            self._check_content(found, content)
        return self.answer(found, wanted, differences=differences)

    def _check_size(self, size: Optional[int]) -> None:
        limit = self.catalogue.attachment_limit
        if not size or limit is None or int(size) <= limit:
            return
        message = (
            f"the file has {int(size):,} bytes, OpenProject takes {limit:,} (Administration > Files > Attachments)"
        )
        if self.options.get("oversized", "fail") == "skip":
            raise ItemSkipped(message, code="oversized")
        raise ItemFailed(message, code="oversized")

    def _check_content(self, found: Found, content: Stream) -> None:
        size, digest = found.image["size"], found.image["md5"]
        if size == content.size and (not digest or not content.md5 or digest == content.md5):
            return
        self.delete(found.id)
        raise ItemFailed(
            f"OpenProject received {size} bytes with MD5 {digest}, sent were {content.size} with {content.md5}; the "
            "copy was removed",
            code="damaged",
        )

    def _description(self, effect: Effect) -> tuple[str, tuple[Difference, ...]]:
        notes = readable_notes(effect.notes)
        text = one_line(" ".join(part for part in (one_line(effect.payload.get("description")), notes) if part))
        room = _LONGEST_DESCRIPTION - len(self.marks.ending(ATTACHMENT, effect.origin.id)) - 1
        if len(text) <= room:
            return text, ()
        cut = text[: room - 1].rstrip() + "…"
        return cut, (Difference("description", text, cut),)

    def _on(self, work_package: str) -> Iterator[Found]:
        rows = elements(self.client.get_or_none(f"work_packages/{work_package}/attachments"))
        for row in sorted(rows, key=lambda row: int(row["id"])):
            yield self._found(row, work_package)

    def _found(self, row: Mapping[str, Any], parent: str) -> Found:
        marked = self.marks.read_ending(ATTACHMENT, raw(row.get("description")))
        image = {
            "fileName": row.get("fileName"),
            "description": marked.text,
            "size": row.get("fileSize"),
            "md5": (row.get("digest") or {}).get("hash"),
        }
        return Found(
            id=str(row["id"]),
            mark=marked.id,
            updated=row.get("createdAt"),
            image=image,
            label=str(row.get("fileName") or ""),
            parent=parent or linked(row, "container") or "",
        )


def _renamed(effect: Effect, wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    name = effect.payload.get("fileName")
    return () if wanted["fileName"] == name else (Difference("fileName", name, wanted["fileName"]),)


def safe_name(name: Any) -> str:
    """A name that every file system takes: one line, no path, up to 255 bytes with its ending kept."""
    safe = one_line(name).replace("/", "_").replace("\\", "_")
    if not safe.strip(". "):
        safe = "attachment"
    stem, dot, ending = safe.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = safe, "", ""
    while len(f"{stem}{dot}{ending}".encode()) > _LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}{dot}{ending}"
