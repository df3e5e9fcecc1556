"""Tables: GFM where it can hold them, HTML where cells span or rows have headers of their own.

A GFM cell is one line, so what is more than text inside a cell is written as HTML elements on that line.
"""

from __future__ import annotations

import html
from typing import Callable, List, Sequence, Union

from j2o_core.api import richtext as rt

from .escaping import escape, escape_html, html_text, written_text
from .html_inlines import HtmlInlines
from .inlines import InlineWriter

_BREAK = "<br>"


class TableWriter:
    """Writes tables as lines."""

    def __init__(self, inlines: InlineWriter, warnings: List[str]) -> None:
        self._markdown = _CellWriter(inlines, written_text, escape)
        self._html = _CellWriter(HtmlInlines(inlines), html_text, escape_html)
        self._warnings = warnings

    def write(self, table: rt.Table) -> List[str]:
        """The lines of a table; none where it has no cell."""
        width = max([len(row.cells) for row in table.rows], default=0)
        if not width:
            return []
        if _needs_html(table):
            return self._html.table(table)
        if any(cell.background for row in table.rows for cell in row.cells):
            self._warnings.append("cell colours were left out")
        rows = list(table.rows)
        header = rt.TableRow()
        if _is_header(rows[0]):
            header = rows.pop(0)
        head = [self._cell(cell) for cell in header.cells]
        out = [_line(head, width), "| " + " | ".join(["---"] * width) + " |"]
        for row in rows:
            out.append(_line([self._cell(cell) for cell in row.cells], width))
        return out

    def _cell(self, cell: rt.TableCell) -> str:
        return self._markdown.cell(cell.content).replace("|", "\\|")


class _CellWriter:
    """Blocks on one line, their text written by Markdown's or HTML's rules."""

    def __init__(
        self, inlines: Union[InlineWriter, HtmlInlines], text: Callable[[str], str], code: Callable[[str], str]
    ) -> None:
        self._inlines = inlines
        self._escaped = text
        self._escaped_code = code

    def cell(self, content: Sequence[rt.Block]) -> str:
        """The blocks of a cell; paragraphs are parted by line breaks."""
        out: List[str] = []
        after_text = False
        for block in content:
            text = self._block(block)
            if not text:
                continue
            is_text = isinstance(block, (rt.Paragraph, rt.UnknownBlock))
            if after_text and is_text:
                out.append(_BREAK)
            out.append(text)
            after_text = is_text
        return "".join(out)

    def _block(self, block: rt.Block) -> str:
        if isinstance(block, rt.Paragraph):
            return self._text(block.content)
        if isinstance(block, rt.Heading):
            return f"<h{block.level}>{self._text(block.content)}</h{block.level}>"
        if isinstance(block, rt.BulletList):
            return self._list("<ul>", [item.content for item in block.items], "</ul>")
        if isinstance(block, rt.OrderedList):
            start = "" if block.start == 1 else f' start="{block.start}"'
            return self._list(f"<ol{start}>", [item.content for item in block.items], "</ol>")
        if isinstance(block, rt.TaskList):
            boxes = ["[x] " if item.done else "[ ] " for item in block.items]
            return self._list("<ul>", [item.content for item in block.items], "</ul>", boxes)
        if isinstance(block, rt.DecisionList):
            return self._list("<ul>", [item.content for item in block.items], "</ul>")
        if isinstance(block, rt.CodeBlock):
            return self._code(block)
        if isinstance(block, rt.Quote):
            return f"<blockquote>{self.cell(block.content)}</blockquote>"
        if isinstance(block, rt.Panel):
            return f"<blockquote>{self._title(block.title)}{self.cell(block.content)}</blockquote>"
        if isinstance(block, rt.Expand):
            title = f"<summary>{self._escaped(block.title)}</summary>" if block.title else ""
            return f"<details>{title}{self.cell(block.content)}</details>"
        if isinstance(block, rt.Rule):
            return "<hr>"
        if isinstance(block, rt.Table):
            return "".join(self.table(block))
        return self._escaped(block.text) + self.cell(block.content)

    def table(self, table: rt.Table) -> List[str]:
        """A whole table as HTML, a row a line."""
        out = ["<table>"]
        for row in table.rows:
            cells = "".join([self._table_cell(cell) for cell in row.cells])
            out.append(f"<tr>{cells}</tr>")
        out.append("</table>")
        return out

    def _table_cell(self, cell: rt.TableCell) -> str:
        tag = "th" if cell.header else "td"
        spans = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
        spans += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
        if cell.background:
            spans += f' style="background-color: {html.escape(cell.background)}"'
        return f"<{tag}{spans}>{self.cell(cell.content)}</{tag}>"

    def _text(self, content: Sequence[rt.Inline]) -> str:
        text = self._inlines.write(content, _BREAK).strip(" \t")
        while text.startswith(_BREAK):
            text = text[len(_BREAK) :].lstrip(" \t")
        while text.endswith(_BREAK):
            text = text[: -len(_BREAK)].rstrip(" \t")
        return text

    def _list(self, start: str, items: Sequence[rt.Blocks], end: str, boxes: Sequence[str] = ()) -> str:
        written = [f"<li>{boxes[place] if boxes else ''}{self.cell(item)}</li>" for place, item in enumerate(items)]
        return start + "".join(written) + end

    def _code(self, block: rt.CodeBlock) -> str:
        text = self._escaped_code(block.text).replace("\n", "&#10;")
        return f"{self._title(block.title)}<pre><code>{text}</code></pre>"

    def _title(self, title: str) -> str:
        return f"<strong>{self._escaped(title)}</strong>{_BREAK}" if title else ""


def _needs_html(table: rt.Table) -> bool:
    """Whether a cell spans others, or a header cell stands outside of a header row at the top."""
    for place, row in enumerate(table.rows):
        if any(cell.colspan > 1 or cell.rowspan > 1 for cell in row.cells):
            return True
        if any(cell.header for cell in row.cells) and not (place == 0 and _is_header(row)):
            return True
    return False


def _is_header(row: rt.TableRow) -> bool:
    """Whether every cell with content is a header cell."""
    return any(cell.header for cell in row.cells) and all(
        cell.header or not rt.visible_text(rt.Document(cell.content)).strip() for cell in row.cells
    )


def _line(cells: List[str], width: int) -> str:
    return "| " + " | ".join(cells + [""] * (width - len(cells))) + " |"
