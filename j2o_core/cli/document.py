"""Data on stdout: one JSON document, or rows in aligned columns."""

from __future__ import annotations

import json
from typing import Any, Iterable, Sequence

from ..report.table import aligned


def print_json(value: Any) -> None:
    """Print one JSON document, readable and with its text as it is."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_rows(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print columns as wide as their widest cell; numbers to the right."""
    for line in aligned(header, rows):
        print(line)
