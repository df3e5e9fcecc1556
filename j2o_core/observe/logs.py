"""The log: JSON lines in the home folder, with what each line is about, none with a secret; text on the terminal."""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable, Mapping

from loguru import logger

from ..model.log_policy import LEVELS, LogPolicy
from .announcer import Event
from .levels import Levels, hear, hear_nothing
from .log_file import LogFile
from .log_keeping import Keeper
from .log_line import entry_of, in_run, lost, readable
from .people import People, hide_from_now_on, key_of
from .redaction import Redactor, redact_with
from .wording import planned, stage

if TYPE_CHECKING:
    from loguru import Message, Record

#: by what names lines tell what events tell
_NAMED = {"key": "item", "request": "request_id"}
#: seconds between two lines about the progress of an entity
_PROGRESS = 60.0
_LIBRARIES = "libraries"
#: where a record of loguru keeps its line, as data and as text
_ENTRY, _LINE = "_entry", "_line"
_FORMAT = "{extra[_line]}\n"
_WORDS: Mapping[str, Callable[[Event], str]] = {"stage_started": stage, "planned": planned}
_keepers: list[Keeper] = []


def open_log(home: Path, redactor: Redactor, debug: bool = False, policy: LogPolicy = LogPolicy()) -> Path:
    """Send everything that is logged to a new file in ``home/logs``; returns its path.

    ``debug``: all of it, and to the terminal too. Standard-library logging joins it.
    """
    policy = policy.changed("debug") if debug else policy
    folder = home / "logs"
    if not policy.personal:
        redactor.people = redactor.people or People(key_of(home))
    hide_from_now_on(redactor.people)
    redact_with(redactor)
    levels = Levels(policy)
    keeper = Keeper(folder, policy)
    file = LogFile(folder, policy, keeper.closed, _missing)

    def line(record: Record) -> str:
        entry = entry_of(record, redactor)
        # Where it cannot be written loguru shows the record, which then holds no secret either.
        record["message"], record["exception"] = entry["message"], None
        line = json.dumps(entry, ensure_ascii=False, default=str)
        record["extra"] = {"component": entry["component"], _ENTRY: entry, _LINE: line}
        return _FORMAT

    logger.remove()
    in_run("")
    logger.add(file, level=levels.lowest, filter=levels.hears, format=line, catch=True, backtrace=False, diagnose=False)
    shown = "debug" if debug else policy.terminal
    if shown != "off":
        _show(levels, LEVELS[shown], redactor)
    join_libraries(levels)
    hear(levels)
    keeper.tidy()
    _keepers[:] = [keeper]
    return file.path


def close_log() -> None:
    """Write out what is buffered and stop logging."""
    hear_nothing()
    logger.remove()
    hide_from_now_on(None)
    in_run("")
    logging.getLogger().handlers.clear()
    while _keepers:
        _keepers.pop().close()


class LogEvents:
    """Writes the events of a run into the log; of progress one line a minute for each entity."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._run = ""
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}

    def __call__(self, event: Event) -> None:
        """Log one event."""
        kind = event["event"]
        words = _WORDS.get(kind)
        message = event.get("message") or (words(event).strip() if words else kind)
        if kind == "progress":
            place, now = (str(event.get("stage")), str(event.get("entity", ""))), self._clock()
            if now - self._told.setdefault(place, now) < _PROGRESS:
                return
            self._told[place] = now
            message = f"{place[1] or place[0]}: {event.get('done')} of {event.get('total') or 'unknown'}"
        component = "run"
        if kind == "retry":
            component = "effects" if event.get("entity") else "requests"
            why = " ".join(str(event[name]) for name in ("class", "code") if event.get(name))
            message = f"tried again in {event.get('wait', 0)} s: {why}"
        if event.get("run"):
            self._run = event["run"]
            in_run(self._run)
        level = "INFO"
        if kind == "problem":
            level = "ERROR" if event.get("severity", "error") == "error" else "WARNING"
        rest = {_NAMED.get(name, name): value for name, value in event.items() if name not in ("event", "message")}
        rest.update(component=component, event=kind, **({"run": self._run} if self._run else {}))
        if kind != "retry" and "entity" not in rest:
            rest.update(entity="", item="")
        logger.bind(**rest).log(level, "{}", message)


class Forward(logging.Handler):
    """Hands records of standard-library logging on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log one of them."""
        level = record.levelname if record.levelname in ("DEBUG", "INFO", "ERROR", "CRITICAL") else "WARNING"
        bound = logger.bind(component=_LIBRARIES, logger=record.name)
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - a library that words it wrongly must not fail for that
            message = f"{record.msg} {record.args}"
        bound.opt(exception=record.exc_info or None).log(level, "{}", message)


def join_libraries(levels: Levels) -> None:
    """What libraries log joins ours, from WARNING on unless their level is stated lower."""
    level = max(levels.of(_LIBRARIES), logging.WARNING) if _LIBRARIES not in levels.stated else levels.of(_LIBRARIES)
    logging.basicConfig(handlers=[Forward()], level=level, force=True)


def _missing(lines: int) -> str:
    return json.dumps(lost(lines), ensure_ascii=False) + "\n"


def _show(levels: Levels, level: int, redactor: Redactor) -> None:
    """Text on the terminal. stderr is looked up for each line: a progress bar may stand in for it meanwhile."""

    def text(record: Record) -> str:
        entry = record["extra"].get(_ENTRY) or entry_of(record, redactor)
        record["extra"][_LINE] = readable(entry, dated=False)
        return _FORMAT

    def write(message: Message) -> None:
        sys.stderr.write(message)

    logger.add(write, level=level, filter=levels.hears, format=text, catch=True, backtrace=False, diagnose=False)
