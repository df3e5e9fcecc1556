"""The file of a metadata cache: that of requests-cache, which says what keeps it from writing instead of waiting on."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

from requests_cache.backends.base import BaseCache
from requests_cache.backends.sqlite import SQLiteCache, SQLiteDict

#: for how long (seconds) one process waits for what another one writes
PATIENCE = 5.0


class CacheFile(SQLiteCache):
    """Answers as JSON. Raises ``sqlite3.Error`` where the disk or the file does not take them."""

    def __init__(self, path: Path) -> None:
        # What the class above does, with tables of ours.
        BaseCache.__init__(self, cache_name=str(path))
        shared: dict[str, Any] = {"wal": True, "timeout": PATIENCE, "lock": threading.RLock()}
        self.responses = _Table(path, table_name="responses", serializer="json", **shared)
        self.redirects = _Table(path, table_name="redirects", serializer=None, **shared)


class _Table(SQLiteDict):
    @contextmanager
    def _acquire_sqlite_lock(self) -> Iterator[None]:
        """One transaction. The method above tries to begin it for ever, whatever is in the way."""
        with self._lock:
            connection = self._connection
            assert connection is not None
            connection.execute("BEGIN IMMEDIATE")
            self._active_transaction = True
            try:
                yield
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            finally:
                self._active_transaction = False
