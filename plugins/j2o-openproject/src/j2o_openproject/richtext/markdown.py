"""A document tree as the Markdown that OpenProject renders.

CommonMark with GFM tables, strikethrough and task lists; HTML where Markdown has no form. The text reads back
as the text of the tree, references are asked for while writing.
"""

from __future__ import annotations

import re
from typing import List, Sequence, Tuple

from j2o_core.api import richtext as rt

from .escaping import escape_line_start, html_text
from .inlines import InlineWriter
from .tables import TableWriter

_LANGUAGE = re.compile(r"[^\s`~]+")
_TICKS = re.compile(r"`{3,}")
_BREAK = "\\\n"


def write_markdown(tree: rt.Document, resolver: rt.Resolver) -> Tuple[str, List[str]]:
    """Write a tree: (Markdown, warnings). Unresolved references are written readably and listed."""
    warnings: List[str] = []
    writer = _BlockWriter(resolver, warnings)
    with rt.paused_collector():
        text = "\n".join(writer.blocks(tree.content))
    return text, list(dict.fromkeys(warnings))


class _BlockWriter:
    """Each method gives the lines of a block, without the indentation of what surrounds it."""

    def __init__(self, resolver: rt.Resolver, warnings: List[str]) -> None:
        self._inlines = InlineWriter(resolver, warnings)
        self._tables = TableWriter(self._inlines, warnings)
        self._warnings = warnings

    def blocks(self, blocks: Sequence[rt.Block]) -> List[str]:
        """Blocks with a blank line between; neighbouring lists differ in their bullets, or they would join."""
        out: List[str] = []
        alternate = False
        previous = ""
        for block in blocks:
            family = _list_family(block)
            alternate = bool(family) and family == previous and not alternate
            lines = self._block(block, alternate)
            if not lines:
                continue
            previous = family
            if out:
                out.append("")
            out.extend(lines)
        return out

    def _block(self, block: rt.Block, alternate: bool) -> List[str]:
        if isinstance(block, rt.Paragraph):
            return self._paragraph(block.content)
        if isinstance(block, rt.BulletList):
            return self._list([("*" if alternate else "-", item.content) for item in block.items])
        if isinstance(block, rt.CodeBlock):
            return self._code(block)
        if isinstance(block, rt.Heading):
            return self._heading(block)
        if isinstance(block, rt.OrderedList):
            sign = ")" if alternate else "."
            return self._list(
                [(f"{number}{sign}", item.content) for number, item in enumerate(block.items, block.start)]
            )
        if isinstance(block, rt.Table):
            return self._tables.write(block)
        if isinstance(block, rt.Quote):
            return _quoted(self.blocks(block.content))
        if isinstance(block, rt.Panel):
            return self._panel(block)
        if isinstance(block, rt.Expand):
            return self._expand(block)
        if isinstance(block, rt.TaskList):
            bullet = "*" if alternate else "-"
            return self._list([(bullet, item.content) for item in block.items], [item.done for item in block.items])
        if isinstance(block, rt.DecisionList):
            return self._list([("*" if alternate else "-", item.content) for item in block.items])
        if isinstance(block, rt.Rule):
            return ["---"]
        lines = self._paragraph((rt.Text(block.text),)) if block.text else []
        inner = self.blocks(block.content)
        return [*lines, "", *inner] if lines and inner else lines or inner

    def _paragraph(self, content: Sequence[rt.Inline]) -> List[str]:
        text = self._inlines.write(content, _BREAK)
        if "\n" not in text:
            text = text.strip(" \t")
            return [escape_line_start(text)] if text else []
        return paragraph_lines(text)

    def _heading(self, heading: rt.Heading) -> List[str]:
        text = self._inlines.write(heading.content, "<br>").strip(" \t")
        if text.endswith("#"):
            text = text[:-1] + "\\#"
        return [f"{'#' * heading.level} {text}".rstrip()]

    def _code(self, block: rt.CodeBlock) -> List[str]:
        out: List[str] = []
        if block.title:
            out = [*self._paragraph((rt.Text(block.title, (rt.STRONG,)),)), ""]
        fence = "`" * max([3, *[len(run) + 1 for run in _TICKS.findall(block.text)]])
        language = _LANGUAGE.match(block.language.strip())
        out.append(fence + (language.group() if language else ""))
        if block.text:
            out.extend(block.text.split("\n"))
        out.append(fence)
        return out

    def _list(self, items: List[Tuple[str, Sequence[rt.Block]]], done: Sequence[bool] = ()) -> List[str]:
        out: List[str] = []
        for place, (marker, content) in enumerate(items):
            lines = self._item(content)
            if done and lines and not self._is_text(content[0]):
                lines = ["", "", *lines]  # a box stands before text; anything else comes below it
            if lines[:1] == ["---"]:
                lines[0] = "___"
            box = ("[x] " if done[place] else "[ ] ") if done else ""
            indent = " " * (len(marker) + 1)
            first = f"{marker} {box}{lines[0]}" if lines else f"{marker} {box}"
            out.append(first if lines and lines[0] else first.rstrip())
            out.extend([indent + line if line else "" for line in lines[1:]])
        return out

    def _is_text(self, block: rt.Block) -> bool:
        return isinstance(block, rt.Paragraph) and bool(self._paragraph(block.content))

    def _item(self, content: Sequence[rt.Block]) -> List[str]:
        """The blocks of an item; a list directly below its text needs no blank line where it can do without."""
        if len(content) == 1:
            return self._block(content[0], False)
        out: List[str] = []
        previous = ""
        alternate = False
        tight = True
        for block in content:
            family = _list_family(block)
            alternate = bool(family) and family == previous and not alternate
            lines = self._block(block, alternate)
            if not lines:
                continue
            if out and not (tight and _follows_closely(block, lines[0])):
                out.append("")
            out.extend(lines)
            previous = family
            tight = isinstance(block, rt.Paragraph)
        return out

    def _panel(self, panel: rt.Panel) -> List[str]:
        if panel.kind not in ("info", "custom", "panel"):
            self._warnings.append(f"a {panel.kind} panel became a quote")
        title = self._paragraph((rt.Text(panel.title, (rt.STRONG,)),)) if panel.title else []
        inner = self.blocks(panel.content)
        return _quoted([*title, "", *inner] if title and inner else title or inner)

    def _expand(self, expand: rt.Expand) -> List[str]:
        summary = f"<summary>{html_text(expand.title)}</summary>" if expand.title else ""
        inner = self.blocks(expand.content)
        out = ["<details>"]
        if summary:
            out.append(summary)
        if inner:
            out.extend(["", *inner, ""])
        out.append("</details>")
        return out


