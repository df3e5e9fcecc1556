"""How fast the machine is at each moment of a long run: a fixed piece of work, timed again and again beside it.

Two processors that are shared with others, or get warm, are a tenth slower from one minute to the next.
"""

from __future__ import annotations

import json
import statistics
import threading
import time
from typing import List, Tuple

#: seconds between two pieces of work
_EVERY = 0.5
#: what a piece of work is made of: text to write and to read, and memory to walk through
_DOCUMENT = {f"field {number}": {"text": "Müller & Söhne, " * 8, "numbers": list(range(20))} for number in range(40)}
_TIMES = 8
_NUMBERS = [str(number) for number in range(60_000)]


class MachineSpeed:
    """Works in a thread of its own while the ``with`` block is open: about a hundredth of a processor."""

    def __init__(self) -> None:
        #: when each piece began, in seconds on the monotonic clock, and the processor time that it took
        self._pieces: List[Tuple[float, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="machine-speed", daemon=True)

    def __enter__(self) -> MachineSpeed:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def cost(self, began: float, ended: float) -> float:
        """Processor seconds of a piece between two moments, in the median; of all, where none lies between them."""
        between = [seconds for moment, seconds in self._pieces if began <= moment <= ended]
        return statistics.median(between or [seconds for _, seconds in self._pieces])

    def _go_on(self) -> None:
        while True:
            self._pieces.append((time.monotonic(), _piece()))
            if self._ended.wait(_EVERY):
                return


def _piece() -> float:
    began = time.thread_time()
    for _ in range(_TIMES):
        json.loads(json.dumps(_DOCUMENT))
    sum(map(len, _NUMBERS))
    return time.thread_time() - began
