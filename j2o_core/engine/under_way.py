"""Creates that are on their way to the target: a text that names one of them waits for its id for a moment."""

from __future__ import annotations

import threading
import time

from ..ledger.effects import CREATE, EffectRow
from ..model.outcome import Held

#: how long a create waits at most for those that its text names: after that the text is written again later, in seconds
PATIENCE = 5.0
#: when a create that waits is tried again, in seconds
AGAIN = 0.02


class UnderWay:
    """The creates of one process that were handed to its workers, by what they create.

    Only earlier effects are waited for, so that no two ever wait for each other.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._effects: dict[tuple[str, str], int] = {}
        self._until: dict[int, float] = {}
        self._awaited: dict[int, tuple[str, str]] = {}

    def begin(self, row: EffectRow) -> None:
        """An effect is handed to the workers."""
        if row.kind == CREATE:
            with self._guard:
                self._effects[(row.entity, row.origin)] = row.id

    def end(self, row: EffectRow) -> None:
        """It has ended, whatever came of it."""
        with self._guard:
            self._effects.pop((row.entity, row.origin), None)
            self._until.pop(row.id, None)
            self._awaited.pop(row.id, None)

    def wait(self, row: EffectRow, entity: str, origin: str) -> None:
        """Raise ``Held`` where an effect, not sent yet, had better wait for the create of what it names."""
        if row.kind != CREATE:
            return
        with self._guard:
            other = self._effects.get((entity, origin))
            if other is None or other >= row.id:
                return
            now = time.monotonic()
            if now >= self._until.setdefault(row.id, now + PATIENCE):
                return
            self._awaited[row.id] = (entity, origin)
        raise Held("its text names an item that is being created", not_before=AGAIN)

    def keeps_waiting(self, row: EffectRow) -> bool:
        """Whether what ``wait`` has found is still on its way: then nothing need be tried."""
        with self._guard:
            awaited = self._awaited.get(row.id)
            if awaited is None:
                return False
            if awaited in self._effects and time.monotonic() < self._until[row.id]:
                return True
            del self._awaited[row.id]
            return False
