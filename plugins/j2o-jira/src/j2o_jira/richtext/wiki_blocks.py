"""Lines of wiki markup to blocks: headings, rules, quotes, lists, tables, macros, paragraphs."""

from __future__ import annotations

import re
from typing import List, Tuple

from j2o_core.api import richtext as rt

from .wiki_inline import InlineReader
from .wiki_lists import LIST_START, ListBuilder, list_symbols
from .wiki_macros import MARKER, MARKER_START, VERBATIM, Macro, Macros, code_block, panel_kind
from .wiki_tables import as_header, read_cells, take_rows

_HEADING = re.compile(r"h([1-6])\.(.*)", re.DOTALL)
_RULE = re.compile(r"-{4,5}(?:\s+|$)")
_COLOUR_TAGS = re.compile(r"(?:\{color(?::[^{}\n]*)?\}[ \t]*)+")
_LEADING = frozenset("hb-*#|{")


class BlockReader:
    """Reads the lines of one document; bodies of macros are read when their marker is met."""

    def __init__(self, macros: Macros, warnings: List[str]) -> None:
        self._macros = macros
        self._inlines = InlineReader(warnings)

    def read(self, text: str, tables: bool = True) -> List[rt.Block]:
        """The blocks of a text; ``tables`` is false within a table cell."""
        if "{" in text:
            text = self._macros.take_containers(text)
        if "\n" not in text and MARKER_START not in text:
            line = text.strip(" \t")
            if not line:
                return []
            if line[0] not in _LEADING:
                content = _trimmed(self._inlines.read(line))
                return [rt.Paragraph(content)] if content else []
        out: List[rt.Block] = []
        lines = text.split("\n")
        paragraph: List[str] = []
        index = 0
        while index < len(lines):
            line = lines[index].strip(" \t")
            index += 1
            if not line:
                self._flush(paragraph, out)
                continue
            if line[0] not in _LEADING:
                paragraph.append(line)
                continue
            tags, rest = "", line
            if line[0] == "{":
                match = _COLOUR_TAGS.match(line)
                if match:
                    tags, rest = match.group(), line[match.end() :]
            first = rest[:1]
            if first == "h" and _HEADING.match(rest):
                self._flush(paragraph, out)
                self._heading(tags, rest, out)
            elif first == "b" and rest.startswith("bq."):
                self._flush(paragraph, out)
                out.append(rt.Quote(tuple(self._paragraphs([tags + rest[3:].strip()]))))
            elif first == "-" and _RULE.match(rest):
                self._flush(paragraph, out)
                out.append(rt.Rule())
                following = _RULE.sub("", rest, count=1)
                if following:
                    paragraph.append(following)
            elif first in "*#-" and LIST_START.match(rest):
                self._flush(paragraph, out)
                index = self._list(lines, index - 1, tags, out)
            elif tables and first == "|" and not tags:  # what begins with a colour is no row
                rows, index = take_rows(lines, index - 1)
                table = self._table(rows)
                if any(row.cells for row in table.rows):
                    self._flush(paragraph, out)
                    out.append(table)
                else:  # bars alone are text
                    paragraph.extend(rows)
            else:
                paragraph.append(line)
        self._flush(paragraph, out)
        return out

    def _flush(self, lines: List[str], out: List[rt.Block]) -> None:
        if lines:
            out.extend(self._paragraphs(lines))
            lines.clear()

    def _paragraphs(self, lines: List[str]) -> List[rt.Block]:
        """Lines as paragraphs: one, unless macros or pictures on a line of their own come between."""
        out: List[rt.Block] = []
        content: List[rt.Inline] = []
        for line in lines:
            if MARKER_START in line:
                pieces = MARKER.split(line)
                for place, piece in enumerate(pieces):
                    if place % 2:
                        _close(content, out)
                        out.extend(self._macro(self._macros[int(piece)]))
                    elif piece.strip():
                        self._line(piece.strip(" \t"), content, out, place == 0)
                    # A macro ends its line: what follows starts a paragraph of its own.
            else:
                self._line(line, content, out, True)
        _close(content, out)
        return out

    def _line(self, line: str, content: List[rt.Inline], out: List[rt.Block], own_line: bool) -> None:
        inlines = self._inlines.read(line)
        if own_line and _is_pictures(inlines):
            _close(content, out)
            out.append(rt.Paragraph(tuple(inlines)))
            return
        if content and own_line:
            content.append(rt.HardBreak())
        content.extend(inlines)

    def _heading(self, tags: str, line: str, out: List[rt.Block]) -> None:
        match = _HEADING.match(line)
        if match is None:
            return
        title, marker, rest = match.group(2).partition(MARKER_START)
        content = _trimmed(self._inlines.read(tags + title.strip()))
        if content:
            out.append(rt.Heading(int(match.group(1)), content))
        if marker:
            out.extend(self._paragraphs([marker + rest]))

    def _list(self, lines: List[str], index: int, tags: str, out: List[rt.Block]) -> int:
        """Read a list from its first line on; the index of the line after it."""
        builder = ListBuilder()
        item: List[str] = []
        while index < len(lines):
            line = lines[index]
            stripped = line.strip(" \t")
            if not stripped or self._ends_list(stripped):
                break
            plain = line[line.index(tags) + len(tags) :] if tags else line
            symbols, text = list_symbols(plain)
            if symbols:
                if item:
                    builder.fill(self._item(item))
                builder.add(symbols)
                item = [tags + text.strip(" \t")]
            else:
                item.append(stripped)
            tags = ""
            index += 1
        builder.fill(self._item(item))
        out.extend(builder.lists())
        return index

    def _item(self, lines: List[str]) -> List[rt.Block]:
        if _RULE.fullmatch(lines[0]):
            return [rt.Rule(), *self._paragraphs(lines[1:])]
        return self._paragraphs(lines)

    @staticmethod
    def _ends_list(line: str) -> bool:
        first = line[0]
        if first == "h":
            return _HEADING.match(line) is not None
        if first == "b":
            return line.startswith("bq.")
        return first == "-" and _RULE.fullmatch(line) is not None

    def _table(self, rows: List[str]) -> rt.Table:
        table: List[rt.TableRow] = []
        for row in rows:
            cells: List[rt.TableCell] = []
            for bars, text in read_cells(row):
                content = tuple(self.read(text, tables=False))
                cells.append(rt.TableCell(as_header(content) if bars == 2 else content, bars > 1))
            table.append(rt.TableRow(tuple(cells)))
        return rt.Table(tuple(table))

    def _macro(self, macro: Macro) -> List[rt.Block]:
        if macro.name in VERBATIM:
            return [code_block(macro)]
        content = tuple(self.read(macro.body))
        title = macro.attributes.get("title", "")
        if macro.name == "quote":
            return [rt.Quote(content)]
        if macro.name == "panel":
            return [rt.Panel(panel_kind(macro.attributes), title, content)]
        if macro.name == "expand":
            bare = [key for key, value in macro.attributes.items() if key == value]
            return [rt.Expand(title or "|".join(bare), content)]
        return [rt.Panel(macro.name, title, content)]


def _close(content: List[rt.Inline], out: List[rt.Block]) -> None:
    trimmed = _trimmed(content)
    if trimmed:
        out.append(rt.Paragraph(trimmed))
    content.clear()


def _trimmed(content: List[rt.Inline]) -> Tuple[rt.Inline, ...]:
    """Without the breaks around it; nothing where only breaks and blanks are left."""
    start, end = 0, len(content)
    while start < end and _is_blank(content[start]):
        start += 1
    while end > start and _is_blank(content[end - 1]):
        end -= 1
    return tuple(content[start:end])


def _is_blank(inline: rt.Inline) -> bool:
    if isinstance(inline, rt.Text):
        return not inline.text.strip(" \t")
    return isinstance(inline, rt.HardBreak)


def _is_pictures(inlines: List[rt.Inline]) -> bool:
    found = False
    for inline in inlines:
        if isinstance(inline, rt.Image):
            found = True
        elif not _is_blank(inline):
            return False
    return found
