"""What a reader of OpenProject sees of Markdown, and what of it has come alive.

The matchers are those of OpenProject's source: they run over each text node of the page, as HTML, outside of code.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from typing import List, Optional, Tuple

from tests.unit.richtext.structure import render

_PREFIXES = "version|message|project|user|group|document|meeting|view|commit|source|export|attachment"
_AFTER = r"(?=[!-/:-@\[-`{-~][^A-Za-z0-9_]|\.$|,|~|\)|[ \t\n]|\]|<|$)"
_REFERENCE = (
    r"(?P<leading>[ \t\n(,~\-\[>]|^)(?P<escaped>!)?(?P<project>[a-z0-9\-_]+:)?"
    rf"(?P<prefix>{_PREFIXES})?(?:(?:#+|r)(?:%s)|:(?:[^\"\s<>][^\s<>]*?|\"[^\"]+?\")){_AFTER}"
)
#: before and since work packages have names
REFERENCES = (
    re.compile(_REFERENCE % "[0-9]+", re.MULTILINE),
    re.compile(_REFERENCE % "[0-9]+|[A-Z][A-Z0-9_]*-[0-9]+", re.MULTILINE),
)
_HANDLED = re.compile(rf"(?:[a-z0-9\-_]+:)?(?:{_PREFIXES})(?:#|:)|#|r[0-9]|[a-z0-9\-_]+:(?:#|r[0-9])")
_PAGE = re.compile(r"(!)?\[\[[^\]\n|]+(?:\|[^\]\n|]+)?\]\]")
_MACRO = re.compile(r"\w(?:Label|Value)(?::(?:[^\"\s]+|\"[^\"]+\"))?:(?:[^\"\s.]+|\"[^\".]+\")|\{\{opSetting:\w+\}\}")


def seen(markdown: str, references: re.Pattern[str] = REFERENCES[1]) -> Tuple[str, List[str]]:
    """(all text, without OpenProject's escapes; what would have come alive)."""
    nodes = _Nodes()
    nodes.feed(render(markdown))
    nodes.close()
    alive: List[str] = []

    def reference(match: re.Match[str]) -> str:
        said = match[0][len(match["leading"]) :]
        if match["escaped"]:
            return str(match["leading"]) + said[1:]
        if _HANDLED.match(said):
            alive.append(said)
        return match[0]

    def page(match: re.Match[str]) -> str:
        if match[1]:
            return match[0][1:]
        alive.append(match[0])
        return match[0]

    texts = []
    for text, is_code in nodes.found:
        if not is_code:
            node = html.escape(text, quote=False)
            node = _PAGE.sub(page, references.sub(reference, node))
            alive.extend(_MACRO.findall(node))
            text = html.unescape(node)
        texts.append(text)
    return "".join(texts), alive


class _Nodes(HTMLParser):
    """Text nodes with whether they stand in code; blocks and breaks end a line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: List[Tuple[str, bool]] = []
        self._code = 0
        self._open = False

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self._open = False
        self._code += tag in ("pre", "code")
        if tag == "img":
            self.found.append((dict(attrs).get("alt") or "", True))

    def handle_endtag(self, tag: str) -> None:
        self._open = False
        self._code -= tag in ("pre", "code")

    def handle_data(self, data: str) -> None:
        if self._open and not self._code:  # the parser hands out one node in pieces
            self.found[-1] = (self.found[-1][0] + data, False)
        else:
            self.found.append((data, self._code > 0))
        self._open = True
