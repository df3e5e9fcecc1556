"""The log: JSON lines in the home folder, each with run, entity and key, none with a secret."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loguru import logger

from .redaction import Redactor

if TYPE_CHECKING:
    from loguru import Record

    from .announcer import Event

_FIELDS = ("run", "entity", "key")


def open_log(home: Path, redactor: Redactor, debug: bool = False) -> Path:
    """Send everything that is logged to a new file in ``home/logs``; returns its path.

    ``debug`` also shows it on stderr. Standard-library logging from WARNING on joins it.
    """
    folder = home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{os.getpid()}.jsonl"

    def line(record: Record) -> str:
        record["extra"]["_line"] = json.dumps(entry_of(record, redactor), ensure_ascii=False, default=str)
        return "{extra[_line]}\n"

    logger.remove()
    # catch: a full disk must not stop a migration because of its log
    logger.add(path, level="DEBUG", format=line, catch=True, encoding="utf-8", backtrace=False, diagnose=False)
    if debug:
        logger.add(sys.stderr, level="DEBUG", format=line, backtrace=False, diagnose=False)
    logging.basicConfig(handlers=[Forward()], level=logging.WARNING, force=True)
    return path


def close_log() -> None:
    """Write out what is buffered and stop logging."""
    logger.remove()
    logging.getLogger().handlers.clear()


class LogEvents:
    """Writes the events of a run into the log, progress excepted."""

    def __init__(self) -> None:
        self._run = ""

    def __call__(self, event: Event) -> None:
        """Log one event."""
        kind = event["event"]
        if kind == "progress":
            return
        self._run = event.get("run") or self._run
        level = "INFO"
        if kind == "problem":
            level = "ERROR" if event.get("severity", "error") == "error" else "WARNING"
        rest = {name: value for name, value in event.items() if name not in ("event", "message", *_FIELDS)}
        bound = logger.bind(run=self._run, entity=event.get("entity", ""), key=event.get("key", ""), event=kind, **rest)
        bound.log(level, "{}", event.get("message") or kind)


def entry_of(record: Record, redactor: Redactor) -> dict[str, Any]:
    """One line of the log as data."""
    extra = {name: value for name, value in record["extra"].items() if name != "_line"}
    entry: dict[str, Any] = {
        "time": record["time"].isoformat(timespec="milliseconds"),
        "level": record["level"].name,
        "message": redactor.text(record["message"]),
        **{name: extra.pop(name, "") for name in _FIELDS},
        "module": record["name"],
        **redactor.value(extra),
    }
    if record["exception"] is not None:
        entry["traceback"] = redactor.text("".join(traceback.format_exception(*record["exception"])))
    return entry


class Forward(logging.Handler):
    """Hands records of standard-library logging on."""

    def emit(self, record: logging.LogRecord) -> None:
        """Log one of them."""
        level = record.levelname if record.levelname in ("WARNING", "ERROR", "CRITICAL") else "WARNING"
        logger.bind(logger=record.name).log(level, "{}", record.getMessage())
