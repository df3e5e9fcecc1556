"""``j2o preflight``: whether both systems are ready, told before anything is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Mapping, Optional, TextIO

import typer

from ..observe.logs import close_log
from ..report.preflight import CHECKLISTS, FORMATS, PreflightReport, as_json, items
from .document import print_json, print_rows
from .failure import FINDINGS, UNREACHABLE, USAGE, Refusal, say
from .loading import environment_option, open_log_of, require_spec, spec_argument
from .session import session
from .stopping import stoppable

if TYPE_CHECKING:
    from ..hooks.protocols import Prerequisite
    from ..pipeline.preflight import Preflight


def add(app: typer.Typer) -> None:
    """Add ``preflight``."""
    app.command()(preflight)


def preflight(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    report: Optional[Path] = typer.Option(
        None, "--report", metavar="FILE", help="Write it there (.html, .csv, .json)."
    ),
    checklist: Optional[Path] = typer.Option(
        None, "--checklist", metavar="FILE", help="Write what an administrator may make there (.html, .md)."
    ),
    script: Optional[Path] = typer.Option(
        None,
        "--script",
        metavar="FILE",
        help="Write a program there that makes it, for an administrator's console.",
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Look at both systems and tell whether a run can do what the spec says; read no issue, write nothing.

    \b
    Exit code 1 where a run cannot; 3 where a connection does not work, or something that the spec marks `required` is
    not there. Whatever else an administrator may make is an offer: a factory-fresh OpenProject suffices.

    \b
    Example:
      j2o preflight acme.yaml
      j2o preflight acme.yaml --checklist prerequisites.html --script prerequisites.rb
    """
    from ..pipeline.preflight import look_before

    current = session(context)
    writes = [
        (report, _writer("--report", report, FORMATS)),
        (checklist, _writer("--checklist", checklist, CHECKLISTS)),
    ]
    with stoppable():
        loaded = require_spec(current, spec, env)
        open_log_of(current, loaded)
        try:
            seen = look_before(loaded, current.plugins, current.home)
        finally:
            close_log()
    found = report_of(loaded.name, seen)
    unknown = "" if seen.prerequisites or not seen.unseen else f"{' and '.join(seen.unseen)} could not be looked at"
    for path, write in writes:
        if path is checklist is not None and unknown:
            say(f"{path} was not written: {unknown}")
        elif path is not None and write is not None:
            _write(path, lambda out, write=write: write(found, out))  # type: ignore[misc]
    if script is not None:
        if found.script:
            _write(script, lambda out: out.write(found.script))
        else:
            say(f"{script} was not written: {unknown or 'nothing is missing that a program could make'}")
    if json:
        print_json(as_json(found))
    else:
        _print(found)
    if seen.unreachable or seen.missing:
        raise typer.Exit(UNREACHABLE)
    if seen.is_broken:
        raise typer.Exit(FINDINGS)


def report_of(spec: str, seen: Preflight) -> PreflightReport:
    """An inspection as rows."""
    lines = [
        {"connection": name, "topic": one.topic, "status": one.status, "message": one.message, "advice": one.advice}
        for name, one in seen.lines
    ]
    return PreflightReport(spec, lines, [_row(one) for one in seen.prerequisites], seen.script)


def _row(one: Prerequisite) -> dict[str, Any]:
    need = one.need
    return {
        "kind": need.kind,
        "name": need.name,
        "count": need.count,
        "examples": list(need.examples),
        "done": one.done,
        "required": need.required,
        "note": one.note,
        "without": one.without,
        "loss": one.loss,
        "how": one.how,
        "entity": need.entity,
        "field": need.field,
        "place": str(need.place or ""),
    }


def _writer(
    option: str, path: Optional[Path], formats: Mapping[str, Callable[[PreflightReport, TextIO], None]]
) -> Optional[Callable[[PreflightReport, TextIO], None]]:
    if path is None:
        return None
    write = formats.get(path.suffix.lstrip(".").lower())
    if write is None:
        raise Refusal(f"{option} {path}: the name must end in .{', .'.join(formats)}", USAGE)
    return write


def _write(path: Path, write: Callable[[TextIO], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as out:
        write(out)
    say(f"written: {path}")


def _print(found: PreflightReport) -> None:
    for line in found.lines:
        where = f"{line['connection']}: " if line["connection"] else ""
        print(f"{line['status']:<5} {where}{line['topic']}: {line['message']}")
        if line["advice"]:
            print(f"      {line['advice']}")
    if found.prerequisites:
        print()
        print_rows(
            ("prerequisite", "name", "items", "state", "without it"),
            [
                (one["kind"], one["name"], items(one), "there" if one["done"] else one["note"], _without(one))
                for one in found.prerequisites
            ],
        )


def _without(one: Mapping[str, Any]) -> str:
    return "" if one["done"] else str(one["without"])
