"""``j2o status``, ``runs`` and ``errors``: what the ledger knows about runs."""

from __future__ import annotations

from typing import Any, Mapping, Optional

import typer

from ..report.html_report import moment, verdict
from ..report.summary import render
from .document import print_json, print_rows
from .ledgers import LAST, all_runs, find_run, queries
from .session import session


def ledger_option() -> Any:
    """The option ``--ledger``, the same for every command that asks about runs."""
    return typer.Option(
        None,
        "--ledger",
        metavar="URL",
        help="The ledger to ask (sqlite:////data/acme.db); all of the home else.",
    )


def run_argument() -> Any:
    """The argument RUN."""
    return typer.Argument(..., metavar="RUN", help=f"The id of a run, or '{LAST}'.")


def json_option() -> Any:
    """The option ``--json``."""
    return typer.Option(False, "--json", help="Print one JSON document.")


def add(app: typer.Typer) -> None:
    """Add the three commands."""
    app.command()(status)
    app.command()(runs)
    app.command()(errors)


def status(context: typer.Context, ledger: Optional[str] = ledger_option(), json: bool = json_option()) -> None:
    """Show the newest run: how far it came, and what became of its items.

    \b
    Example:
      j2o status --json
    """
    home = session(context).home
    found = all_runs(home, ledger)
    if not found:
        print_json({}) if json else print(f"no run yet in {ledger or home}")
        return
    url, run = found[0]
    with queries(home, url) as asked:
        entities = asked.entities(run["run"])
    if json:
        print_json({**run, "entities": entities})
        return
    print(f"run {run['run']} of {run['spec']}: {_state(run)}")
    print(f"started {moment(run['started'])}" + (f", ended {moment(run['finished'])}" if run.get("finished") else ""))
    if run.get("message"):
        print(run["message"])
    if entities:
        print(render(entities))


def runs(context: typer.Context, ledger: Optional[str] = ledger_option(), json: bool = json_option()) -> None:
    """List the runs, newest first.

    \b
    Example:
      j2o runs --json
    """
    found = [run for _, run in all_runs(session(context).home, ledger)]
    if json:
        print_json(found)
        return
    print_rows(
        ("run", "spec", "started", "state"),
        [(run["run"], run["spec"], moment(run["started"]), _state(run)) for run in found],
    )


def errors(
    context: typer.Context,
    run: str = run_argument(),
    skipped: bool = typer.Option(False, "--skipped", help="List the skipped items too."),
    ledger: Optional[str] = ledger_option(),
    json: bool = json_option(),
) -> None:
    """List the items of a run that failed, each with its cause and the spec line.

    \b
    Example:
      j2o errors last --skipped
    """
    home = session(context).home
    url, found = find_run(home, ledger, run)
    with queries(home, url) as asked:
        rows = list(asked.listed(found["run"], None if skipped else "failed"))
    if json:
        print_json(rows)
        return
    print_rows(
        ("outcome", "entity", "key", "code", "reason", "spec line"),
        [(row["outcome"], row["entity"], row["key"], row["code"], row["message"], row["place"]) for row in rows],
    )


def _state(run: Mapping[str, Any]) -> str:
    state = str(run.get("state", ""))
    code = run.get("exit_code")
    if state == "interrupted":
        return f"{state} in {run.get('stage', '')}; the same command carries on"
    if code is None:
        return f"{state}, {run.get('stage', '')}".rstrip(", ")
    meaning = verdict(code)
    return meaning if meaning.startswith(state) else f"{state}, {meaning}"
