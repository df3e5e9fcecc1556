"""``j2o plan``: what a run would write, told before anything is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

import typer

from ..observe.announcer import Announcer
from ..observe.logs import LogEvents, close_log
from ..pipeline.options import RunOptions
from ..report.contrast import contrast
from ..report.plan import ACTIONS, FORMATS, PlanReport, as_json
from .document import print_json, print_rows
from .failure import FINDINGS, USAGE, Refusal, say
from .loading import environment_option, open_log_of, require_spec, spec_argument
from .progress import progress_display
from .run import spec_name
from .session import session
from .stopping import stoppable
from .verify import report_format

if TYPE_CHECKING:
    from ..pipeline.planning import PlanView

#: effects shown where nobody narrows them down
_SHOWN = 50
_EXTENTS = ("all", "sample")


def add(app: typer.Typer) -> None:
    """Add ``plan``."""
    app.command()(plan)


def plan(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    out: Optional[Path] = typer.Option(
        None, "--out", "-o", metavar="FILE", help="Write the plan there, for `j2o run SPEC --plan FILE`."
    ),
    diff: bool = typer.Option(False, "--diff", help="Show the effects field by field."),
    entity: str = typer.Option("", "--entity", metavar="NAME", help="Show the effects of one entity alone."),
    item: str = typer.Option("", "--item", metavar="KEY", help="Show what is planned for one item, field by field."),
    server_check: Optional[str] = typer.Option(
        None, "--server-check", metavar="all|sample", help="Ask the target itself about all effects, or a sample."
    ),
    report: Optional[Path] = typer.Option(
        None, "--report", metavar="FILE", help="Write it there (.html, .csv, .json)."
    ),
    fresh: bool = typer.Option(False, "--fresh", help="Read the source again first."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Show no progress."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Tell what a run would create, update, leave, skip and fail, and write nothing.

    \b
    Exit code 1 where items would fail, or where the check stops it. The source is read where a run would read it; what
    a stopped run has left to do is its plan.

    \b
    Example:
      j2o plan acme.yaml
      j2o plan acme.yaml --item ACME-12
      j2o plan acme.yaml -o plan.json && j2o run acme.yaml --plan plan.json
    """
    from ..pipeline.planning import plan_spec

    current = session(context)
    format = report_format(report)
    if server_check is not None and server_check not in _EXTENTS:
        raise Refusal(f"--server-check {server_check}: expected all or sample", USAGE)
    with stoppable():
        loaded = require_spec(current, spec, env)
        if entity and entity not in loaded.entities:
            raise Refusal(f"--entity {entity}: the spec has {', '.join(loaded.entities)}", USAGE)
        open_log_of(current, loaded)
        display = progress_display(quiet)
        listeners = [listener for listener in (LogEvents(), display) if listener is not None]
        emit = Announcer(*listeners)
        options = RunOptions(fresh, path=spec_name(spec))

        def look(view: PlanView) -> PlanReport:
            return _look(view, emit, out, entity, item, diff, server_check)

        try:
            found = plan_spec(loaded, current.plugins, current.home, options, emit, look)
        finally:
            if display is not None:
                display.close()
            close_log()
    if report is not None and format is not None:
        _write(found, report, format)
    if json:
        print_json(as_json(found))
    else:
        _print(found, spec)
    if not found.is_clean:
        raise typer.Exit(FINDINGS)


def _look(
    view: PlanView, emit: Announcer, out: Optional[Path], entity: str, item: str, diff: bool, extent: Optional[str]
) -> PlanReport:
    from ..pipeline.plan_lines import Asked, PlanLines
    from ..pipeline.plan_report import report_of
    from ..pipeline.server_check import ask_server

    wanted = bool(entity or item or diff) and view.is_fit
    lines = PlanLines(view, Asked(entity, item, diff or bool(item))) if wanted else None
    effects: Optional[list[dict[str, Any]]] = None
    if lines is not None:
        effects = [line.as_json() for line in lines]
        if item and not effects:
            say(f"nothing is planned for '{item}'; `j2o explain SPEC {item}` tells what becomes of it")
    server = ask_server(view, extent, emit, entity) if extent and view.is_fit else None
    made = report_of(view, effects, server)
    if out is None:
        return made
    if not view.is_fit:
        say(f"{out} was not written: the check stops this plan")
        return made
    _write_plan(view, made, out, diff)
    return replace(made, file=str(out))


def _write_plan(view: PlanView, made: PlanReport, out: Path, diff: bool) -> None:
    from ..pipeline.plan_document import write_plan
    from ..pipeline.plan_file import plan_file
    from ..pipeline.plan_lines import Asked, PlanLines

    form = as_json(made)
    more = {name: form[name] for name in ("entities", "causes", "problems", "server_check") if name in form}
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.part")
    try:
        with draft.open("w", encoding="utf-8") as stream:
            write_plan(plan_file(view), more, (line.as_json() for line in PlanLines(view, Asked(diff=diff))), stream)
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def _write(found: PlanReport, report: Path, format: str) -> None:
    report.parent.mkdir(parents=True, exist_ok=True)
    with report.open("w", encoding="utf-8", newline="") as stream:
        FORMATS[format](found, stream)
    say(f"report: {report}")


def _print(found: PlanReport, spec: str) -> None:
    print_rows(("entity", *ACTIONS), [(name, *map(counts.get, ACTIONS)) for name, counts in found.entities.items()])
    for title, rows in (
        ("stops it", found.stops),
        ("skipped or failing", found.causes),
        ("to know", found.problems),
        ("the target says", (found.server or {}).get("findings", ())),
    ):
        for row in rows:
            print()
            _print_cause(title, row)
    if found.server is not None:
        print()
        print_rows(
            ("asked the target", "planned", "asked", "refused", "not yet"),
            [
                (name if one["offered"] else f"{name} (cannot be asked)", *(one[column] for column in _SERVER))
                for name, one in found.server["entities"].items()
            ],
        )
    if found.effects is not None:
        _print_effects(found.effects)
    if found.stops:
        print("\nthe check stops it: nothing would be written")
    elif found.file:
        print(f"\nplan: {found.file}\ncarry it out: j2o run {spec} --plan {found.file}")


_SERVER = ("planned", "asked", "refused", "waiting")


def _print_cause(title: str, row: Any) -> None:
    keys = f" ({', '.join(row['keys'])}{', ...' if row['count'] > len(row['keys']) else ''})" if row["keys"] else ""
    items = "item" if row["count"] == 1 else "items"
    print(f"{title}: {row['count']:,} {items}, {row['code']} {row['entity']}: {row['message']}{keys}")
    if row["place"]:
        print(f"  spec:      {row['place']}")
    if row["next"]:
        print(f"  next step: {row['next']}")


def _print_effects(effects: Any) -> None:
    for one in effects[:_SHOWN]:
        fields = f" {', '.join(one['fields'])}" if one.get("fields") else ""
        print(f"\n{one['action']} {one['entity']} {one['key']}{fields} (undo: {one['undo']})")
        for change in one.get("diff", ()):
            print(f"  {change['field']}")
            for line in contrast(change["before"], change["after"]):
                print(f"    {line}")
    if len(effects) > _SHOWN:
        print(f"\n{len(effects) - _SHOWN:,} more: `--entity`, `--item` or `--json` show them")
