"""Tables of wiki markup: ``||head||head||`` and ``|cell|cell|``, a cell lasting over several lines."""

from __future__ import annotations

import re
from typing import List, Tuple

from j2o_core.api import richtext as rt

from .marks import add_marks

# What a bar inside does not end the cell: escapes, links, monospaced text, pictures.
_STEP = re.compile(
    r"\\[|\\]"
    r"|\[[^\[\]\n]+\]"
    r"|\{\{[^{}\n]*\}\}"
    r"|(?<![^\W_])![^\s!|][^!|\n]*(?:\|[^!|\n]*)?!(?![^\W_])"
    r"|\|+"
)


def take_rows(lines: List[str], index: int) -> Tuple[List[str], int]:
    """The rows of the table that starts at a line, and the index of the line after it.

    A row goes on over the next lines until a bar ends its last line; a blank line ends the table.
    """
    rows: List[str] = []
    while index < len(lines):
        line = lines[index].strip(" \t")
        if not line.startswith("|"):
            break
        row = [line]
        index += 1
        while index < len(lines) and not row[-1].endswith("|"):
            line = lines[index].strip(" \t")
            if not line or line.startswith("|"):
                break
            row.append(line)
            index += 1
        rows.append("\n".join(row))
    return rows, index


def read_cells(row: str) -> List[Tuple[int, str]]:
    """The cells of a row: how many bars stand before it (two or more: a header), and its markup."""
    cells: List[Tuple[int, str]] = []
    bars = 0
    start = -1
    for match in _STEP.finditer(row):
        if not match.group().startswith("|"):
            continue
        if start >= 0:
            cells.append((bars, row[start : match.start()]))
        start = match.end()
        bars = len(match.group())
    rest = row[start:]
    if rest.strip():
        cells.append((bars, rest))
    return cells


def as_header(blocks: rt.Blocks) -> rt.Blocks:
    """Header cells with their text set strong, as Jira shows it."""

    def strong(content: rt.Inlines) -> rt.Inlines:
        return tuple([add_marks(inline, (rt.STRONG,)) if isinstance(inline, rt.Text) else inline for inline in content])

    return rt.map_content(rt.Document(blocks), strong).content
