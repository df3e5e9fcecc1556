"""``j2o verify``: whether the target still holds what was written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Optional

import typer

from ..observe.announcer import Announcer
from ..observe.logs import LogEvents, close_log
from ..report.findings import FORMATS, Findings, as_json, book_rows
from .document import print_json, print_rows
from .failure import FINDINGS, USAGE, Refusal
from .ledgers import fixes_of
from .loading import environment_option, open_log_of, require_spec, spec_argument
from .progress import progress_display
from .session import session
from .stopping import stoppable


def add(app: typer.Typer) -> None:
    """Add ``verify``."""
    app.command()(verify)


def verify(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    report: Optional[Path] = typer.Option(
        None, "--report", metavar="FILE", help="Write it there (.html, .csv, .json)."
    ),
    sample: Optional[int] = typer.Option(
        None, "--sample", min=1, metavar="N", help="Read back so many items of each entity, evenly spread, and no more."
    ),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Show no progress."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Read back everything that was written for a spec and compare, and account for all that the source held when it
    was last read. Exit code 1 where something differs.

    \b
    Example:
      j2o verify acme.yaml --report findings.html
      j2o verify acme.yaml --sample 500
    """
    from ..pipeline.verification import verify_spec

    current = session(context)
    format = report_format(report)
    with stoppable():
        loaded = require_spec(current, spec, env)
        open_log_of(current, loaded)
        display = progress_display(quiet)
        listeners = [listener for listener in (LogEvents(), display) if listener is not None]
        try:
            verified = verify_spec(loaded, current.plugins, current.home, Announcer(*listeners), sample)
        finally:
            if display is not None:
                display.close()
            close_log()
    fixes = fixes_of(current.plugins)() if verified.findings else {}
    books = None
    if verified.books is not None:
        books = {name: book.as_json() for name, book in verified.books.entities.items()} or None
        if verified.books.reason:
            print(f"counts are not compared with the source: {verified.books.reason}", file=sys.stderr)
    found = Findings(loaded.name, verified.checked, tuple(verified.findings), sample=sample, fixes=fixes, books=books)
    if report is not None and format is not None:
        write_findings(found, report, format)
    if json:
        print_json(as_json(found))
    else:
        _print(found)
    if found.findings:
        raise typer.Exit(FINDINGS)


def report_format(report: Optional[Path]) -> Optional[str]:
    """The format that a file's name asks for; ``None`` without a file. Raises ``Refusal`` for any other name."""
    if report is None:
        return None
    format = report.suffix.lstrip(".").lower()
    if format not in FORMATS:
        raise Refusal(f"--report {report}: the name must end in .{', .'.join(FORMATS)}", USAGE)
    return format


def write_findings(found: Findings, report: Path, format: str) -> None:
    """Write findings into a file, and tell its name."""
    report.parent.mkdir(parents=True, exist_ok=True)
    with report.open("w", encoding="utf-8", newline="") as out:
        FORMATS[format](found, out)
    print(f"report: {report}", file=sys.stderr)


def _print(found: Findings) -> None:
    head, *rows = book_rows(found)
    print_rows(head, rows)
    if found.findings:
        print()
        print_rows(("code", "entity", "key", "finding"), [(f.code, f.entity, f.key, f.message) for f in found.findings])
    else:
        of = "" if found.sample is None else f", as far as a sample of {found.sample:,} of each entity tells"
        print(f"the target holds what was written{of}")
