"""Macros of wiki markup: ``{code}``, ``{noformat}``, ``{quote}``, ``{panel}`` and their kin.

They may begin and end in the middle of a line and span lists and table cells, so they are taken out of
the text first. Each leaves a marker behind, ``\\x01number\\x02``: control characters cannot occur in the
cleaned text, which makes the rest a matter of plain lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

from j2o_core.api import richtext as rt

MARKER_START, MARKER_END = "\x01", "\x02"
MARKER = re.compile("\x01([0-9]+)\x02")

VERBATIM = frozenset({"code", "noformat"})
_PLUGIN_CONTAINERS = frozenset({"info", "note", "tip", "warning", "expand"})
_VERBATIM_TAG = re.compile(r"\{(code|noformat)(?::([^{}\n]*))?\}", re.IGNORECASE)
_CONTAINER_TAG = re.compile(r"\{(quote|panel|info|note|tip|warning|expand)(?::([^{}\n]*))?\}", re.IGNORECASE)


@dataclass(frozen=True)
class Macro:
    """A macro with a body: its lower-case name, its attributes and the text between the tags."""

    name: str
    attributes: Dict[str, str]
    body: str


class Macros:
    """The macros taken out of one document, by number."""

    def __init__(self, warnings: List[str]) -> None:
        self._found: List[Macro] = []
        self._warnings = warnings

    def __getitem__(self, number: int) -> Macro:
        return self._found[number]

    def take_verbatim(self, text: str) -> str:
        """Replace each ``{code}`` and ``{noformat}`` by its marker. An unclosed one is an empty block."""
        return self._take(text, _VERBATIM_TAG)

    def take_containers(self, text: str) -> str:
        """Replace each quote, panel and so on by its marker; to be repeated on each body."""
        return self._take(text, _CONTAINER_TAG)

    def _take(self, text: str, pattern: re.Pattern[str]) -> str:
        tags = [match for match in pattern.finditer(text) if not is_literal(text, match.start())]
        if not tags:
            return text
        closers: Dict[str, List[int]] = {}
        for index, tag in enumerate(tags):
            if tag.group(2) is None:
                closers.setdefault(tag.group(1).lower(), []).append(index)
        pieces: List[str] = []
        position = index = 0
        while index < len(tags):
            tag = tags[index]
            name = tag.group(1).lower()
            candidates = closers.get(name, [])
            place = bisect_right(candidates, index)
            if place < len(candidates):
                index = candidates[place]
                closing = tags[index]
                body, end = text[tag.end() : closing.start()], closing.end()
            elif name in _PLUGIN_CONTAINERS:
                index += 1
                continue
            else:
                body, end = "", tag.end()
                self._warnings.append(f"{{{name}}} is never closed: it became an empty block")
            pieces.append(text[position : tag.start()])
            pieces.append(f"{MARKER_START}{len(self._found)}{MARKER_END}")
            self._found.append(Macro(name, read_attributes(tag.group(2) or ""), body))
            position = end
            index += 1
        pieces.append(text[position:])
        return "".join(pieces)


def is_literal(text: str, start: int) -> bool:
    """Whether a tag is escaped (``\\{code}``) or monospaced (``{{code}}``)."""
    before = text[start - 1 : start]
    if before == "{":
        return True
    return before == "\\" and text[start - 2 : start - 1] != "\\"


def read_attributes(raw: str) -> Dict[str, str]:
    """``title=Foo|borderStyle=solid|java`` as a dict; a bare word is a key with itself as value."""
    attributes: Dict[str, str] = {}
    for part in raw.split("|"):
        key, separator, value = part.partition("=")
        key = key.strip()
        if key:
            attributes[key] = value.strip() if separator else key
    return attributes


def code_block(macro: Macro) -> rt.CodeBlock:
    """The block of a ``{code}`` or ``{noformat}``; a code block without language is Java, as Jira has it."""
    if macro.name == "noformat":
        return rt.CodeBlock(_trim_body(macro.body), "", macro.attributes.get("title", ""))
    return rt.CodeBlock(_trim_body(macro.body), _language(macro.attributes), macro.attributes.get("title", ""))


_NOT_LANGUAGES = frozenset(
    {
        "title", "borderstyle", "bordercolor", "borderwidth", "bgcolor", "titlebgcolor", "titlecolor",
        "linenumbers", "linenumbering", "firstline", "collapse", "theme", "language", "lang", "true", "false",
        "hide",
    }
)  # fmt: skip
_LANGUAGE_NAMES = {"objc": "objective-c", "c#": "csharp", "js": "javascript", "none": "", "text": "", "plain": ""}
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9+#._-]{0,24}")


def _language(attributes: Dict[str, str]) -> str:
    named = attributes.get("language") or attributes.get("lang") or ""
    bare = [key for key, value in attributes.items() if key == value and key.lower() not in _NOT_LANGUAGES]
    for candidate in ([named] if named else []) + bare:
        match = _LANGUAGE.match(candidate)
        if match:
            name = match.group(0).lower()
            return _LANGUAGE_NAMES.get(name, name)
    return "java"


def _trim_body(body: str) -> str:
    """Without the blank lines around it; the indentation of the first full line stays."""
    lines = body.split("\n")
    lines[0] = lines[0].lstrip()
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    if lines:
        lines[-1] = lines[-1].rstrip()
    return "\n".join(lines)


_PANEL_COLOURS: Tuple[Tuple[str, Tuple[int, int, int]], ...] = (
    ("info", (222, 235, 255)),
    ("note", (234, 230, 255)),
    ("success", (227, 252, 239)),
    ("warning", (255, 250, 230)),
    ("error", (255, 235, 230)),
)


def panel_kind(attributes: Dict[str, str]) -> str:
    """The kind of panel whose colour is nearest to the ``bgColor`` of a wiki panel; info without one."""
    colour = rgb(attributes.get("bgColor", ""))
    if colour is None:
        return "info"
    return min(_PANEL_COLOURS, key=lambda known: sum((a - b) ** 2 for a, b in zip(known[1], colour)))[0]


def colour_value(raw: str) -> str:
    """The colour of ``{color:raw}`` as ``#rrggbb``; empty where it is none."""
    value = rgb(raw)
    return "" if value is None else "#{:02x}{:02x}{:02x}".format(*value)


