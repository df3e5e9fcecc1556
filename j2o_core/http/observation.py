"""What each request cost, for those who watch."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Callable, Mapping
from urllib.parse import urlsplit

from loguru import logger

from .response import request_id

_ID = re.compile(
    r"\d+(-\d+)*"  # a number, or several that together name one thing
    r"|[A-Z][A-Z0-9_]*-\d+"  # an issue key
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"  # a UUID
    r"|(?!\d+\.\d+$).*[^A-Za-z0-9_{}-].*"  # what no API calls its own: the name of a file
    r"|.{65,}"  # nor that
)
#: after these stands a key or a name that people have given, unless it is one of the words of the API
_NAMED = ("project", "projects")
_WORDS = re.compile(r"|form|schemas?|search|types?|recent|paginated|available_\w+", re.ASCII)


@dataclass(frozen=True)
class Exchange:
    """One request and its end. ``status`` is 0 where no answer came; ``error`` then names what happened.

    ``headers`` are those of the answer.
    """

    method: str
    operation: str
    status: int
    seconds: float
    sent: int
    received: int
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def request_id(self) -> str:
        """Under which number the server's own log has it; empty where it does not say."""
        return request_id(self.headers)


Observer = Callable[[Exchange], None]


class Observation:
    """Counts every exchange by method and operation, and tells the observers."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, observer: Observer) -> None:
        """Call ``observer`` after each exchange, in the thread that made it."""
        self._observers.append(observer)

    def record(self, exchange: Exchange) -> None:
        """Count and tell. What an observer raises is logged: it must not cost the caller the server's answer."""
        name = f"{exchange.method} {exchange.operation}"
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + 1
        for observer in self._observers:
            try:
                observer(exchange)
            except Exception as error:  # noqa: BLE001 - see above
                logger.opt(exception=error).warning("an observer of HTTP requests failed")

    def counts(self) -> Mapping[str, int]:
        """Requests so far, by ``METHOD operation``."""
        with self._lock:
            return dict(self._counts)


def operation_of(path: str) -> str:
    """The path with ids replaced by ``{id}``: numbers (but not the version of an API), keys, UUIDs, names of files."""
    path = path.partition("?")[0]
    if path.startswith(("http://", "https://")):
        path = urlsplit(path).path
    segments = path.split("/")
    return "/".join(
        "{id}" if _is_id(segment, before, further) else segment
        for segment, before, further in zip(segments, ["", *segments], ["", "", *segments])
    )


def _is_id(segment: str, before: str, further: str) -> bool:
    if before == "api":
        return False
    if before in _NAMED:
        return _WORDS.fullmatch(segment) is None
    return _ID.fullmatch(segment) is not None or further == "attachment"
