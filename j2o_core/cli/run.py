"""``j2o run``: the whole migration that a spec describes."""

from __future__ import annotations

import math
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Optional

import typer

from ..model.effect import Phase
from ..model.outcome import Fatal
from ..observe.announcer import Announcer, Event
from ..observe.logs import LogEvents, close_log
from ..observe.stream import JsonStream
from ..pipeline.options import RETRY_FAILED, RETRY_SKIPPED, RunOptions
from ..pipeline.plan_document import read_plan
from ..report.summary import render
from ..spec.model import Spec
from .extract import LOOK_FOR_DELETED
from .failure import USAGE, Refusal, explain, say, silence
from .ledgers import queries, write_report
from .loading import environment_option, open_log_of, require_spec, spec_argument
from .metering import Meters, metered, meters, metrics_file_option, metrics_push_option
from .progress import progress_display
from .session import Session, session
from .stopping import stoppable
from .watching import Watched, Watching, dashboard_option, linger_option, shown, watching

#: the phase after which a run can be told to stop
STRUCTURE = Phase.STRUCTURE.value


def add(app: typer.Typer) -> None:
    """Add ``run``."""
    app.command(cls=Watched)(run)


def run(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    fresh: bool = typer.Option(False, "--fresh", help="Read the source again and plan anew; written items stay known."),
    finish: bool = typer.Option(
        False, "--finish", help="At cut-over: close versions, lock users, archive projects in the end."
    ),
    retry_failed: bool = typer.Option(
        False, "--retry-failed", help="Do only what failed in the last finished run again, and nothing else."
    ),
    retry_skipped: bool = typer.Option(
        False, "--retry-skipped", help="As --retry-failed, with what was skipped for a reason too."
    ),
    plan: Optional[Path] = typer.Option(
        None, "--plan", metavar="FILE", help="Carry out this plan (of `j2o plan -o FILE`), and never a stale one."
    ),
    until: Optional[str] = typer.Option(
        None, "--until", metavar="structure", help="Stop when people, projects, memberships, versions are written."
    ),
    look_for_deleted: bool = typer.Option(False, "--look-for-deleted", help=LOOK_FOR_DELETED),
    settle: Optional[float] = typer.Option(
        None, min=0, metavar="SECONDS", help="How long a lost request may still be running on the server."
    ),
    metrics_file: Optional[Path] = metrics_file_option(),
    metrics_push: Optional[str] = metrics_push_option(),
    dashboard: Optional[str] = dashboard_option(),
    dashboard_linger: float = linger_option(),
    yes: bool = typer.Option(False, "--yes", "-y", help="Confirm what would be asked."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Show no progress."),
    json: bool = typer.Option(False, "--json", help="Print one event on each line, the last one run_finished."),
) -> None:
    """Migrate what the spec describes; carry on where an earlier run of it was stopped.

    \b
    Example:
      j2o run specs/demo.yaml
      j2o run acme.yaml --env staging --json
      j2o run acme.yaml --retry-failed
      j2o run acme.yaml --until structure
      j2o run acme.yaml --plan plan.json
    """
    current = session(context)
    stream = JsonStream(sys.stdout) if json else None
    try:
        with stoppable(last=True):
            check_settle(settle)
            asked = meters(metrics_file, metrics_push, dashboard is not None)
            watched = watching(dashboard, dashboard_linger)
            _check_partial(until, finish, plan, fresh, retry_failed or retry_skipped)
            planned = read_plan(plan) if plan is not None else None
            _confirm(fresh, yes)
            loaded = require_spec(current, spec, env, stream)
            retry = RETRY_SKIPPED if retry_skipped else RETRY_FAILED if retry_failed else None
            options = RunOptions(
                fresh,
                finish,
                settle,
                spec_name(spec),
                retry=retry,
                plan=planned,
                until=until,
                look_for_deleted=look_for_deleted,
            )
            code = migrate(current, loaded, options, quiet, stream, asked, watched)
    except BaseException as error:
        explained = explain(error, current.debug)
        if explained is None:
            raise
        code = explained
    if stream is not None:
        stream.finish(code)
    raise typer.Exit(code)


def spec_name(given: str) -> str:
    """A spec as later commands find it wherever they are called: a file by its absolute path."""
    return str(Path(given).absolute()) if Path(given).exists() else given


def check_settle(settle: Optional[float]) -> None:
    """A number of seconds that passes some day: ``nan`` and ``inf`` are numbers to the command line's parser."""
    if settle is not None and not math.isfinite(settle):
        raise Refusal(f"--settle {settle}: expected a number of seconds, such as 180", USAGE)


def _check_partial(until: Optional[str], finish: bool, plan: Optional[Path], fresh: bool, retry: bool) -> None:
    """Refuse what contradicts itself."""
    if until is not None and until != STRUCTURE:
        raise Refusal(f"--until {until}: a run can stop after '{STRUCTURE}'", USAGE)
    if until is not None and finish:
        raise Refusal("--until and --finish exclude each other: the finish comes after everything else", USAGE)
    if plan is not None and (fresh or retry):
        raise Refusal("--plan carries out a plan as it is: --fresh and --retry-... make another one", USAGE)


def _confirm(fresh: bool, yes: bool) -> None:
    """What ``--fresh`` drops took time to read; ask where there is someone to ask."""
    if not fresh or yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return
    if not typer.confirm("Drop the snapshot and the plan, and read the source again?", err=True):
        raise Refusal("nothing was done", USAGE)


class _Begun:
    """Remembers which run has begun."""

    run: Optional[str] = None

    def __call__(self, event: Event) -> None:
        self.run = event.get("run") or self.run


def migrate(
    current: Session,
    spec: Spec,
    options: RunOptions,
    quiet: bool,
    stream: Optional[JsonStream],
    asked: Meters = Meters(),
    watched: Watching = Watching(),
) -> int:
    """Run it with log, progress, figures, summary and report; returns the exit code."""
    from ..pipeline.run import run_migration

    open_log_of(current, spec)
    begun = _Begun()
    display = progress_display(quiet)
    try:
        with metered(asked, spec.name, current.home) as metrics, shown(watched, current, spec, metrics) as health:
            told = (begun, LogEvents(), display, stream, metrics)
            listeners = [listener for listener in told if listener is not None]
            options = replace(options, metrics=metrics, health=health)
            result = run_migration(spec, current.plugins, current.home, options, Announcer(*listeners))
    finally:
        if display is not None:
            display.close()
        close_log()
        _tell(current, spec, begun.run, stream is None)
    if result.message:
        say(result.message)
    return result.exit_code


def _tell(current: Session, spec: Spec, run: Optional[str], text: bool) -> None:
    """The summary and the report, of a stopped run too; nothing where none was begun. Never changes the exit code."""
    if run is None:
        return
    from ..pipeline.redirects import redirects_path
    from ..pipeline.spec_ledger import ledger_url

    out, path = sys.stdout if text else sys.stderr, None
    try:
        path = write_report(current.home, ledger_url(spec, current.plugins), run, current.plugins)
    except (OSError, Fatal) as error:
        say(f"the report of run {run} cannot be written: {error}")
    try:
        if text:
            with queries(current.home, ledger_url(spec, current.plugins)) as asked:
                print(render(asked.entities(run)))
                problems = Counter(problem["severity"] for problem in asked.problems(run))
            if problems:
                print(
                    "problems: " + ", ".join(f"{number} {severity}s" for severity, number in sorted(problems.items()))
                )
        redirects = redirects_path(current.home, run)
        if redirects.exists():
            print(f"redirects: {redirects}", file=out)
        if path is not None:
            print(f"report: {path}", file=out)
        out.flush()
    except Fatal:  # told of the report already
        return
    except OSError:  # nobody reads it any more
        silence(out)
