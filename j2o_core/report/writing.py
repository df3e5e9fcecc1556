"""Writes a report of a run in one of its formats, to a stream or to a file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, Mapping, TextIO

from . import csv_report, html_report, json_report
from .causes import Fixes, no_fixes
from .source import RunQueries

FORMATS: Mapping[str, Callable[[RunQueries, str, TextIO, Fixes], None]] = {
    "html": html_report.write,
    "json": json_report.write,
    "csv": csv_report.write,
}


def write_file(queries: RunQueries, run: str, path: Path, format: str = "html", fixes: Fixes = no_fixes) -> Path:
    """Write the report to ``path`` in one piece: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8", newline="") as out:
            FORMATS[format](queries, run, out, fixes)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
