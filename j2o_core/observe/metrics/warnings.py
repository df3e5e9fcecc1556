"""What a person should be warned of at present: what slows the run down or holds it, and what its log has just said."""

from __future__ import annotations

import threading
import time
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Mapping, Tuple

from ..redaction import as_logged
from .families import WARNINGS
from .samples import Sample

if TYPE_CHECKING:
    from loguru import Message

#: seconds for which a warning of the log is current, how many are kept, and of how many characters
LASTS, MOST, LONGEST = 600.0, 20, 500


class Warnings:
    """Listens to events and to the log. Safe for threads."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        #: what holds until an event takes it back, by what it is about: since when, and its words
        self._standing: Dict[Tuple[str, str], Tuple[float, str]] = {}
        #: what was said: its words, when last, and how often
        self._said: Dict[str, Tuple[float, int]] = {}

    def __call__(self, event: Mapping[str, Any]) -> None:
        """One event of the run."""
        kind = event["event"]
        if kind == "guard":
            self._set(kind, event, bool(event.get("stopped")) or event.get("parallel") is not None)
        elif kind == "schedule":
            self._set(kind, event, not event.get("open"))

    def heard(self, message: Message) -> None:
        """One line of the log, of a warning or worse. Events tell for themselves, and libraries nothing for people."""
        record = message.record
        extra = record["extra"]
        if "event" in extra or "logger" in extra:
            return
        worker = extra.get("worker")
        words = as_logged(f"{worker}: {record['message']}" if worker else record["message"])[:LONGEST]
        with self._guard:
            _, times = self._said.pop(words, (0.0, 0))
            self._said[words] = self._clock(), times + 1
            if len(self._said) > MOST:
                del self._said[next(iter(self._said))]

    def current(self) -> List[Dict[str, Any]]:
        """``text``, ``at`` (epoch seconds: since when, or when last) and ``times``, the latest last."""
        now = self._clock()
        with self._guard:
            found = [(at, text, 1) for at, text in self._standing.values()]
            found += [(at, text, times) for text, (at, times) in self._said.items() if now - at <= LASTS]
        found.sort(key=itemgetter(0))
        return [{"text": text, "at": round(at, 3), "times": times} for at, text, times in found]

    def samples(self) -> Iterator[Sample]:
        """How many there are."""
        yield Sample(WARNINGS, (), len(self.current()))

    def _set(self, kind: str, event: Mapping[str, Any], holds: bool) -> None:
        about = kind, str(event.get("worker") or "")
        with self._guard:
            self._standing.pop(about, None)
            if holds:
                self._standing[about] = self._clock(), as_logged(str(event["message"]))[:LONGEST]
