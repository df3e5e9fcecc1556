"""Hands each event of a run to everyone who listens, one at a time."""

from __future__ import annotations

import threading
from typing import Any, Callable, Mapping

Event = Mapping[str, Any]
Listener = Callable[[Event], None]


class Announcer:
    """A listener made of listeners. Workers may call it from any thread; listeners never run at the same time."""

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = listeners
        self._lock = threading.RLock()

    def __call__(self, event: Event) -> None:
        """Tell all listeners, in order."""
        with self._lock:
            for listener in self._listeners:
                listener(event)
