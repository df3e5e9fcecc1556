"""Starts j2o again on this machine, for one order at a time, and waits until it is known whether it goes."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable, Optional, Sequence

#: seconds for a process to say no, or to have taken its ledger
WAIT = 30.0
#: seconds between two looks
_GLANCE = 0.1
#: exit codes of a run that came to its end
_CARRIED_OUT = (0, 1)


class Refused(Exception):
    """The order makes no sense for the run as it is, or was not carried out."""


class Starter:
    """What this dashboard has started. Safe for threads: an order waits until the one before it is decided."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self._last: Optional[subprocess.Popen[bytes]] = None

    def start(self, home: Path, order: str, arguments: Sequence[str], has_begun: Callable[[int], bool]) -> str:
        """Start it, by whoever has the ``turn``; returns what became of it. Raises ``Refused`` with its own words.

        ``has_begun`` tells whether the process of that number has begun what was asked for.
        """
        if self._last is not None and self._last.poll() is None:
            raise Refused(f"process {self._last.pid}, which was started here before, has not ended yet")
        folder = home / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        prefix = f"{order}-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-"
        descriptor, name = tempfile.mkstemp(prefix=prefix, suffix=".txt", dir=folder)
        with os.fdopen(descriptor, "wb") as out:
            self._last = started = subprocess.Popen(
                [sys.executable, "-m", "j2o_core", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, "J2O_HOME": str(home)},
                start_new_session=True,
            )
        until = time.monotonic() + WAIT
        while started.poll() is None and time.monotonic() < until and not has_begun(started.pid):
            time.sleep(_GLANCE)
        code = started.poll()
        if code is None:
            return f"started (process {started.pid}); what it says is in {name}"
        if code in _CARRIED_OUT and has_begun(started.pid):
            return f"done, with exit code {code}; what it said is in {name}"
        told = Path(name).read_text("utf-8", errors="replace").strip()[-2000:]
        raise Refused(f"it ended at once with exit code {code}: {told}")
