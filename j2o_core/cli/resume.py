"""``j2o resume``: carries on a run that was stopped or interrupted, from what it recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Mapping, Optional

import typer

from ..observe.stream import JsonStream
from ..pipeline.options import RunOptions
from ..spec.model import Spec
from .failure import REFUSED, Refusal, explain, say
from .history import ledger_option, run_argument
from .ledgers import find_run, queries
from .loading import tell_translation
from .metering import meters, metrics_file_option, metrics_push_option
from .run import check_settle, migrate
from .session import Session, environment, session
from .stopping import stoppable
from .watching import Watched, dashboard_option, linger_option, watching


def add(app: typer.Typer) -> None:
    """Add ``resume``."""
    app.command(cls=Watched)(resume)


def resume(
    context: typer.Context,
    run: str = run_argument(),
    recorded: bool = typer.Option(
        False, "--recorded", help="Go on with the spec as the run recorded it, whatever its file says now."
    ),
    settle: Optional[float] = typer.Option(
        None, min=0, metavar="SECONDS", help="How long a lost request may still be running; as the run was told, else."
    ),
    ledger: Optional[str] = ledger_option(),
    metrics_file: Optional[Path] = metrics_file_option(),
    metrics_push: Optional[str] = metrics_push_option(),
    dashboard: Optional[str] = dashboard_option(),
    dashboard_linger: float = linger_option(),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Show no progress."),
    json: bool = typer.Option(False, "--json", help="Print one event on each line, the last one run_finished."),
) -> None:
    """Carry on a stopped or interrupted run: the same id, its options, its plan, counts for the whole run.

    \b
    Example:
      j2o resume last
      j2o resume 20261122-101500-3f2a --json
    """
    current = session(context)
    stream = JsonStream(sys.stdout) if json else None
    try:
        with stoppable(last=True):
            check_settle(settle)
            wanted = meters(metrics_file, metrics_push, dashboard is not None)
            watched = watching(dashboard, dashboard_linger)
            _, found = find_run(current.home, ledger, run)
            _must_be_unfinished(found)
            spec = _spec_of(current, ledger, found, recorded)
            asked = found["asked"]
            options = RunOptions(
                finish=bool(asked.get("finish")),
                settle=asked.get("settle") if settle is None else settle,
                path=str(asked.get("spec") or ""),
                resume=found["run"],
                adopt=bool(asked.get("adopt")),
            )
            code = migrate(current, spec, options, quiet, stream, wanted, watched)
    except BaseException as error:
        explained = explain(error, current.debug)
        if explained is None:
            raise
        code = explained
    if stream is not None:
        stream.finish(code)
    raise typer.Exit(code)


def _must_be_unfinished(found: Mapping[str, Any]) -> None:
    """Refuse what has nothing left to do."""
    run, again = found["run"], f"`j2o run {found['asked'].get('spec') or 'SPEC'}` begins another run"
    if found["state"] == "superseded":
        raise Refusal(f"run {run} was superseded by a later run, of another spec or with --fresh; {again}", REFUSED)
    if found["state"] == "planned":
        carry_out = "`j2o run SPEC --plan FILE` carries it out"
        raise Refusal(f"run {run} is a plan that was not begun; {carry_out}; {again}", REFUSED)
    if found["state"] in ("finished", "adopted") or found["stage"] == "done":
        retry = "; `--retry-failed` with it does only what failed" if found.get("exit_code") == 1 else ""
        raise Refusal(f"run {run} is finished, nothing is left of it to carry on; {again}{retry}", REFUSED)


def _spec_of(current: Session, ledger: Optional[str], found: Mapping[str, Any], recorded: bool) -> Spec:
    """The spec that the run was begun with: from its file as long as that says the same, else as recorded."""
    from ..spec.load import load_spec

    name = str(found["asked"].get("spec") or "")
    there = bool(name) and (":" in name or Path(name).exists())
    if recorded or not there:
        if not recorded and name:
            say(f"{name} is gone; going on with the spec as run {found['run']} recorded it")
        return _recorded(current, ledger, found)
    # The environment of the run counts, not that of this call.
    variables = {key: value for key, value in environment().items() if key != "J2O_ENV"}
    result = load_spec(name, found["environment"], current.plugins.registry, variables)
    if result.translation is not None:
        tell_translation(result.translation)
    if result.spec is None or result.spec.digest != found["spec_digest"]:
        raise Refusal(
            f"the spec {name} (or a file that it takes in) has changed since run {found['run']} was begun, so its plan "
            f"fits no more. `j2o run {name}` begins a run of the changed spec, which leaves alone what is written and "
            f"unchanged; `j2o resume {found['run']} --recorded` goes on with the spec as it was; `j2o config diff "
            f"{found['run']} {name}` tells what has changed",
            REFUSED,
        )
    return result.spec


def _recorded(current: Session, ledger: Optional[str], found: Mapping[str, Any]) -> Spec:
    from ..spec.stored import stored_spec

    url, _ = find_run(current.home, ledger, found["run"])
    with queries(current.home, url) as asked:
        document, _ = asked.spec(found["run"])
    name, folder = str(found["asked"].get("spec") or ""), str(found["asked"].get("folder") or "")
    file = Path(folder) / (Path(name).name or "spec.yaml") if folder else None
    return stored_spec(document, f"run {found['run']}", found["environment"], [str(file)] if file else [])
