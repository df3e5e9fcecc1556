"""One line of the log: its fields, and how it reads on a terminal."""

from __future__ import annotations

import traceback
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Mapping

from ..model.log_components import component_of
from .at_work import Work, at_work
from .harmless import harmless, one_line
from .redaction import Redactor

if TYPE_CHECKING:
    from loguru import Record

#: what a line may hold; events and plugins add fields of their own
FIELDS: Mapping[str, str] = {
    "time": "when, in UTC, to the millisecond: `2026-11-23T07:15:00.123+00:00`",
    "level": "`DEBUG`, `INFO`, `WARNING` or `ERROR`",
    "component": "the part of the program that tells it",
    "message": "the same for people",
    "run": "the id of the run; empty before it has one",
    "entity": "the entity of the item; empty where it is about none",
    "item": "the key of the item, as in the report: `ACME-1`",
    "lane": "the lane of the write: writes of one lane follow each other",
    "attempt": "which attempt at the write, or the read, it was; 1 is the first",
    "kind": "what was to be written: `create`, `update`, ...",
    "connection": "the connection of the request",
    "method": "the method of the request",
    "operation": "its path, with `{id}` for ids",
    "status": "the HTTP status; 0 where no complete answer came",
    "duration": "seconds: of the request, or of the attempt so far",
    "request_id": "the number under which the server's own log has the request",
    "sent": "bytes of the request's body",
    "received": "bytes of the answer's body",
    "error": "what happened where no complete answer came",
    "outcome": "how the write ended: `done`, `adopted`, `failed`, `skipped`",
    "wait": "seconds until the next attempt",
    "event": "the event of the run, as `run --json` prints it",
    "stage": "the stage of the run",
    "severity": "`error` or `warning`, of a problem",
    "code": "the error code",
    "class": "the error class: `network`, `validation`, ...",
    "place": "the line of the spec that is to blame",
    "words": "the server's own words",
    "worker": "the worker of a cluster that told it",
    "at": "when the worker told it",
    "where": "in which module of the worker",
    "logger": "the library that tells it",
    "module": "the module of the program",
    "traceback": "where in the program it happened",
}

#: words of our own: no names of people are looked for in them
_OURS = frozenset(FIELDS) - {
    "error",
    "message",
    "item",
    "lane",
    "operation",
    "request_id",
    "words",
    "worker",
    "at",
    "logger",
    "traceback",
}
#: no one else's to say
_FIXED = frozenset({"time", "level", "message", "module"})
_run = [""]


def in_run(run: str) -> None:
    """Lines that name no run are of this one."""
    _run[0] = run


def entry_of(record: Record, redactor: Redactor) -> dict[str, Any]:
    """One line of the log as data."""
    extra = record["extra"]
    work = at_work()
    told = {**_told(work), **extra} if work is not None else dict(extra)
    name = record["name"] or ""
    entry: dict[str, Any] = {
        "time": written(record["time"]),
        "level": record["level"].name,
        "component": redactor.word(str(told.pop("component", None) or component_of(name))),
        "message": redactor.text(record["message"]),
        "run": redactor.word(str(told.pop("run", "") or _run[0])),
        "entity": redactor.word(str(told.pop("entity", "") or "")),
        "item": redactor.text(str(told.pop("item", "") or "")),
    }
    for field in _FIXED.intersection(told):  # a plugin calls something of its own the same
        told[f"{field}_"] = told.pop(field)
    for field in [field for field in told if field in _OURS]:
        value = told.pop(field)
        entry[field] = redactor.word(value) if isinstance(value, str) else redactor.value(value)
    entry.update(redactor.value(told))
    entry["module"] = name
    if record["exception"] is not None:
        entry["traceback"] = redactor.text("".join(traceback.format_exception(*record["exception"])))
    return entry


def lost(lines: int) -> dict[str, Any]:
    """The line that stands for so many that could not be written."""
    return {
        "time": written(datetime.now(timezone.utc)),
        "level": "WARNING",
        "component": "run",
        "message": f"{lines} {'line is' if lines == 1 else 'lines are'} missing here: the log could not be written",
        "run": _run[0],
        "entity": "",
        "item": "",
        "module": __name__,
    }


def _told(work: Work) -> Mapping[str, Any]:
    fields = work.fields()
    return {"duration": round(work.seconds(), 4), **fields} if "attempt" in fields else fields


def written(moment: datetime) -> str:
    """A moment as lines have it: in UTC, so that lines of all files can be sorted as texts."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def readable(entry: Mapping[str, Any], dated: bool = True) -> str:
    """A line for people; what it tells beyond its message stands in brackets. Without ``dated``: the time alone."""
    time = str(entry.get("time", ""))
    moment = time[:19].replace("T", " ") if dated else time[11:19]
    rest = []
    subject = " ".join(str(entry[name]) for name in ("entity", "item") if entry.get(name))
    if subject:
        rest.append(subject)
    duration = entry.get("duration")
    if isinstance(duration, (int, float)) and duration >= 0.0005:
        rest.append(f"{duration:.3f} s")
    if entry.get("attempt", 1) != 1:
        rest.append(f"attempt {entry['attempt']}")
    message = str(entry.get("message", ""))
    rest += [str(entry[name]) for name in ("code", "place") if entry.get(name) and str(entry[name]) not in message]
    if entry.get("request_id"):
        rest.append(f"request {entry['request_id']}")
    told = f"  [{', '.join(rest)}]" if rest else ""
    text = f"{moment} {entry.get('level', '')!s:<7} {entry.get('component', '')!s:<9} {message}{told}"
    text = one_line(text)
    if not entry.get("traceback"):
        return text
    return f"{text}\n{harmless(str(entry['traceback']).rstrip())}"
