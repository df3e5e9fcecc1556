"""The structure of a document as a flat list, from Atlassian's ADF and from Markdown, to be compared.

A block is one entry, its kind; a run of text is one entry, its text and marks; white space at the edges of a
run counts for nothing.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

Entry = Tuple[str, ...]


def _escapes_of_images(state: StateCore) -> None:
    """Escaped signs in the text of an image are text: the parser joins them elsewhere only, and drops them here."""
    waiting: List[Token] = list(state.tokens)
    while waiting:
        token = waiting.pop()
        waiting.extend(token.children or ())
        if token.type == "image":
            for child in token.children or ():
                child.type = "text" if child.type == "text_special" else child.type


_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MARKDOWN.core.ruler.push("escapes_of_images", _escapes_of_images)
_TAGS = {
    "ul": "bulletList", "ol": "orderedList", "li": "listItem", "blockquote": "blockquote", "pre": "codeBlock",
    "hr": "rule", "table": "table", "tr": "tableRow", "td": "tableCell", "th": "tableHeader",
    "details": "expand", "h1": "heading1", "h2": "heading2", "h3": "heading3", "h4": "heading4",
    "h5": "heading5", "h6": "heading6",
}  # fmt: skip
_MARKS = {
    "strong": "strong",
    "em": "em",
    "del": "strike",
    "s": "strike",
    "ins": "underline",
    "sub": "sub",
    "sup": "sup",
}
_SAME = {"panel": "blockquote", "nestedExpand": "expand", "decisionList": "bulletList", "taskList": "bulletList"}
_ITEMS = {"taskItem", "decisionItem", "blockTaskItem", "listItem"}
_OPEN = {"layoutSection", "layoutColumn", "bodiedExtension", "bodiedSyncBlock", "doc"}
_EMOJI = {
    ":warning:": "⚠️", ":yellow_star:": "⭐", ":check_mark:": "✅", ":cross_mark:": "❌", ":plus:": "➕",
    ":light_bulb_off:": "🔌",
}  # fmt: skip


def render(markdown: str) -> str:
    """Markdown as HTML."""
    return str(_MARKDOWN.render(markdown))


def visible(markdown: str) -> str:
    """The text of rendered Markdown, white space joined, without OpenProject's escapes (``!#12``)."""
    reader = _Html()
    reader.feed(render(markdown))
    reader.close()
    return join("".join(reader.text))


def join(text: str) -> str:
    """Text with every run of white space as one blank."""
    return re.sub(r"\s+", " ", text).strip()


def similarity(left: List[Entry], right: List[Entry]) -> float:
    """1 for equal structures, 0 for those with nothing in common."""
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def of_markdown(markdown: str) -> List[Entry]:
    """The structure of rendered Markdown."""
    return _tidy([entry for entry in raw_of_markdown(markdown) if entry[0] != "close"])


def raw_of_markdown(markdown: str) -> List[Entry]:
    """As it comes: blocks with their depth, and ``close`` with that of the block that ends."""
    reader = _Html()
    reader.feed(render(markdown))
    reader.close()
    return reader.entries


def of_adf(document: Dict[str, Any]) -> List[Entry]:
    """The structure of an ADF document."""
    return _tidy(raw_of_adf(document))


def raw_of_adf(document: Dict[str, Any]) -> List[Entry]:
    """As it comes: blocks with their depth."""
    entries: List[Entry] = []
    _adf(document, 0, entries)
    return entries


def blocks_only(entries: List[Entry]) -> List[Entry]:
    """Without text and paragraphs."""
    return [entry[:1] for entry in entries if entry[0] not in ("text", "paragraph", "break", "image")]


