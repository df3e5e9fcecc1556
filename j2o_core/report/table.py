"""Rows in aligned columns of plain text."""

from __future__ import annotations

from typing import Any, Iterable, Sequence


def aligned(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """The lines of a table, header first; columns as wide as their widest cell, numbers to the right."""
    body = [list(row) for row in rows]
    text = [[_cell(cell) for cell in row] for row in body]
    widths = [max([len(title)] + [len(row[index]) for row in text]) for index, title in enumerate(header)]
    right = [bool(body) and all(isinstance(row[index], (int, float)) for row in body) for index in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = (
            cell.rjust(width) if number else cell.ljust(width) for cell, width, number in zip(cells, widths, right)
        )
        return "  ".join(padded).rstrip()

    return [line(list(header)), *[line(row) for row in text]]


def _cell(value: Any) -> str:
    text = "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
    # A title may hold line breaks and terminal sequences; a table shows neither.
    return "".join(character if character.isprintable() else " " for character in text)
