"""Text as Markdown that reads back as the very same text, and does not come alive in OpenProject."""

from __future__ import annotations

import html
import re
from typing import Callable, List

from .live import live_places

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


def escape(text: str) -> str:
    """Text in the middle of a line."""
    return _ESCAPE.sub(r"\\\g<0>", text)


def written_text(text: str, is_whole: bool = True) -> str:
    """Text in the middle of a line of Markdown, kept from coming alive; ``is_whole``: see ``live_places``."""
    return _kept(text, escape, is_whole)


def html_text(text: str, is_whole: bool = True) -> str:
    """Text as HTML, likewise."""
    return _kept(text, escape_html, is_whole)


def _kept(text: str, escape_text: Callable[[str], str], is_whole: bool) -> str:
    places = live_places(text, is_whole)
    if not places:
        return escape_text(text)
    out: List[str] = []
    position = 0
    for start, end in places:
        if start < position:
            continue
        out.append(escape_text(text[position:start]))
        out.append(f"<span>{escape_text(text[start:end])}</span>" if end > start else "!")
        position = end
    out.append(escape_text(text[position:]))
    return "".join(out)


def escape_html(text: str) -> str:
    """Text as HTML, as it is."""
    return html.escape(text, quote=False)


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


def escape_tip(tip: str) -> str:
    """What a link shows under the pointer, between quotation marks."""
    return f'"{_IN_TIP.sub(lambda match: chr(92) + match.group(), tip)}"'


_IN_TIP = re.compile(r'[\\"&<]')
_PLAIN_ADDRESS = re.compile(r"[^\s<>()\\\x00-\x20\x7f]*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
