"""Building trees without the garbage collector.

Trees have no cycles, so a collection finds nothing in them; yet each one walks all of what was built so far,
which would make a long text cost more than its length.
"""

from __future__ import annotations

import gc


class paused_collector:
    """Pause collections while one text is worked on.

    Safe among threads: who finds the collector paused leaves it to the one who paused it.
    """

    __slots__ = ("_paused",)

    def __enter__(self) -> None:
        self._paused = gc.isenabled()
        if self._paused:
            gc.disable()

    def __exit__(self, *error: object) -> None:
        if self._paused:
            gc.enable()
