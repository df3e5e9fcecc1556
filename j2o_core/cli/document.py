"""Data on stdout: one JSON document, or rows in aligned columns."""

from __future__ import annotations

import json
import sys
from typing import Any, Iterable, Sequence


def print_json(value: Any) -> None:
    """Print one JSON document, readable and with its text as it is."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print columns as wide as their widest cell; numbers to the right."""
    for line in aligned(header, rows):
        print(line, file=sys.stdout)


def aligned(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    """The lines of such a table, header first."""
    body = [list(row) for row in rows]
    text = [["" if cell is None else str(cell) for cell in row] for row in body]
    widths = [max([len(title)] + [len(row[index]) for row in text]) for index, title in enumerate(header)]
    numeric = [bool(body) and all(isinstance(row[index], (int, float)) for row in body) for index in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            cell.rjust(width) if right else cell.ljust(width) for cell, width, right in zip(cells, widths, numeric)
        ).rstrip()

    return [line(list(header)), *[line(row) for row in text]]
