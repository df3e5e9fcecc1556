"""Inline nodes and marks of the Atlassian Document Format."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, List, Optional

from j2o_core.api import richtext as rt

from .adf_cards import read_card
from .adf_nodes import line_of, number_of
from .cleaning import clean
from .marks import in_order
from .wiki_emoji import SHORT_NAMES

INLINE_KINDS = frozenset(
    {
        "text", "hardBreak", "mention", "emoji", "date", "status", "inlineCard", "mediaInline", "media",
        "placeholder", "inlineExtension", "unsupportedInline", "confluenceUnsupportedInline",
        "confluenceJiraIssue",
    }
)  # fmt: skip
_SIMPLE_MARKS = {
    "strong": rt.STRONG,
    "em": rt.EM,
    "strike": rt.STRIKE,
    "underline": rt.Mark(rt.UNDERLINE_KIND),
    "code": rt.CODE,
}
_SILENT_MARKS = frozenset({"annotation", "dataConsumer", "fragment", "breakout"})
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".svg", ".webp", ".tif", ".tiff", ".ico", ".heic")
#: a status as it comes
_NO_COLOUR = ("", "neutral")
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class AdfInlines:
    """Reads inline nodes; one method a node."""

    def __init__(self, warnings: List[str]) -> None:
        self._warnings = warnings
        self._readers: Dict[str, Callable[[Dict[str, Any], Dict[str, Any], rt.Marks], List[rt.Inline]]] = {
            "mention": self._mention,
            "emoji": self._emoji,
            "date": self._date,
            "status": self._status,
            "inlineCard": self._card,
            "media": self._media,
            "mediaInline": self._media,
            "placeholder": self._placeholder,
            "inlineExtension": self._extension,
        }

    def read(self, nodes: List[Dict[str, Any]]) -> rt.Inlines:
        """The inlines of a content list; runs of equal marks are joined."""
        out: List[rt.Inline] = []
        for node in nodes:
            kind = node.get("type")
            if kind == "text":
                self._text(node, out)
            elif kind == "hardBreak":
                out.append(rt.HardBreak())
            else:
                reader = self._readers.get(kind) if isinstance(kind, str) else None
                attributes = node.get("attrs")
                marks = self._marks(node.get("marks"))
                out.extend((reader or self._unknown)(node, attributes if isinstance(attributes, dict) else {}, marks))
        return tuple(out)

    def _text(self, node: Dict[str, Any], out: List[rt.Inline]) -> None:
        raw = node.get("text")
        if raw is None:
            return
        text = clean(raw if isinstance(raw, str) else str(raw), self._warnings)
        marks = self._marks(node.get("marks"))
        for number, line in enumerate(text.split("\n")):
            if number:
                out.append(rt.HardBreak())
            if not line:
                continue
            last = out[-1] if out else None
            if isinstance(last, rt.Text) and last.marks == marks:
                out[-1] = rt.Text(last.text + line, marks)
            else:
                out.append(rt.Text(line, marks))

    def _marks(self, raw: Any) -> rt.Marks:
        if not isinstance(raw, list) or not raw:
            return ()
        marks: List[rt.Mark] = []
        for item in raw:
            mark = self._mark(item) if isinstance(item, dict) else None
            if mark is not None:
                marks.append(mark)
        return in_order(marks)

    def _mark(self, item: Dict[str, Any]) -> Optional[rt.Mark]:
        kind = item.get("type")
        if not isinstance(kind, str):
            return None
        if kind in _SIMPLE_MARKS:
            return _SIMPLE_MARKS[kind]
        attributes = item.get("attrs")
        attributes = attributes if isinstance(attributes, dict) else {}
        if kind == "link":
            href = attributes.get("href")
            return rt.Mark(rt.LINK_KIND, href, line_of(attributes.get("title"))) if isinstance(href, str) else None
        if kind == "subsup":
            return {"sub": rt.SUB, "sup": rt.SUP}.get(str(attributes.get("type")))
        if kind in ("textColor", "backgroundColor"):
            colour = attributes.get("color")
            mark_kind = rt.COLOUR_KIND if kind == "textColor" else rt.BACKGROUND_KIND
            return rt.Mark(mark_kind, colour) if isinstance(colour, str) and colour else None
        if kind not in _SILENT_MARKS:
            self._warnings.append(f"the mark {kind!r} has no form in the tree and was left out")
        return None

    def _mention(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        label = line_of(attributes.get("text")).lstrip("@")
        return [rt.Mention("account_id", line_of(attributes.get("id")) or label, label, marks)]

    def _emoji(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        short_name = line_of(attributes.get("shortName"))
        text = line_of(attributes.get("text"))
        if not text or text.startswith(":"):
            text = SHORT_NAMES.get(short_name) or text or short_name
        return [rt.Emoji(text, short_name, marks)] if text else []

    def _date(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        raw = attributes.get("timestamp")
        try:
            day = (_EPOCH + timedelta(milliseconds=int(raw))).date().isoformat()  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError):
            self._warnings.append(f"a date with the timestamp {raw!r} was kept as text")
            return [rt.Text(line_of(raw), marks)] if line_of(raw) else []
        return [rt.Date(day, marks)]

    def _status(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        text, colour = line_of(attributes.get("text")), line_of(attributes.get("color"))
        if text and colour not in _NO_COLOUR:
            self._warnings.append("the colour of a status was left out")
        return [rt.Status(text, colour, marks)] if text else []

    def _card(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        return read_card(attributes, marks, self._warnings)

    def _media(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        """A file: width and height are those of the file itself, not of its place (``__width``), and are not kept."""
        alt = line_of(attributes.get("alt"))
        width = number_of(node.get("__width"), 0)
        if attributes.get("type") == "external":
            return [rt.Image("", line_of(attributes.get("url")), alt, width, 0, "", marks)]
        media_id = line_of(attributes.get("id"))
        name = line_of(attributes.get("__fileName")) or line_of(attributes.get("fileName")) or alt
        if not name:
            self._warnings.append(f"a file is known by its media id alone: {media_id}")
        if node.get("__single") or attributes.get("type") == "image" or name.lower().endswith(_PICTURES):
            return [rt.Image(name or media_id, "", alt, width, 0, media_id, marks)]
        return [rt.AttachmentLink(name or media_id, "", marks)]

    def _placeholder(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        text = line_of(attributes.get("text"))
        return [rt.UnknownInline("placeholder", text, marks)] if text else []

    def _extension(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        key = str(attributes.get("extensionKey") or "extension")
        self._warnings.append(f"the macro {key!r} has no counterpart: its text was kept")
        return [rt.UnknownInline(key, line_of(attributes.get("text")), marks)]

    def _unknown(self, node: Dict[str, Any], attributes: Dict[str, Any], marks: rt.Marks) -> List[rt.Inline]:
        kind = node.get("type")
        self._warnings.append(f"unknown node {kind!r}: its text was kept")
        texts: List[str] = []
        stack: List[Any] = [node]
        while stack:
            item = stack.pop()
            if not isinstance(item, dict):
                continue
            own = item.get("attrs")
            text = line_of(item.get("text")) or line_of(own.get("text") if isinstance(own, dict) else None)
            if text:
                texts.append(text)
            content = item.get("content")
            stack.extend(reversed(content) if isinstance(content, list) else [])
        return [rt.UnknownInline(str(kind), " ".join(texts), marks)] if texts else []
