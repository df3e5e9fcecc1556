"""One line of wiki markup to inlines.

The line is cut into tokens once; each opening mark then looks up its closing mark in a table made from
the right, so the work is linear whatever the line holds. Rules as Jira's own renderer has them: a mark
stands at the edge of a word, holds no blank at its inner edges and does not leave its line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import List, Mapping, Optional, Tuple, Union

from j2o_core.api import richtext as rt

from .marks import add_marks, in_order
from .wiki_emoji import WIKI_EMOJI
from .wiki_links import SCHEMES, read_link, strip_address
from .wiki_macros import colour_value, read_attributes
from .wiki_marks import MARKS, Delimiter, delimiter, pair

_WORD = r"[^\W_]"
_ALTERNATIVES = r"""
      (?P<escape>\\[-#*_+?^~|%{}\[\]()!@])
    | (?P<backslashes>\\\\)
    | (?P<code>\{\{)
    | (?P<forced>\{(?:[*_\-+^~]|\?\?)\})
    | (?P<colour>\{color(?::[^{}\n]*)?\})
    | (?P<anchor>\{anchor(?::[^{}\n]*)?\})
    | (?P<link>\[[^\[\]\n]+\])
    | (?P<image>(?<!WORD)!(?=[^\s!]))
    | (?P<dashes>-{2,})
    | (?P<run>\*{3,}|_{3,}|\+{3,}|\^{3,}|~{3,})
    | (?P<mark>(?<!WORD)(?:[*_\-+^~]|\?\?)(?=\S)|(?:[*_\-+^~]|\?\?)(?!WORD))
    | (?P<emoji>(?<!WORD)(?::-?[()PpD]|;-?\)|\((?:[yni/x!+\-?]|on|off|\*[yrgb]?|flag|flagoff)\))(?!WORD))
    """.replace("WORD", _WORD)
_ADDRESS = r"(?P<url>(?:https?://|ftps?://|ircs?://|mailto:)[A-Za-z0-9_?!~^/\\#$%&'()*+,\-.:;<=@]+)"
# The class of first characters spares most positions the long way through the alternatives: ten times as fast.
_TOKEN = re.compile(rf"(?=[\\{{\[!*_+^~?;(:\-])(?:{_ALTERNATIVES})", re.VERBOSE)
_TOKEN_OR_ADDRESS = re.compile(rf"(?=[\\{{\[!*_+^~?;(:\-hfim])(?:{_ALTERNATIVES}|{_ADDRESS})", re.VERBOSE)
_IMAGE_END = re.compile(rf"!(?!{_WORD})")
_FILE_ENDING = re.compile(r"\.[A-Za-z0-9]{1,5}$")
_LONGEST_IMAGE = 2_000
_ESCAPED = re.compile(r"\\([-#*_+?^~|%{}\[\]()!@])")


class _Colour:
    """A change of the text colour."""

    __slots__ = ("mark",)

    def __init__(self, mark: Optional[rt.Mark]) -> None:
        self.mark = mark


_Token = Union[str, rt.Inline, Delimiter, _Colour, List[rt.Inline]]


class InlineReader:
    """Reads lines one after the other; an open colour lasts over line ends, as it does in Jira."""

    def __init__(self, warnings: List[str]) -> None:
        self._warnings = warnings
        self._colour: Optional[rt.Mark] = None

    def read(self, line: str, links: bool = True) -> List[rt.Inline]:
        """The inlines of one line without line break; ``links`` is false inside the text of a link."""
        if self._colour is None and _tokens_of(line).search(line) is None:
            return [rt.Text(line)] if line else []
        return self._render(self._tokens(line, links))

    def _tokens(self, line: str, links: bool) -> List[_Token]:
        tokens: List[_Token] = []
        image_ends: Optional[List[int]] = None
        position = start = 0
        code_end = -2
        search = _tokens_of(line).search
        while True:
            match = search(line, position)
            if match is None:
                break
            position = match.end()
            token: Optional[_Token]
            kind = match.lastgroup
            if kind == "mark":
                token = delimiter(line, match.start(), position)
            elif kind == "run":
                # Only the edges of a run can be marks: inside, each sign has its like beside it.
                if match.start() > start:
                    tokens.append(line[start : match.start()])
                first = delimiter(line, match.start(), match.start() + 1)
                tokens.append(first or line[match.start()])
                tokens.append(line[match.start() + 1 : position - 1])
                start = position - 1
                token = delimiter(line, start, position)
            elif kind == "url":
                address = strip_address(match.group())
                position = match.start() + len(address)
                token = _address(address) if links and address.rstrip(":/") not in SCHEMES else None
            elif kind == "escape":
                # A backslash after a backslash is itself text: it never escapes.
                token = match.group()[1]
            elif kind == "backslashes":
                token = _forced_break(line, match.start())
            elif kind == "link":
                token = self._link(match.group()) if links else None
            elif kind == "code":
                if position > code_end >= 0 or code_end == -2:
                    code_end = line.find("}}", position)
                token = None
                if code_end >= position:
                    token, position = _monospace(line, position, code_end)
            elif kind == "image":
                if image_ends is None:
                    image_ends = [end.start() for end in _IMAGE_END.finditer(line)]
                token, position = _image(line, match.end(), image_ends)
            elif kind == "emoji":
                token = rt.Emoji(*WIKI_EMOJI[match.group()])
            elif kind == "forced":
                token = Delimiter(match.group()[1:-1], match.group(), True, True, True)
            elif kind == "dashes":
                token = _dash(line, match)
            elif kind == "colour":
                token = self._colour_change(match.group())
            else:
                token = rt.Anchor(match.group()[8:-1].strip())
            if token is None:
                continue
            if match.start() > start:
                tokens.append(line[start : match.start()])
            tokens.append(token)
            start = position
        if start < len(line):
            tokens.append(line[start:])
        return tokens

    def _render(self, tokens: List[_Token]) -> List[rt.Inline]:
        pair(tokens)
        out: List[rt.Inline] = []
        open_: List[Tuple[int, rt.Mark]] = []
        marks = self._marks(open_)
        run: List[str] = []

        def flush() -> None:
            if run:
                out.append(rt.Text("".join(run), marks))
                run.clear()

        for index, token in enumerate(tokens):
            if isinstance(token, str):
                run.append(token)
            elif isinstance(token, Delimiter):
                if open_ and open_[-1][0] == index:
                    flush()
                    open_.pop()
                    marks = self._marks(open_)
                elif token.closer > 0 and (not open_ or token.closer < open_[-1][0]):
                    flush()
                    open_.append((token.closer, MARKS[token.kind]))
                    marks = self._marks(open_)
                    if token.kind == "??":
                        run.append("— ")
                else:
                    run.append(token.raw)
            elif isinstance(token, _Colour):
                flush()
                self._colour = token.mark
                marks = self._marks(open_)
            else:
                for inline in token if isinstance(token, list) else (token,):
                    # A picture of a face is no bolder than another.
                    marked = inline if isinstance(inline, rt.Emoji) else add_marks(inline, marks)
                    if isinstance(marked, rt.Text) and marked.marks == marks:
                        run.append(marked.text)
                    else:
                        flush()
                        out.append(marked)
        flush()
        return out

    def _marks(self, open_: List[Tuple[int, rt.Mark]]) -> rt.Marks:
        marks = [mark for _, mark in open_]
        if self._colour is not None:
            marks.append(self._colour)
        return in_order(marks)

    def _link(self, raw: str) -> Optional[_Token]:
        link = read_link(raw[1:-1])
        if link is None and _tokens_of(raw).search(raw, 1) is None:
            return None
        if link is None:
            # Brackets as text; a mark outside does not end inside of them.
            return [rt.Text("["), *self._outside_colour(raw[1:-1]), rt.Text("]")]
        if link.node is not None:
            return [link.node, rt.Text(f" ({link.tip})")] if link.tip else link.node
        mark = rt.Mark(rt.LINK_KIND, link.href, link.tip)
        content = self._outside_colour(link.text)
        return [add_marks(inline, (mark,)) for inline in content] or [rt.Text(link.href, (mark,))]

    def _outside_colour(self, text: str) -> List[rt.Inline]:
        colour, self._colour = self._colour, None
        content = self.read(text, False)
        self._colour = colour
        return content

    def _colour_change(self, tag: str) -> _Token:
        if tag == "{color}":
            return _Colour(None)
        value = next(iter(read_attributes(tag[7:-1])), "")
        colour = colour_value(value) or "#000000"
        return _Colour(rt.Mark(rt.COLOUR_KIND, colour))


def _tokens_of(line: str) -> re.Pattern[str]:
    return _TOKEN_OR_ADDRESS if "://" in line or "mailto:" in line else _TOKEN


def _address(address: str) -> List[rt.Inline]:
    text = address[7:] if address.startswith("mailto:") else address
    href = re.sub(r"\\(.)", r"\1", address)
    return [rt.Text(text, (rt.Mark(rt.LINK_KIND, href),))]


def _forced_break(line: str, start: int) -> Union[str, rt.HardBreak]:
    """``\\\\`` breaks the line, except where another backslash stands in the same word (``\\\\server\\x``)."""
    if line[start - 1 : start] == "\\":
        return "\\\\"
    end = start + 2
    blank = _BLANK.search(line, end)
    word_end = blank.start() if blank else len(line)
    return "\\\\" if line.find("\\", end, word_end) >= 0 else rt.HardBreak()


_BLANK = re.compile(r"\s")


def _dash(line: str, match: re.Match[str]) -> Optional[str]:
    length = match.end() - match.start()
    before, after = line[match.start() - 1 : match.start()], line[match.end() : match.end() + 1]
    if length > 3 or (before and not before.isspace()) or (after and not after.isspace()):
        return match.group()
    return "–" if length == 2 else "—"


def _monospace(line: str, start: int, end: int) -> Tuple[_Token, int]:
    """``{{text}}`` is literal but for escapes; braces at its end belong to it."""
    while line.startswith("}", end + 2):
        end += 1
    text = line[start:end]
    if not text.strip():
        return line[start - 2 : end + 2], end + 2
    return rt.Text(_ESCAPED.sub(r"\1", text), (rt.CODE,)), end + 2


def _image(line: str, start: int, ends: List[int]) -> Tuple[Optional[_Token], int]:
    place = bisect_left(ends, start + 1)
    if place == len(ends):
        return None, start
    end = ends[place]
    if end - start > _LONGEST_IMAGE or line[end - 1].isspace():
        return None, start
    name, bar, options = line[start:end].partition("|")
    if not _is_picture(name, bool(bar)):
        return None, start
    size = read_attributes(options.split("|")[0].replace(",", "|"))
    width, height = _pixels(size.get("width", "")), _pixels(size.get("height", ""))
    alt = _words_of(size)
    if "://" in name and "[" not in name:
        return rt.Image("", name, alt, width, height), end + 1
    return rt.Image(name, "", alt, width, height), end + 1


def _words_of(options: Mapping[str, str]) -> str:
    """What is told of a picture: instead of it, and under the pointer."""
    alt, tip = ("" if options.get(name) == name else options.get(name, "") for name in ("alt", "title"))
    return f"{alt} ({tip})" if alt and tip and alt != tip else alt or tip


def _is_picture(name: str, has_options: bool) -> bool:
    """``!important!`` is a picture to Jira; a sentence between two exclamation marks is not."""
    if not name:
        return False
    return has_options or " " not in name or _FILE_ENDING.search(name) is not None


def _pixels(raw: str) -> int:
    digits = raw.strip('" ')
    digits = digits[:-2] if digits.endswith("px") else digits
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
