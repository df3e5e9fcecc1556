"""``j2o logs``: search what was logged, follow it, and sum it up."""

from __future__ import annotations

import json as jsons
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional

import typer

from .document import print_json
from .failure import USAGE, Refusal, say
from .ledgers import LAST, find_run
from .session import Session, session

if TYPE_CHECKING:
    from ..observe.log_filter import Filter
    from ..observe.log_reading import Reading

_FORMATS = ("text", "json", "syslog")
_LEVEL = "debug, info, warning or error"
#: of RFC 5424, which journald and syslog read from the begin of a line
_PRIORITIES = {"DEBUG": 7, "INFO": 6, "SUCCESS": 5, "WARNING": 4, "ERROR": 3, "CRITICAL": 2}

_HELP = """Search the logs of all processes of this home folder, also packed ones, in the order of time.

\b
Example:
  j2o logs --level warning --since 2h
  j2o logs --item ACME-1
  j2o logs --where 'status>=500' --where operation~relations --json
  j2o logs --follow --component requests
  j2o logs stats --run last
"""


def add(app: typer.Typer) -> None:
    """Add ``logs`` and ``logs stats``."""
    family = typer.Typer(rich_markup_mode=None, help=_HELP, invoke_without_command=True)
    family.callback(help=_HELP)(logs)
    family.command("stats")(stats)
    app.add_typer(family, name="logs")


def _text(name: str, metavar: str, help: str) -> Any:
    return typer.Option(None, name, metavar=metavar, help=help)


def _level() -> Any:
    return _text("--level", "LEVEL", f"Lines of this level and above: {_LEVEL}.")


def _since() -> Any:
    return _text("--since", "WHEN", "Not before: 10m, 2h, 3d (ago), or a date or moment in ISO 8601.")


def _until() -> Any:
    return _text("--until", "WHEN", "Not after, likewise.")


def _run() -> Any:
    return _text("--run", "RUN", f"Lines of a run: its id, or '{LAST}'.")


def _entity() -> Any:
    return _text("--entity", "NAME", "Lines about items of an entity.")


def _item() -> Any:
    return _text("--item", "KEY", "Lines about an item: ACME-1, 'ACME-*', or a person whom the log hides.")


def _component() -> Any:
    return _text("--component", "NAME", "Lines of a component: requests, effects, run, ...")


def _where() -> Any:
    return typer.Option(
        None, "--where", metavar="CONDITION", help="On any field: status>=500, code=http_429, operation~relations."
    )


def _search() -> Any:
    return _text("--text", "TEXT", "Lines that hold this text anywhere, whatever its case.")


def _file() -> Any:
    return typer.Option(None, "--file", metavar="PATH", help="Look there, a folder or a file, instead of in J2O_HOME.")


def logs(
    context: typer.Context,
    level: Optional[str] = _level(),
    since: Optional[str] = _since(),
    until: Optional[str] = _until(),
    run: Optional[str] = _run(),
    entity: Optional[str] = _entity(),
    item: Optional[str] = _item(),
    component: Optional[str] = _component(),
    where: Optional[list[str]] = _where(),
    text: Optional[str] = _search(),
    last: Optional[int] = typer.Option(None, "--last", "-n", min=0, metavar="N", help="Only the last so many lines."),
    follow: bool = typer.Option(False, "--follow", "-f", help="Go on with what is logged from now on."),
    file: Optional[list[Path]] = _file(),
    format: str = typer.Option(
        "text", "--format", metavar="|".join(_FORMATS), help="syslog: JSON after the priority that journald reads."
    ),
    json: bool = typer.Option(False, "--json", help="Short for --format json: one object on each line."),
) -> None:
    """Search the logs of all processes of this home folder, also packed ones, in the order of time.

    \b
    Example:
      j2o logs --level warning --since 2h
      j2o logs --item ACME-1
      j2o logs --where 'status>=500' --where operation~relations --json
      j2o logs --follow --component requests
    """
    if context.invoked_subcommand is not None:
        return
    format = "json" if json else format
    if format not in _FORMATS:
        raise Refusal(f"--format {format}: expected one of {', '.join(_FORMATS)}", USAGE)
    from ..observe.log_follow import ends, files_of
    from ..observe.log_follow import follow as followed
    from ..observe.log_reading import Reading, entries, log_files

    current = session(context)
    asked = _filter(current, level, since, until, run, entity, item, component, where, text)
    places, reading = _places(current, file), Reading()
    before, begin = (files_of(places), ends(places)) if follow else (None, None)
    found = (one for one in entries(log_files(places, _seconds(asked)), reading, asked.may, begin) if asked.holds(one))
    shown: Iterable[Mapping[str, Any]] = found
    if last is not None or follow:
        shown = deque(found, maxlen=10 if last is None else last)
    for entry in shown:
        _print(entry, format)
    _tell_unreadable(reading)
    if not follow:
        _tell_nothing(reading, asked, places)
    else:
        sys.stdout.flush()  # who reads a pipe need not wait for the next line
        try:
            for entry in followed(places, begin or {}, before=before):
                if asked.holds(entry):
                    _print(entry, format)
                    sys.stdout.flush()
        except KeyboardInterrupt:
            return