def _adf(node: Dict[str, Any], depth: int, out: List[Entry]) -> None:
    kind = node["type"]
    attributes = node.get("attrs") or {}
    content = node.get("content") or []
    if kind in _OPEN:
        for child in content:
            _adf(child, depth, out)
        return
    if kind == "text":
        _run(out, node["text"], [_adf_mark(mark) for mark in node.get("marks", [])])
    elif kind == "hardBreak":
        out.append(("break",))
    elif kind in ("mediaSingle", "mediaGroup"):
        out.append(("paragraph", str(depth)))
        for place, child in enumerate(content):
            if place and kind == "mediaGroup":
                out.append(("break",))
            if kind == "mediaGroup":
                name = (child.get("attrs") or {}).get("alt") or (child.get("attrs") or {}).get("id", "")
                _run(out, name, ["link:" + name])
            else:
                _adf(child, depth + 1, out)
    elif kind in ("media", "mediaInline"):
        name = attributes.get("alt") or attributes.get("id", "")
        if kind == "mediaInline" and attributes.get("type") != "image":
            _run(out, name, ["link:" + name])
        else:
            out.append(("image", attributes.get("url") or name))
    elif kind == "caption":
        out.append(("paragraph", str(depth)))
        for child in content:
            _adf(child, depth + 1, out)
    elif kind == "mention":
        _run(out, "@" + (attributes.get("text") or attributes["id"]).lstrip("@"), [])
    elif kind == "emoji":
        text = attributes.get("text") or attributes["shortName"]
        _run(out, _EMOJI.get(text, text), [])
    elif kind == "status":
        _run(out, attributes["text"], ["strong"])
    elif kind == "date":
        day = datetime(1970, 1, 1) + timedelta(milliseconds=int(attributes["timestamp"]))
        _run(out, day.date().isoformat(), [])
    elif kind in ("inlineCard", "blockCard", "embedCard"):
        data = attributes.get("data") or {}
        url = attributes.get("url") or data.get("url") or ""
        if kind != "inlineCard":
            out.append(("paragraph", str(depth)))
        _run(out, data.get("name") or url, ["link:" + _address(url)] if url else [])
    elif kind == "placeholder":
        _run(out, attributes.get("text", ""), [])
    elif kind in ("extension", "inlineExtension", "syncBlock"):
        if attributes.get("text"):
            if kind == "extension":
                out.append(("paragraph", str(depth)))
            _run(out, attributes["text"], [])
    else:
        name = _SAME.get(kind, kind)
        if kind in _ITEMS:
            name = "listItem"
        elif kind == "heading":
            name = f"heading{attributes.get('level', 1)}"
        out.append((name, str(depth)))
        if name == "expand" and attributes.get("title"):
            _run(out, attributes["title"], [])
        if kind == "codeBlock":
            out.append(("text", "".join(child.get("text", "") for child in content).strip("\n")))
            return
        if kind in ("taskItem", "blockTaskItem"):
            _run(out, "[x] " if attributes.get("state") == "DONE" else "[ ] ", [])
        for child in content:
            _adf(child, depth + 1, out)


def _adf_mark(mark: Dict[str, Any]) -> str:
    kind = mark["type"]
    attributes = mark.get("attrs") or {}
    if kind == "link":
        return "link:" + _address(attributes["href"])
    if kind == "subsup":
        return str(attributes["type"])
    if kind == "textColor":
        return "" if attributes["color"] in ("#000000",) else "color:" + attributes["color"]
    if kind == "backgroundColor":
        return "background:" + attributes["color"]
    return kind if kind in ("strong", "em", "strike", "underline", "code") else ""


def _address(raw: str) -> str:
    """An address as browsers see it: percent signs decoded, no slash after a bare host."""
    address = unquote(raw)
    return address[:-1] if re.fullmatch(r"[a-z]+://[^/]+/", address) else address


def _run(out: List[Entry], text: str, marks: List[str]) -> None:
    """A run of text; Markdown has no marked blanks at the edge of a mark, so they stand outside here too."""
    kinds = tuple(sorted({mark for mark in marks if mark}))
    body = text.strip(" ") if kinds and "code" not in kinds else text
    if not body:
        out.append(("text", text))
        return
    start = text.index(body[0]) if body != text else 0
    for part, part_kinds in ((text[:start], ()), (body, kinds), (text[start + len(body) :], ())):
        if part:
            out.append(("text", part, *part_kinds))


