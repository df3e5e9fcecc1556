"""Small pieces of Markdown."""

from __future__ import annotations

import json
from typing import Any, Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table, or none where it has no rows; columns that are empty in every row are left out."""
    rows = [[cell(text) for text in row] for row in rows]
    if not rows:
        return []
    kept = [column for column in range(len(header)) if any(row[column] for row in rows)]
    lines = [[header[column] for column in kept], ["---"] * len(kept)]
    lines += [[row[column] for column in kept] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def cell(text: str) -> str:
    """A text as it can stand in a cell."""
    return " ".join(text.split()).replace("|", "\\|")


def code(value: Any) -> str:
    """A value as code: texts in quotes, everything else as in a spec."""
    return f"`{json.dumps(value, ensure_ascii=False, default=str)}`"


def words(names: Iterable[str]) -> str:
    """Names as code, with commas between them."""
    return ", ".join(f"`{name}`" for name in names)
