"""``j2o status``, ``runs`` and ``errors``: what the ledger knows about runs."""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, Optional

import typer

from ..model.error_class import CLASSES, error_class, named
from ..model.problem import ERROR
from ..report.causes import as_json, next_step, rank
from ..report.html_report import moment, verdict
from ..report.next_steps import NEXT_STEPS
from ..report.summary import render
from .document import print_json, print_rows
from .failure import USAGE, Refusal
from .ledgers import LAST, all_runs, find_run, fixes_of, queries, where
from .session import session


def ledger_option() -> Any:
    """The option ``--ledger``, the same for every command that asks about runs."""
    return typer.Option(
        None,
        "--ledger",
        metavar="URL",
        help="The ledger to ask (sqlite:////data/acme.db, postgresql://HOST/DATABASE); all files of the home else.",
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
        print_json({}) if json else print(f"no run yet in {where(home, ledger)}")
        return
    url, run = found[0]
    with queries(home, url) as asked:
        entities = asked.entities(run["run"])
        held = asked.held(run["run"]) if run.get("state") in _HELD else []
    if json:
        print_json({**run, "held": held, "entities": entities})
        return
    print(f"run {run['run']} of {run['spec']}: {_state(run)}")
    print(f"started {moment(run['started'])}" + (f", ended {moment(run['finished'])}" if run.get("finished") else ""))
    if run.get("message"):
        print(run["message"])
    for one in held:
        print(f"told to {one['command']} {one['argument']}".rstrip() + f" by {one['actor']}, until `continue`")
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
    only: Optional[str] = typer.Option(
        None, "--class", metavar="NAME", help=f"Only failures of this class: {', '.join(CLASSES)}."
    ),
    skipped: bool = typer.Option(False, "--skipped", help="Tell of the skipped items too."),
    items: bool = typer.Option(False, "--items", help="List every item instead of the causes."),
    ledger: Optional[str] = ledger_option(),
    json: bool = json_option(),
) -> None:
    """Tell why items of a run failed: by root cause, with how many, examples, the spec line, and what to do next.

    \b
    Example:
      j2o errors last
      j2o errors last --class validation --items
      j2o errors last --skipped --json
    """
    wanted = named(only) if only is not None else None
    if only is not None and wanted is None:
        raise Refusal(f"--class {only}: expected one of {', '.join(CLASSES)}", USAGE)
    current = session(context)
    url, found = find_run(current.home, ledger, run)
    fixes = fixes_of(current.plugins)()
    with queries(current.home, url) as asked:
        outcome = None if skipped else "failed"
        causes = [as_json(cause, fixes) for cause in rank(asked, found["run"], outcome, wanted)]
        rows = [
            row
            for row in (asked.listed(found["run"], outcome) if items or json else ())
            if wanted is None or row["class"] == wanted
        ]
        findings = [one for one in _findings(asked.problems(found["run"])) if wanted in (None, one["class"])]
    stopped = _stopped(found)
    if stopped is not None and wanted not in (None, stopped["class"]):
        stopped = None
    if json:
        print_json({"run": found["run"], "stopped": stopped, "findings": findings, "causes": causes, "items": rows})
        return
    for one in findings:
        print(f"stopped the run: {one['message']} ({one['class']}, {one['code']})")
        if one["place"]:
            print(f"  spec:      {one['place']}")
        print(f"  next step: {next_step(one['code'], one['class'], fixes)}")
    if stopped is not None:
        print(f"the run stopped: {stopped['message']}\n  {stopped['class']}: {stopped['next']}")
    if items:
        print_rows(
            ("outcome", "class", "entity", "key", "code", "reason", "spec line", "request"),
            [[row[name] for name in _COLUMNS] for row in rows],
        )
        return
    for cause in causes:
        _print_cause(cause)
    if not causes and not findings and stopped is None:
        print(f"nothing of run {found['run']} has failed" + (f" with the class {wanted}" if wanted else ""))


#: states of a run in which it holds what an operator told it
_HELD = ("running", "stopped", "interrupted")
_COLUMNS = ("outcome", "class", "entity", "key", "code", "message", "place", "request")


def _findings(problems: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of no single item, found by the check: each stopped the run before its first write."""
    for one in problems:
        if one["stage"] == "check" and one["severity"] == ERROR and not one["origin"]:
            kept = {name: one[name] for name in ("code", "entity", "message", "place")}
            yield {**kept, "class": error_class(str(one["code"]))}


def _stopped(found: Mapping[str, Any]) -> Optional[dict[str, Any]]:
    """Why the whole run stopped, where it did by itself."""
    if not found.get("message") or not found.get("code"):
        return None
    kind = error_class(str(found["code"]))
    return {"class": kind, "code": found["code"], "message": found["message"], "next": NEXT_STEPS[kind]}


def _print_cause(cause: Mapping[str, Any]) -> None:
    keys = ", ".join(cause["keys"]) + (", ..." if cause["count"] > len(cause["keys"]) else "")
    entities = ", ".join(f"{number} {name}" for name, number in cause["entities"].items())
    print(f"{cause['outcome']}: {entities} ({cause['class']}, {cause['code']})")
    print(f"  {cause['message']}")
    print(f"  items:     {keys}")
    if cause["place"]:
        print(f"  spec:      {cause['place']}")
    if cause["requests"]:
        print(f"  requests:  {', '.join(cause['requests'])}")
    print(f"  next step: {cause['next']}")


def _state(run: Mapping[str, Any]) -> str:
    state = str(run.get("state", ""))
    code = run.get("exit_code")
    if state == "interrupted":
        return f"{state} in {run.get('stage', '')}; `j2o resume {run.get('run')}` or the same command carries on"
    if state == "planned":
        return f"{state}; `j2o run SPEC --plan FILE` carries it out"
    if code is None:
        return f"{state}, {run.get('stage', '')}".rstrip(", ")
    meaning = verdict(code)
    return meaning if meaning.startswith(state) else f"{state}, {meaning}"
