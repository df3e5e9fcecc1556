"""Origin marks: how an item on the target tells which source item it was made from.

A mark counts only where j2o puts it: the last line of a description, the first line of a comment, the end of a file's,
relation's or time entry's text. What the source's own text holds elsewhere can say what it likes. Ids are
percent-encoded, the hyphen too, so that the mark of source ``acme`` is never read out of one of ``acme-eu``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional
from urllib.parse import quote, unquote

from .texts import normal_text

#: what stands before the id, by kind of item
WORK_PACKAGE, COMMENT, ATTACHMENT, TIME_ENTRY, RELATION, SPRINT = "", "c", "a", "w", "l", "s"
BOARD, BOARD_COLUMN, QUERY = "b", "bc", "q"

_ID = r"(?P<id>(?:[A-Za-z0-9._~]|%[0-9A-F]{2})+)"
#: a label with its brackets and backslashes escaped
_LABEL = r"\[(?P<label>(?:[^\[\]\\]|\\.)*)\]"


@dataclass(frozen=True)
class Marked:
    """A text taken apart: the id in its mark (``None``: it bears none of ours), the mark's label, and the rest."""

    id: Optional[str]
    text: str
    label: str = ""


class Marks:
    """Writes and reads the marks of one source."""

    def __init__(self, source: str, source_url: str) -> None:
        self._source = source
        self._url = source_url.rstrip("/")
        own = re.escape(f"j2o-{source}-")
        self._link = {kind: re.compile(rf"{_LABEL}\([^\s()]*#{own}{kind}{_ID}\)") for kind in (WORK_PACKAGE, COMMENT)}
        endings = (ATTACHMENT, TIME_ENTRY, RELATION, SPRINT)
        self._ending = {kind: re.compile(rf"(?:^|(?<=\s)){own}{kind}{_ID};\s*\Z") for kind in endings}
        self._whole = {kind: re.compile(rf"{own}{kind}{_ID}") for kind in (WORK_PACKAGE, BOARD, BOARD_COLUMN, QUERY)}

    def token(self, kind: str, identifier: str) -> str:
        """``j2o-acme-10023``; for a comment ``j2o-acme-c55``, and so on."""
        return f"j2o-{self._source}-{kind}{quote(identifier, safe='').replace('-', '%2D')}"

    def search_prefix(self, kind: str) -> str:
        """One word that every mark of this kind contains."""
        return f"j2o-{self._source}-{kind}"

    def link(self, kind: str, identifier: str, key: str, label: str, query: str = "") -> str:
        """A Markdown link to the item at its source that bears the mark. ``label`` is Markdown for inside a link."""
        address = f"{self._url}/browse/{quote(key, safe='')}" if self._url else ""
        return f"[{label}]({address}{query}#{self.token(kind, identifier)})"

    def ending(self, kind: str, identifier: str) -> str:
        """The terminated mark for the end of a plain text: ``j2o-acme-a4711;``."""
        return f"{self.token(kind, identifier)};"

    def read_last_line(self, text: object) -> Marked:
        """Take the mark of a work package off its description."""
        normal = normal_text(text)
        body, _, last = normal.rpartition("\n")
        match = self._link[WORK_PACKAGE].fullmatch(last.strip())
        return Marked(unquote(match["id"]), normal_text(body), match["label"]) if match else Marked(None, normal)

    def read_first_line(self, text: object) -> Marked:
        """Take the author-and-date line off a comment."""
        normal = normal_text(text)
        first, _, body = normal.partition("\n")
        match = self._link[COMMENT].fullmatch(first.strip())
        return Marked(unquote(match["id"]), normal_text(body), match["label"]) if match else Marked(None, normal)

    def read_ending(self, kind: str, text: object) -> Marked:
        """Take the mark of a file or a time entry off the end of its text."""
        normal = normal_text(text)
        match = self._ending[kind].search(normal)
        return Marked(unquote(match["id"]), normal_text(normal[: match.start()])) if match else Marked(None, normal)

    def read_value(self, value: object, kind: str = WORK_PACKAGE) -> Optional[str]:
        """The id in a value that holds nothing but the mark: a custom field of a work package, say."""
        match = self._whole[kind].fullmatch(str(value or "").strip())
        return unquote(match["id"]) if match else None