def _tidy(entries: List[Entry]) -> List[Entry]:
    """Runs of equal marks joined, blanks at the edges of lines and empty paragraphs left out, depth left out."""
    out: List[Entry] = []
    for entry in entries:
        if entry[0] == "text" and out and out[-1][0] == "text" and out[-1][2:] == entry[2:] and len(out[-1]) > 1:
            out[-1] = ("text", out[-1][1] + entry[1], *entry[2:])
        else:
            out.append(entry)
    clean: List[Entry] = []
    for place, entry in enumerate(out):
        if entry[0] == "paragraph":
            continue
        if entry[0] == "text":
            text = entry[1].strip()
            if text:
                clean.append(("text", text, *entry[2:]))
            continue
        if entry[0] == "break":
            if (
                clean
                and clean[-1][0] == "text"
                and place + 1 < len(out)
                and out[place + 1][0] in ("text", "break", "image")
            ):
                clean.append(entry)
            continue
        clean.append(entry if entry[0] == "image" else entry[:1])
    return clean


class _Html(HTMLParser):
    """Entries of HTML."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.entries: List[Entry] = []
        self.text: List[str] = []
        self._marks: List[Tuple[str, str]] = []
        self._depth = 0
        self._code = False

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _TAGS:
            self.entries.append((_TAGS[tag], str(self._depth)))
            self.text.append("\n")
            self._code = self._code or tag == "pre"
            if tag != "hr":
                self._depth += 1
        elif tag == "p":
            self.entries.append(("paragraph", str(self._depth)))
            self.text.append("\n")
        elif tag == "br":
            self.entries.append(("break",))
            self.text.append("\n")
        elif tag == "img":
            self.entries.append(("image", unquote(values["src"])))
            self.text.append(values.get("alt", ""))
        elif tag in _MARKS:
            self._marks.append((tag, _MARKS[tag]))
        elif tag == "code" and not self._code:
            self._marks.append((tag, "code"))
        elif tag == "a":
            self._marks.append((tag, "link:" + _address(values.get("href", ""))))
        elif tag == "span":
            style = values.get("style", "")
            name, _, value = style.partition(": ")
            self._marks.append((tag, f"{name.replace('-color', '')}:{value}" if style else ""))
        elif tag == "summary":
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _TAGS and tag != "hr":
            self._depth -= 1
            self.entries.append(("close", str(self._depth)))
            self._code = self._code and tag != "pre"
            self.text.append("\n")
        for place in range(len(self._marks) - 1, -1, -1):
            if self._marks[place][0] == tag:
                del self._marks[place]
                break

    def handle_data(self, data: str) -> None:
        if self._code:
            self.entries.append(("text", data.strip("\n")))
            self.text.append(data)
            return
        self.text.append(data)
        if not data.strip() and "\n" in data:
            return
        if data.strip("\n"):
            _run(self.entries, data.strip("\n"), [mark for _, mark in self._marks])


def empty_header_rows_left_out(markdown: str) -> List[Entry]:
    """As ``of_markdown``; the empty header row that GFM demands of every table is none."""
    entries = of_markdown(markdown)
    out: List[Entry] = []
    place = 0
    while place < len(entries):
        if entries[place] == ("tableRow",):
            end = place + 1
            while end < len(entries) and entries[end] == ("tableHeader",):
                end += 1
            if end > place + 1 and (end == len(entries) or entries[end] == ("tableRow",)):
                place = end
                continue
        out.append(entries[place])
        place += 1
    return out


def dump(entries: List[Entry]) -> str:
    """Entries for a person to read."""
    return " ".join(entry[0] if len(entry) == 1 else json.dumps(entry[1:], ensure_ascii=False) for entry in entries)
