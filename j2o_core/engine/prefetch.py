"""Files are opened ahead of the uploads that send them: no worker spends its time on the source's answers."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Iterator, Mapping, Optional

from ..ledger.effects import EffectRow
from ..model.effect import Stream
from ..observe.at_work import working
from .context import Opener

#: how many bytes may lie on disk ahead of their uploads, by the sizes that payloads tell
ROOM = 64 * 1024 * 1024


@dataclass(frozen=True)
class _Opened:
    context: AbstractContextManager[Stream]
    stream: Stream


class Prefetch:
    """Opens files in the order they were asked for, as far as there is room; never waited for by what has none.

    ``openers`` take the place of those it was given.
    """

    def __init__(self, openers: Mapping[str, Opener], workers: int) -> None:
        self._inner = openers
        self._workers = workers
        self._pool: Optional[ThreadPoolExecutor] = None
        self._waiting: dict[int, EffectRow] = {}
        self._opening: dict[int, Future[_Opened]] = {}
        self._sizes: dict[int, int] = {}
        self._guard = threading.Lock()
        self.openers: Mapping[str, Opener] = dict.fromkeys(openers, self._open)

    def begin(self, row: EffectRow) -> None:
        """Open the file of an effect as soon as there is room."""
        if row.entity in self._inner and _size(row) <= ROOM:
            with self._guard:
                self._waiting[row.id] = row
                self._fill()

    def close(self) -> None:
        """Forget what waits, and close what was opened for nobody."""
        with self._guard:
            self._waiting.clear()
            pool, self._pool = self._pool, None
            left = list(self._opening.values())
            self._opening.clear()
            self._sizes.clear()
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
        for opening in left:
            if not opening.cancelled() and opening.exception() is None:
                opening.result().context.__exit__(None, None, None)

    @contextmanager
    def _open(self, row: EffectRow) -> Iterator[Stream]:
        with self._guard:
            self._waiting.pop(row.id, None)
            opening = self._opening.pop(row.id, None)
            self._sizes.pop(row.id, None)
            self._fill()
        if opening is None or opening.cancel():
            with self._inner[row.entity](row) as stream:
                yield stream
            return
        opened = opening.result()
        try:
            yield opened.stream
        finally:
            opened.context.__exit__(None, None, None)

    def _fill(self) -> None:
        while self._waiting and len(self._opening) < 2 * self._workers:
            row = next(iter(self._waiting.values()))
            if sum(self._sizes.values()) + _size(row) > ROOM:
                return
            del self._waiting[row.id]
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="prefetch")
            self._sizes[row.id] = _size(row)
            self._opening[row.id] = self._pool.submit(_enter, self._inner[row.entity], row)


def _enter(opener: Opener, row: EffectRow) -> _Opened:
    with working(lambda: {"entity": row.entity, "item": row.key}):
        context = opener(row)
        return _Opened(context, context.__enter__())


def _size(row: EffectRow) -> int:
    size = row.payload.get("size")
    return size if isinstance(size, int) and size > 0 else ROOM // 8
