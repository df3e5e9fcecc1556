"""Inlines as Markdown.

Flat marks become nested ones. Where Markdown's rules for ``**`` and ``_`` would not read a mark back (in the
middle of a word, beside punctuation), the mark is written as HTML instead.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Dict, List, Sequence, Tuple

from j2o_core.api import richtext as rt

from .escaping import escape, escape_address, escape_tip, written_text
from .live import live_places
from .references import References
from .typed_addresses import with_typed_addresses

_MARKDOWN_MARKS: Dict[str, Tuple[str, str]] = {
    rt.STRONG_KIND: ("**", "strong"),
    rt.EM_KIND: ("_", "em"),
    rt.STRIKE_KIND: ("~~", "del"),
}
_HTML_MARKS = {rt.CITE_KIND: "em", rt.UNDERLINE_KIND: "ins", rt.SUB_KIND: "sub", rt.SUP_KIND: "sup"}
#: marks that are always written as an element
_ELEMENTS = frozenset({*_MARKDOWN_MARKS, *_HTML_MARKS, rt.CODE_KIND, rt.LINK_KIND})
_DEFAULT_COLOURS = frozenset({"#172b4d", "#000000", "#333333", "#000", "#333", "black"})
_UNSAFE_SCHEME = re.compile(r"\s*(?:javascript|vbscript|file|data):", re.IGNORECASE)
_AUTOLINK = re.compile(r"https?://[!#$&-;=?-Z_a-z~]+")
_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_TICKS = re.compile(r"`+")
_ANCHOR = re.compile(r"[^\w.:-]")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}|[A-Za-z]{3,20}|rgb\([0-9, ]{5,13}\)")

# A piece of output: its text, and the mark whose delimiters still have to be chosen (or none).
_Piece = Tuple[str, str]


class InlineWriter:
    """Writes the inlines of one document; asks for references and collects warnings."""

    def __init__(self, resolver: rt.Resolver, warnings: List[str]) -> None:
        self.references = References(resolver, warnings)
        self._warnings = warnings
        self._is_whole = False

    def write(self, content: Sequence[rt.Inline], line_break: str) -> str:
        """Inlines as Markdown; ``line_break`` stands for hard breaks."""
        content = with_typed_addresses(self.references.settled(tuple(content)))
        self._is_whole = len(content) == 1
        if len(content) == 1:
            only = content[0]
            if type(only) is rt.Text and not only.marks:
                return self.text(only.text)
        return self._join(self._pieces(content, 0, False, line_break), "", "")

    def text(self, text: str, in_link: bool = False) -> str:
        """Plain text as Markdown, kept from coming alive."""
        written = written_text(text, self._is_whole)
        return written.replace("]", "\\]") if in_link else written

    def _pieces(self, content: Sequence[rt.Inline], level: int, in_link: bool, line_break: str) -> List[_Piece]:
        pieces: List[_Piece] = []
        index = 0
        while index < len(content):
            inline = content[index]
            marks: rt.Marks = getattr(inline, "marks", ())
            if len(marks) <= level:
                if isinstance(inline, rt.Status):
                    self._is_whole = True
                    pieces.extend(_set_apart(self.text(inline.text, in_link), rt.STRONG_KIND))
                    index += 1
                    continue
                self._is_whole = _stands_alone(content, index, level)
                pieces.append((self._plain(inline, in_link, line_break), ""))
                index += 1
                continue
            mark = marks[level]
            end = index + 1
            while end < len(content):
                following: rt.Marks = getattr(content[end], "marks", ())
                if len(following) <= level or following[level] != mark:
                    break
                end += 1
            pieces.extend(self._marked(mark, content[index:end], level + 1, in_link, line_break))
            index = end
        return pieces

    def _marked(
        self, mark: rt.Mark, content: Sequence[rt.Inline], level: int, in_link: bool, line_break: str
    ) -> List[_Piece]:
        if mark.kind == rt.CODE_KIND:
            return [(self._code(content), "")]
        if mark.kind == rt.LINK_KIND:
            return self._link(mark, content, level, in_link, line_break)
        inner = self._join(self._pieces(content, level, in_link, line_break), ".", ".")
        if mark.kind in _MARKDOWN_MARKS:
            return _set_apart(inner, mark.kind)
        if mark.kind in _HTML_MARKS:
            tag = _HTML_MARKS[mark.kind]
            return [(f"<{tag}>{inner}</{tag}>", "")]
        style = mark_style(mark)
        return [(f'<span style="{style}">{inner}</span>' if style else inner, "")]

    def _plain(self, inline: rt.Inline, in_link: bool, line_break: str) -> str:
        if isinstance(inline, rt.Text):
            return self.text(inline.text, in_link)
        if isinstance(inline, rt.HardBreak):
            return line_break
        if isinstance(inline, rt.Mention):
            return self._mention(inline, in_link)
        if isinstance(inline, rt.Image):
            return self._image(inline)
        if isinstance(inline, rt.AttachmentLink):
            return self._attachment(inline, in_link)
        if isinstance(inline, rt.IssueKey):
            return self._issue(inline, in_link)
        if isinstance(inline, rt.Anchor):
            return f'<a name="{_ANCHOR.sub("-", inline.name)}"></a>' if inline.name else ""
        return self.text(rt.inline_text(inline), in_link)

    def _code(self, content: Sequence[rt.Inline]) -> str:
        text = "".join([rt.inline_text(inline) for inline in content])
        return code_span(text.replace("\n", " "))

    def _link(
        self, mark: rt.Mark, content: Sequence[rt.Inline], level: int, in_link: bool, line_break: str
    ) -> List[_Piece]:
        href = mark.value
        plain = "".join([rt.inline_text(inline) for inline in content])
        if in_link or _UNSAFE_SCHEME.match(href):
            if in_link:
                return self._pieces(content, level, in_link, line_break)
            self._warnings.append(f"the address {href[:80]!r} cannot be a link: it was written as text")
            tip = f" ({self.text(mark.tip)})" if mark.tip else ""
            if href == plain:
                return [(code_span(href.replace("\n", " ")) + tip, "")]
            return [*self._pieces(content, level, in_link, line_break), (f" ({code_span(href)}){tip}", "")]
        if not mark.tip and len(content) == 1 and len(getattr(content[0], "marks", ())) == level:
            if plain == href and _AUTOLINK.fullmatch(href) and not live_places(href, False):
                return [(f"<{href}>", "")]
            if href == "mailto:" + plain and _MAIL.fullmatch(plain):
                return [(f"<{plain}>", "")]
        inner = self._join(self._pieces(content, level, True, line_break), ".", ".")
        if not inner.strip():
            inner = self.text(href, True)
        tip = f" {escape_tip(mark.tip)}" if mark.tip else ""
        return [(f"[{inner}]({escape_address(href)}{tip})", "")]

    def _mention(self, mention: rt.Mention, in_link: bool) -> str:
        found = self.references.mention(mention)
        if found is None:
            return self.text(rt.inline_text(mention), in_link)
        id_, name = found
        label = html.escape("@" + name)
        return (
            f'<mention class="mention" data-id="{id_}" data-type="user" data-text="{label}">'
            f"{escape('@' + name)}</mention>"
        )

    def _issue(self, issue: rt.IssueKey, in_link: bool) -> str:
        address = self.references.issue(issue)
        shown = rt.inline_text(issue)
        if address is None or in_link:
            return self.text(shown, in_link)
        return f"[{self.text(shown, True)}]({escape_address(address)})"

    def _attachment(self, attachment: rt.AttachmentLink, in_link: bool) -> str:
        href = self.references.attachment(attachment)
        label = attachment.label or attachment.name
        if href is None or in_link:
            shown = self.text(label, in_link)
            return shown if label == attachment.name else f"{shown} ({self.text(attachment.name, in_link)})"
        return f"[{self.text(label, True)}]({escape_address(href)})"

    def _image(self, image: rt.Image) -> str:
        address = image.url or self.references.image(image)
        alt = image.alt or image.name
        if _UNSAFE_SCHEME.match(address):
            return self.text(alt or address)
        if image.width or image.height:
            size = "".join(
                [f' {name}="{value}"' for name, value in (("width", image.width), ("height", image.height)) if value]
            )
            return f'<img src="{html.escape(address)}" alt="{html.escape(alt)}"{size}>'
        return f"![{escape(alt).replace(']', chr(92) + ']')}]({escape_address(address)})"

    @staticmethod
    def _join(pieces: List[_Piece], before: str, after: str) -> str:
        """The pieces as one text, each mark written so that it reads back between its neighbours.

        ``before`` and ``after`` stand for the characters around the whole (empty: a line's edge).
        """
        if len(pieces) == 1 and not pieces[0][1]:
            return pieces[0][0]
        out: List[str] = []
        last = before
        for index, (text, kind) in enumerate(pieces):
            if not text:
                continue
            if not kind:
                if last == "!" and text[0] == "[":
                    out[-1] = out[-1][:-1] + "\\!"
                out.append(text)
                last = text[-1]
                continue
            following = after
            for place in range(index + 1, len(pieces)):  # no slice: copying the rest each time would be quadratic
                later, later_kind = pieces[place]
                if later:
                    following = _MARKDOWN_MARKS[later_kind][0][0] if later_kind else later[0]
                    break
            out.append(_delimited(text, kind, last, following))
            last = out[-1][-1]
        return "".join(out)


def code_span(text: str) -> str:
    """A code span whose fence is longer than any run of backticks inside."""
    if not text:
        return ""
    if "`" not in text:
        return f"` {text} `" if text[0] == " " == text[-1] and text.strip() else f"`{text}`"
    fence = "`" * (max(len(run) for run in _TICKS.findall(text)) + 1)
    pad = " " if text[0] in "` " or text[-1] in "` " else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _stands_alone(content: Sequence[rt.Inline], index: int, level: int) -> bool:
    """Whether an inline is a text node of its own: its neighbours are elements, or there are none."""
    for place in (index - 1, index + 1):
        if not 0 <= place < len(content):
            if level and content[index].marks[level - 1].kind not in _ELEMENTS:  # type: ignore[union-attr]
                return False
            continue
        other = content[place]
        marks: rt.Marks = getattr(other, "marks", ())
        if len(marks) > level and marks[level].kind in _ELEMENTS:
            continue
        if not isinstance(other, (rt.HardBreak, rt.Image, rt.Status)):
            return False
    return True


def _set_apart(inner: str, kind: str) -> List[_Piece]:
    """A marked text with the blanks at its edges outside of the mark."""
    body = inner.strip(" \t\n")
    if not body or body == "\\":
        return [(inner, "")]
    start = inner.index(body[0]) if inner[0] != body[0] else 0
    lead, rest = inner[:start], inner[start:]
    tail = rest[len(body) :]
    if (len(body) - len(body.rstrip("\\"))) % 2:
        body += "\\"  # it stood before a blank and needed no escape; now the mark's sign follows
    return [(lead, ""), (body, kind), (tail, "")]


def _delimited(text: str, kind: str, before: str, after: str) -> str:
    delimiter, tag = _MARKDOWN_MARKS[kind]
    left, right = _class(before), _class(after)
    first, last = _class(text[0]), _class(text[-1])
    opens = first == "word" or (first != "blank" and left in ("blank", "mark"))
    closes = last == "word" or (last != "blank" and right in ("blank", "mark"))
    if opens and closes:
        if delimiter == "_" and (left in ("word", "symbol") or right in ("word", "symbol")):
            delimiter = "*"
        if delimiter[0] not in (before, after, text[0], text[-1]):
            return f"{delimiter}{text}{delimiter}"
    return f"<{tag}>{text}</{tag}>"


def _class(character: str) -> str:
    """How Markdown sees the neighbour of a mark; symbols count as punctuation in some versions only."""
    if not character or character.isspace():
        return "blank"
    if character.isascii():
        return "word" if character.isalnum() else "mark"
    category = unicodedata.category(character)
    if category[0] == "P":
        return "mark"
    return "symbol" if category[0] == "S" else "blank" if category[0] == "Z" else "word"


def link_is_safe(href: str) -> bool:
    """Whether every renderer takes an address for a link."""
    return _UNSAFE_SCHEME.match(href) is None


def mark_style(mark: rt.Mark) -> str:
    """The CSS of a colour mark; empty for the usual colour of text and for what is no colour."""
    if mark.value.lower() in _DEFAULT_COLOURS or not _COLOUR.fullmatch(mark.value):
        return ""
    return f"{'color' if mark.kind == rt.COLOUR_KIND else 'background-color'}: {mark.value}"
