"""``j2o report``: a run told afterwards."""

from __future__ import annotations

import sys
from enum import Enum
from pathlib import Path
from typing import Optional

import typer

from ..report.writing import FORMATS, write_file
from .history import ledger_option, run_argument
from .ledgers import find_run, fixes_of, queries
from .session import session


class Format(str, Enum):
    """How a report is written."""

    HTML = "html"
    JSON = "json"
    CSV = "csv"


def add(app: typer.Typer) -> None:
    """Add ``report``."""
    app.command()(report)


def report(
    context: typer.Context,
    run: str = run_argument(),
    format: Format = typer.Option(Format.HTML, "--format", help="How the report is written."),
    json: bool = typer.Option(False, "--json", help="Short for --format json."),
    output: Optional[Path] = typer.Option(None, "--output", "-o", metavar="FILE", help="Write it there instead."),
    ledger: Optional[str] = ledger_option(),
) -> None:
    """Report a run: counts by entity, and every skipped or failed item with reason, key and spec line.

    \b
    Example:
      j2o report last --format csv -o items.csv
    """
    current = session(context)
    home, fixes = current.home, fixes_of(current.plugins)
    url, found = find_run(home, ledger, run)
    chosen = "json" if json else format.value
    with queries(home, url) as asked:
        if output is None:
            FORMATS[chosen](asked, found["run"], sys.stdout, fixes)
        else:
            print(write_file(asked, found["run"], output, chosen, fixes), file=sys.stderr)
