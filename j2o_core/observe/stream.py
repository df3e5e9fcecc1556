"""Events as JSON, one a line, for programs; the last line always says how the run ended."""

from __future__ import annotations

import json
from typing import Any, Mapping, Optional, TextIO

from .announcer import Event

COUNTS = ("source", "created", "updated", "unchanged", "skipped", "failed", "left")


class JsonStream:
    """Writes events as they come. A reader who leaves early does not stop the run: writing just ends."""

    def __init__(self, out: TextIO) -> None:
        self._out: Optional[TextIO] = out
        self._run: Optional[str] = None
        self._last: Optional[Mapping[str, Any]] = None

    def __call__(self, event: Event) -> None:
        """Write one event; ``run_finished`` is held back until ``finish``, since nothing may follow it."""
        if event["event"] == "run_started":
            self._run = event["run"]
        if event["event"] == "run_finished":
            self._last = event
            return
        self._write(event)

    def finish(self, exit_code: int) -> None:
        """Write the last line, with the code with which the process will exit."""
        last = self._last or {}
        self._write(
            {
                "event": "run_finished",
                "run": last.get("run", self._run),
                "exit_code": exit_code,
                "entities": {
                    name: {count: int(counts.get(count, 0)) for count in COUNTS}
                    for name, counts in (last.get("entities") or {}).items()
                },
            }
        )

    def _write(self, event: Mapping[str, Any]) -> None:
        if self._out is None:
            return
        try:
            print(json.dumps(event, ensure_ascii=False, default=str), file=self._out, flush=True)
        except OSError:
            self._out = None
