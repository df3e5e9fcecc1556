"""What a worker logs reaches the log of the process that leads the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Mapping

from loguru import logger

from ..model.log_policy import LogPolicy
from .levels import Levels, hear
from .log_line import entry_of, in_run
from .logs import join_libraries
from .redaction import Redactor, redact_with

if TYPE_CHECKING:
    from loguru import Message

#: what a line says of itself; the rest is extra
_OWN = ("time", "level", "message", "module")


def relay_log(
    send: Callable[[Mapping[str, Any]], None], redactor: Redactor, policy: LogPolicy = LogPolicy(), run: str = ""
) -> None:
    """From now on all that this process logs is sent away, without its secrets; names are hidden where it arrives."""
    levels = Levels(policy)

    def sink(message: Message) -> None:
        send(entry_of(message.record, redactor))

    logger.remove()
    in_run(run)
    redact_with(redactor)
    logger.add(sink, level=levels.lowest, filter=levels.hears, catch=True, backtrace=False, diagnose=False)
    join_libraries(levels)
    hear(levels)


def log_relayed(worker: str, line: Mapping[str, Any]) -> None:
    """Log what a worker has sent, with its name."""
    extra = {name: value for name, value in line.items() if name not in _OWN}
    bound = logger.bind(worker=worker, at=line.get("time", ""), where=line.get("module", ""), **extra)
    bound.log(line.get("level", "INFO"), "{}", line.get("message", ""))
