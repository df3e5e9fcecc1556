"""Text as Markdown that reads back as the very same text, and does not come alive in OpenProject.

OpenProject turns ``#12``, ``r34``, ``version:x``, ``[[page]]`` and ``anyValue:name`` in the rendered text into
links and macros, after Markdown, so that a backslash does not help. Its own escape is ``!`` before the
reference, which it removes again.
"""

from __future__ import annotations

import re
from typing import List, Tuple

_ESCAPE = re.compile(
    r"(?=[\\`\[*_<&~])(?:\\(?=[!-/:-@\[-`{-~]|$)"
    r"|`|\[|\*(?! )|(?<! )\*"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|<(?=[A-Za-z/!?]|$)"
    r"|&(?=#?[0-9A-Za-z]{1,40};)"
    r"|~(?=~)|(?<=~)~|^~|~$)"
)
_LINE_START = re.compile(r"^(?:[#>+\-=|:]|[0-9]{1,9}[.)](?:\s|$))")
_ONLY_RULE = re.compile(r"[-=|:\s]+")
_HEADING_START = re.compile(r"#{1,6}(?:\s|$)")
_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]{1,40};)")

_COLON_PREFIXES = "commit|source|export|version|project|user|attachment"
_HASH_PREFIXES = ("version", "message", "project", "user", "group", "document", "meeting", "view")
_LIVE = re.compile(
    r"(?P<hash>#+[0-9]+)"
    r"|(?P<revision>(?<![^\W_])r[0-9]+)"
    rf"|(?P<colon>(?<![^\W_])(?:{_COLON_PREFIXES}):(?:[^\"\s<>]|\"[^\"\n]{{1,200}}\"))"
    r"|(?P<wiki>\[\[[^\[\]\n|]{1,200}(?:\|[^\[\]\n|]{1,200})?\]\])"
    r"|(?P<attribute>(?:Label|Value):(?=[^\s.]))"
    r"|(?P<setting>\{\{(?=opSetting:))"
)
_REVISION = re.compile(r"r[0-9]")
_LEADING = frozenset("(,~-[>")
_PROJECT = re.compile(r"(?:^|(?<=[\s(,~\-\[>]))[a-z0-9\-_]{1,100}:$")
_AFTER_NUMBER = re.compile(r"$|[\s,)\]<]|\.$|[!-/:-@\[-`{-~]\W")


def escape(text: str) -> str:
    """Text in the middle of a line."""
    return _ESCAPE.sub(r"\\\g<0>", text)


def escape_line_start(line: str) -> str:
    """A finished line of Markdown kept from beginning a list, heading, quote, rule or table."""
    match = _LINE_START.match(line)
    if match is None:
        return line
    first = line[0]
    if first.isdigit():
        end = match.end()
        number = end - 1 if match.group()[-1] in ".)" else end - 2
        return line[:number] + "\\" + line[number:]
    if first == ">":
        return "\\" + line
    if first == "#":
        return "\\" + line if _HEADING_START.match(line) else line
    if first in "+-" and line[1:2] in ("", " ", "\t"):
        return "\\" + line
    if first != "+" and _ONLY_RULE.fullmatch(line):
        return "\\" + line
    return line


def escape_address(address: str) -> str:
    """The target of a link or image, in the form that Markdown reads back unchanged."""
    if _ENTITY.search(address):
        address = address.replace("&", "&amp;")
    if _PLAIN_ADDRESS.fullmatch(address):
        return address
    address = address.replace("\\", "\\\\").replace("<", "%3C").replace(">", "%3E")
    return "<" + _CONTROL.sub(lambda match: f"%{ord(match.group()):02X}", address) + ">"


_PLAIN_ADDRESS = re.compile(r"[^\s<>()\\\x00-\x20\x7f]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def live_places(text: str) -> List[Tuple[int, int, str]]:
    """Where text would come alive: (start, end, replacement), the replacement ``!`` or an HTML split.

    ``start == end`` inserts; otherwise the slice is set apart in an element of its own.
    """
    places: List[Tuple[int, int, str]] = []
    if "#" not in text and ":" not in text and "[[" not in text and _REVISION.search(text) is None:
        return places
    for match in _LIVE.finditer(text):
        kind = match.lastgroup
        start = match.start()
        if kind == "wiki":
            places.append((start, start, "!"))
        elif kind == "attribute":
            places.append((match.end() - 1, match.end(), "span"))
        elif kind == "setting":
            places.append((start + 1, start + 2, "span"))
        else:
            begin = _reference_start(text, start, kind == "hash")
            if begin >= 0 and (kind == "colon" or _AFTER_NUMBER.match(text, match.end())):
                places.append((begin, begin, "!"))
    return places


def _reference_start(text: str, start: int, is_hash: bool) -> int:
    """Where a reference begins with its optional prefix and project; -1 where nothing can come alive."""
    if is_hash:
        for prefix in _HASH_PREFIXES:
            if text.endswith(prefix, 0, start):
                start -= len(prefix)
                break
    if text[start - 1 : start] == ":":
        project = _PROJECT.search(text[max(0, start - 101) : start])
        return start - (len(project.group())) if project else -1
    before = text[start - 1 : start]
    if before == "" or before in _LEADING or before.isspace():
        return start
    return -1