def stats(
    context: typer.Context,
    level: Optional[str] = _level(),
    since: Optional[str] = _since(),
    until: Optional[str] = _until(),
    run: Optional[str] = _run(),
    entity: Optional[str] = _entity(),
    item: Optional[str] = _item(),
    component: Optional[str] = _component(),
    where: Optional[list[str]] = _where(),
    text: Optional[str] = _search(),
    top: int = typer.Option(10, "--top", min=1, max=1000, metavar="N", help="How many of the slowest and the longest."),
    gap: float = typer.Option(120.0, "--gap", min=1, metavar="SECONDS", help="A silence of a run that is told."),
    storm: int = typer.Option(30, "--storm", min=1, metavar="N", help="Retries in a minute that are a storm."),
    file: Optional[list[Path]] = _file(),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Sum up: errors by class and code, requests and the slowest of them, retry storms, gaps.

    Every request is in the log only where the level of `requests` is `debug`; else those that failed or were slow.

    \b
    Example:
      j2o logs stats --run last
      j2o logs stats --since 1d --component requests --json
    """
    from ..observe.log_reading import Reading, entries, log_files
    from ..observe.log_stats import Stats
    from ..report.log_stats import print_stats

    current = session(context)
    asked = _filter(current, level, since, until, run, entity, item, component, where, text)
    reading, summed = Reading(), Stats(top, gap, storm)
    places = _places(current, file)
    for entry in entries(log_files(places, _seconds(asked)), reading, asked.may):
        if asked.holds(entry):
            summed.add(entry)
    _tell_unreadable(reading)
    _tell_nothing(reading, asked, places)
    result = {"files": reading.files, "unreadable": reading.unreadable, **summed.result()}
    if json:
        print_json(result)
    else:
        print_stats(result)


def _filter(
    current: Session,
    level: Optional[str],
    since: Optional[str],
    until: Optional[str],
    run: Optional[str],
    entity: Optional[str],
    item: Optional[str],
    component: Optional[str],
    where: Optional[list[str]],
    text: Optional[str],
) -> Filter:
    from ..model.log_policy import LEVELS
    from ..observe.log_filter import Condition, Filter, condition, moment

    level = (level or "").lower()
    if level and (level not in LEVELS or level == "off"):
        raise Refusal(f"--level {level}: expected {_LEVEL}", USAGE)
    if run == LAST:
        run = find_run(current.home, None, LAST)[1]["run"]
    fields = {"run": run, "entity": entity, "component": component}
    conditions = [Condition(name, "=", (value,)) for name, value in fields.items() if value]
    if item:
        conditions.append(Condition("item", "=", (item, *_made_up(current, item))))
    try:
        conditions += [condition(one) for one in where or ()]
        begin, end = (moment(one) if one else None for one in (since, until))
    except ValueError as error:
        raise Refusal(str(error), USAGE) from None
    return Filter(conditions, level, begin, end, text or "")


def _made_up(current: Session, name: str) -> list[str]:
    """What stands in the log for a person of this name."""
    from ..observe.people import KEY, People, key_of

    return [People(key_of(current.home)).pseudonym(name)] if (current.home / KEY).exists() else []


def _places(current: Session, given: Optional[list[Path]]) -> list[Path]:
    for path in given or ():
        if not path.exists():
            raise Refusal(f"--file {path}: there is no such file or folder", USAGE)
    return given or [current.home / "logs"]


def _seconds(asked: Filter) -> float:
    from datetime import datetime

    return datetime.fromisoformat(asked.since).timestamp() if asked.since else 0.0


def _print(entry: Mapping[str, Any], format: str) -> None:
    if format == "text":
        from ..observe.log_line import readable

        print(readable(entry))
        return
    line = jsons.dumps(entry, ensure_ascii=False)
    print(line if format == "json" else f"<{_PRIORITIES.get(str(entry.get('level')), 6)}>{line}")


def _tell_nothing(reading: Reading, asked: Filter, places: Iterable[Path]) -> None:
    if not reading.files and not reading.broken:
        where = ", ".join(str(place) for place in places)
        say(f"there is no log of that time in {where}" if asked.since else f"there is no log in {where}")


def _tell_unreadable(reading: Reading) -> None:
    for one in reading.broken:
        say(f"not read to its end: {one}")
    if reading.unreadable:
        say(f"{reading.unreadable} lines are no lines of a log and were left out")
