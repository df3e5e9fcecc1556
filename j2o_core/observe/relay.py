"""What a worker logs reaches the log of the process that leads the run."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Callable, Mapping

from loguru import logger

from .logs import Forward, entry_of
from .redaction import Redactor

if TYPE_CHECKING:
    from loguru import Message

#: what a line says of itself; the rest is extra
_OWN = ("time", "level", "message", "module")


def relay_log(send: Callable[[Mapping[str, Any]], None], redactor: Redactor) -> None:
    """From now on all that this process logs is sent away, without its secrets."""

    def sink(message: Message) -> None:
        send(entry_of(message.record, redactor))

    logger.remove()
    logger.add(sink, level="DEBUG", catch=True, backtrace=False, diagnose=False)
    logging.basicConfig(handlers=[Forward()], level=logging.WARNING, force=True)


def log_relayed(worker: str, line: Mapping[str, Any]) -> None:
    """Log what a worker has sent, with its name."""
    extra = {name: value for name, value in line.items() if name not in _OWN}
    bound = logger.bind(worker=worker, at=line.get("time", ""), where=line.get("module", ""), **extra)
    bound.log(line.get("level", "INFO"), "{}", line.get("message", ""))
