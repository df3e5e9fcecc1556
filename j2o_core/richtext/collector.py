"""Building trees without the garbage collector.

Trees have no cycles, so a collection finds nothing in them; yet each one walks all of what was built so far,
which would make a long text cost more than its length.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import Iterator


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause collections while one text is worked on.

    Safe among threads: who finds the collector paused leaves it to the one who paused it.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
