"""One item of an archive, and the line of JSON that holds it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional

from j2o_core.api import digest

#: the names that the whole file of an attachment and preserved values have among the fields that are compared
FILE, NOTES = "(file)", "(notes)"


@dataclass(frozen=True)
class Line:
    """An item under the immutable id it has at the source. ``key`` and the parent's key are those of the last write.

    ``parent`` is ``{"id", "key"}`` of what it belongs to, ``notes`` are ``{"label", "text"}`` each, ``file`` is
    ``{"path", "size", "sha256"}`` of an attachment's content.
    """

    id: str
    key: str
    fields: Mapping[str, Any]
    parent: Optional[Mapping[str, str]] = None
    notes: tuple[Mapping[str, str], ...] = ()
    file: Optional[Mapping[str, Any]] = None
    deleted: bool = field(default=False, compare=False)

    @property
    def image(self) -> dict[str, Any]:
        """Everything that is compared, by field."""
        image = dict(self.fields)
        if self.notes:
            image[NOTES] = [dict(note) for note in self.notes]
        if self.file is not None:
            image[FILE] = dict(self.file)
        return image

    @property
    def version(self) -> str:
        """Changes with whatever the line says."""
        return digest(self.form())

    def form(self) -> dict[str, Any]:
        """The JSON object; what is empty is left out, but for ``fields``."""
        if self.deleted:
            return {"id": self.id, "deleted": True}
        form: dict[str, Any] = {"id": self.id, "key": self.key}
        if self.parent is not None:
            form["parent"] = dict(self.parent)
        form["fields"] = dict(self.fields)
        if self.notes:
            form["notes"] = [dict(note) for note in self.notes]
        if self.file is not None:
            form["file"] = dict(self.file)
        return form

    def encoded(self) -> bytes:
        """The line with its end. Text is kept as it is, but for halves of surrogate pairs, which are no UTF-8."""
        form = self.form()
        try:
            return json.dumps(form, ensure_ascii=False).encode() + b"\n"
        except UnicodeEncodeError:
            return json.dumps(form).encode() + b"\n"


def deletion(identifier: str) -> Line:
    """What is written in place of an item that is gone; no such line outlives the run."""
    return Line(identifier, "", {}, deleted=True)


def parse(data: bytes) -> Line:
    """Read a line. Raises ``ValueError`` where it is none of ours."""
    try:
        form = json.loads(data)
        if form.get("deleted"):
            return deletion(str(form["id"]))
        return Line(
            str(form["id"]),
            str(form["key"]),
            dict(form["fields"]),
            form.get("parent"),
            tuple(form.get("notes") or ()),
            form.get("file"),
        )
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"no item of an archive ({type(error).__name__})") from None