_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_RGB = re.compile(r"#?rgb\(([0-9]{1,3}),\s?([0-9]{1,3}),\s?([0-9]{1,3})\)")


def rgb(raw: str) -> Optional[Tuple[int, int, int]]:
    """Red, green and blue of a CSS colour (hex, ``rgb()`` or a basic name)."""
    raw = raw.strip()
    named = _COLOUR_NAMES.get(raw.lower())
    match = _HEX.fullmatch(named or raw)
    if match:
        digits = match.group(1)
        if len(digits) == 3:
            digits = "".join(digit * 2 for digit in digits)
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    match = _RGB.fullmatch(raw)
    if match:
        red, green, blue = (min(255, int(number)) for number in match.groups())
        return red, green, blue
    return None


_COLOUR_NAMES = {
    "aqua": "00ffff", "black": "000000", "blue": "0000ff", "brown": "a52a2a", "crimson": "dc143c",
    "cyan": "00ffff", "darkblue": "00008b", "darkgray": "a9a9a9", "darkgreen": "006400",
    "darkgrey": "a9a9a9", "darkorange": "ff8c00", "darkred": "8b0000", "fuchsia": "ff00ff",
    "gold": "ffd700", "gray": "808080", "green": "008000", "grey": "808080", "indigo": "4b0082",
    "lightblue": "add8e6", "lightgray": "d3d3d3", "lightgreen": "90ee90", "lightgrey": "d3d3d3",
    "lightyellow": "ffffe0", "lime": "00ff00", "magenta": "ff00ff", "maroon": "800000", "navy": "000080",
    "olive": "808000", "orange": "ffa500", "orangered": "ff4500", "pink": "ffc0cb", "purple": "800080",
    "red": "ff0000", "royalblue": "4169e1", "salmon": "fa8072", "silver": "c0c0c0", "skyblue": "87ceeb",
    "steelblue": "4682b4", "tan": "d2b48c", "teal": "008080", "tomato": "ff6347", "turquoise": "40e0d0",
    "violet": "ee82ee", "white": "ffffff", "yellow": "ffff00",
}  # fmt: skip
