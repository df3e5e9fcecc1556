"""``j2o check``: what a run would find before its first write."""

from __future__ import annotations

from pathlib import Path
from typing import Optional

import typer

from ..model.problem import ERROR
from ..observe.announcer import Announcer
from ..observe.logs import LogEvents, close_log
from ..pipeline.options import RunOptions
from ..report.findings import Findings, as_json
from .document import print_json, print_rows
from .failure import FINDINGS
from .ledgers import fixes_of
from .loading import environment_option, open_log_of, require_spec, spec_argument
from .progress import progress_display
from .session import session
from .stopping import stoppable
from .verify import report_format, write_findings


def add(app: typer.Typer) -> None:
    """Add ``check``."""
    app.command()(check)


def check(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    report: Optional[Path] = typer.Option(
        None, "--report", metavar="FILE", help="Write it there (.html, .csv, .json)."
    ),
    fresh: bool = typer.Option(False, "--fresh", help="Read the source again first."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Show no progress."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Check every record against mapping, rules and target, and write nothing. Exit code 1 where items would fail.

    \b
    The source is read where that was not done yet; a run of the same selection goes on from what was read.

    \b
    Example:
      j2o check acme.yaml --report findings.html
    """
    from ..pipeline.checking import check_spec

    current = session(context)
    format = report_format(report)
    with stoppable():
        loaded = require_spec(current, spec, env)
        open_log_of(current, loaded)
        display = progress_display(quiet)
        listeners = [listener for listener in (LogEvents(), display) if listener is not None]
        try:
            checked = check_spec(loaded, current.plugins, current.home, RunOptions(fresh), Announcer(*listeners))
        finally:
            if display is not None:
                display.close()
            close_log()
    shared = [(finding.count, finding.examples) for finding in checked.findings]
    problems = [finding.summary() for finding in checked.findings]
    fixes = fixes_of(current.plugins)() if problems else {}
    found = Findings(loaded.name, checked.entities, problems, "check", shared, fixes=fixes)
    if report is not None and format is not None:
        write_findings(found, report, format)
    if json:
        print_json(as_json(found))
    else:
        _print(found)
    if any(problem.severity == ERROR for problem in problems):
        raise typer.Exit(FINDINGS)


def _print(found: Findings) -> None:
    print_rows(("entity", "checked"), list(found.checked.items()))
    print()
    told: set[str] = set()
    for problem in found.findings:
        place = f"  [{problem.place}]" if problem.place else ""
        key = f" {problem.key}" if problem.key else ""
        print(f"{problem.severity} {problem.code} {problem.entity}{key}: {problem.message}{place}")
        if problem.code not in told:
            print(f"  next step: {found.next_step(problem)}")
        told.add(problem.code)
    errors = sum(problem.severity == ERROR for problem in found.findings)
    print(f"{errors} {'error' if errors == 1 else 'errors'}, {len(found.findings) - errors} warnings")
