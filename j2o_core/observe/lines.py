"""Progress as calm plain lines, for pipes, logs and terminals that cannot redraw."""

from __future__ import annotations

import time
from typing import Callable, Optional, TextIO

from .harmless import one_line
from .pace import Pace, duration
from .wording import Event, ProblemTally, counts, planned, stage


class PlainLines:
    """Writes a line when something begins or ends, and one now and then in between.

    Where nobody can be told any more (a closed pipe, a full disk behind it), the run goes on untold.
    """

    def __init__(self, out: TextIO, every: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._out: Optional[TextIO] = out
        self._every = every
        self._clock = clock
        self._paces: dict[tuple[str, str], Pace] = {}
        self._told: dict[tuple[str, str], tuple[float, int]] = {}
        self._problems = ProblemTally()

    def __call__(self, event: Event) -> None:
        """Tell one event."""
        kind = event["event"]
        if kind == "run_started":
            verb = "carries on" if event.get("resumed") else "starts"
            self._line(f"run {event['run']} {verb}: {event.get('spec', '')}")
        elif kind == "stage_started":
            self._line(stage(event))
        elif kind == "planned":
            self._line(planned(event))
        elif kind == "progress":
            self._progress(event)
        elif kind == "problem":
            line = self._problems.line(event)
            if line:
                self._line(line)
        elif event.get("message"):
            self._line(str(event["message"]))

    def close(self) -> None:
        """Nothing is held back; here so that every display can be closed."""

    def _progress(self, event: Event) -> None:
        key = (str(event["stage"]), str(event.get("entity", "")))
        done, total, now = int(event["done"]), event.get("total"), self._clock()
        pace = self._paces.setdefault(key, Pace())
        pace.note(now, done)
        told, told_done = self._told.setdefault(key, (now, -1))
        finished = total is not None and done >= total
        if told_done == done or (not finished and now - told < self._every):
            return
        self._told[key] = (now, done)
        self._line(_progress_line(event, pace, finished))

    def _line(self, text: str) -> None:
        if self._out is None:
            return
        try:
            print(one_line(text), file=self._out, flush=True)
        except OSError:
            self._out = None


def _progress_line(event: Event, pace: Pace, finished: bool) -> str:
    done, total = int(event["done"]), event.get("total")
    amount = f"{done:,} of {total:,}" if total else f"{done:,}"
    parts = [f"  {event.get('entity') or event['stage']}: {amount}"]
    told = counts(event)
    if told:
        parts.append(f"({told})")
    if pace.rate is not None and not finished:
        parts.append(f"{pace.rate:.1f}/s")
        left = pace.left(total)
        if left is not None:
            parts.append(f"about {duration(left)} left")
    return " ".join(parts)