def paragraph_lines(text: str) -> List[str]:
    """The lines of a paragraph with breaks: none begins a block, none is blank, no break stands at an edge."""
    lines = [line.strip(" \t") for line in text.split("\n")]
    # Blanks of any kind: some parsers take those of Unicode off a paragraph, and a break would be left at its edge.
    start = next((place for place, line in enumerate(lines) if line.strip() not in ("", "\\")), len(lines))
    del lines[:start]
    while lines and lines[-1].strip() in ("", "\\"):
        lines.pop()
    if lines and lines[-1].endswith("\\") and _ends_in_break(lines[-1]):
        lines[-1] = lines[-1][:-1].rstrip(" \t")
    return [escape_line_start(line) for line in lines]


def _ends_in_break(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _quoted(lines: List[str]) -> List[str]:
    return [f"> {line}" if line else ">" for line in lines] or [">"]


def _list_family(block: rt.Block) -> str:
    if isinstance(block, (rt.BulletList, rt.TaskList, rt.DecisionList)):
        return "bullet"
    return "ordered" if isinstance(block, rt.OrderedList) else ""


def _follows_closely(block: rt.Block, first_line: str) -> bool:
    """Whether a block can interrupt the paragraph before it: a list that starts at 1 with a text, bare code."""
    if isinstance(block, rt.CodeBlock):
        return not block.title
    if isinstance(block, rt.OrderedList):
        return block.start == 1 and " " in first_line
    return isinstance(block, (rt.BulletList, rt.TaskList)) and " " in first_line
