"""Answers about metadata, kept on disk for a while: one file per system and user, JSON, never a secret in it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Optional

from loguru import logger

if TYPE_CHECKING:
    from requests_cache.backends.sqlite import SQLiteCache


class MetadataCache:
    """A requests-cache file. Keys are path and query, so that a system keeps its answers when its port changes."""

    def __init__(self, folder: Path, identity: str, fingerprint: str, lifetime: float) -> None:
        """``fingerprint`` tells users apart; ``lifetime`` is in seconds."""
        self._lifetime = lifetime
        self._fingerprint = fingerprint
        self._locks: dict[str, threading.Lock] = {}
        self._locks_lock = threading.Lock()
        name = hashlib.blake2b(f"{identity}\0{fingerprint}".encode(), digest_size=12).hexdigest()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"http-{name}.sqlite"
        try:
            self._store = self._open(path)
        except sqlite3.DatabaseError as error:
            logger.warning("the metadata cache {} is not readable ({}): started anew", path, error)
            for file in folder.glob(f"{path.name}*"):
                file.unlink()
            self._store = self._open(path)

    def key(self, path: str, query: str, headers: str = "") -> str:
        """The key of a look-up."""
        text = json.dumps([self._fingerprint, path, query, headers])
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def lock(self, key: str) -> threading.Lock:
        """Held while one worker asks the server, so that the others find its answer here."""
        with self._locks_lock:
            return self._locks.setdefault(key, threading.Lock())

    def get(self, key: str) -> Optional[bytes]:
        """The stored body, or ``None`` where there is none or it is too old."""
        stored = self._store.get_response(key)
        return None if stored is None or stored.is_expired else stored.content

    def put(self, key: str, body: bytes) -> None:
        """Keep an answer for the lifetime; of the exchange that brought it nothing else is kept."""
        from requests_cache.models.response import CachedResponse

        expires = datetime.now(timezone.utc) + timedelta(seconds=self._lifetime)
        answer = CachedResponse(
            content=body,
            status_code=200,
            url=f"metadata:{key}",
            encoding="utf-8",
            expires=expires,
        )
        self._store.responses[key] = answer

    def close(self) -> None:
        """Close the file."""
        self._store.close()  # type: ignore[no-untyped-call]

    @staticmethod
    def _open(path: Path) -> SQLiteCache:
        from requests_cache.backends.sqlite import SQLiteCache  # slow to import, and only connections need it

        store = SQLiteCache(path, serializer="json", wal=True)
        store.get_response("")
        store.delete(expired=True)
        return store
