"""Answers about metadata, kept on disk for a while: one file per system and user, JSON, never a secret in it.

Where the disk is full or will not do, they are kept in memory: a cache stops no run.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Optional

from loguru import logger

if TYPE_CHECKING:
    from .cache_file import CacheFile

#: what a full or failing disk, a folder without permission or a damaged file raise
_UNUSABLE = (sqlite3.Error, OSError)


class MetadataCache:
    """A requests-cache file. Keys are path and query, so that a system keeps its answers when its port changes."""

    def __init__(self, folder: Path, identity: str, fingerprint: str, lifetime: float) -> None:
        """``fingerprint`` tells users apart; ``lifetime`` is in seconds."""
        self._lifetime = lifetime
        self._fingerprint = fingerprint
        self._locks: dict[str, threading.Lock] = {}
        self._locks_lock = threading.Lock()
        self._memory: dict[str, tuple[float, bytes]] = {}
        name = hashlib.blake2b(f"{identity}\0{fingerprint}".encode(), digest_size=12).hexdigest()
        self._path = folder / f"http-{name}.sqlite"
        self._store: Optional[CacheFile] = None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._store = self._open_or_begin_anew()
        except _UNUSABLE as error:
            self._do_without(error)

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
        store = self._store
        if store is not None:
            try:
                return self._read(store, key)
            except _UNUSABLE as error:
                self._do_without(error)
        expires, body = self._memory.get(key, (0.0, b""))
        return body if time.monotonic() < expires else None

    def put(self, key: str, body: bytes) -> None:
        """Keep an answer for the lifetime; of the exchange that brought it nothing else is kept."""
        store = self._store
        if store is not None:
            try:
                self._write(store, key, body)
                return
            except _UNUSABLE as error:
                self._do_without(error)
        self._memory[key] = time.monotonic() + self._lifetime, body

    def close(self) -> None:
        """Close the file."""
        if self._store is not None:
            self._store.close()  # type: ignore[no-untyped-call]

    def _read(self, store: CacheFile, key: str) -> Optional[bytes]:
        stored = store.get_response(key)
        return None if stored is None or stored.is_expired else stored.content

    def _write(self, store: CacheFile, key: str, body: bytes) -> None:
        from requests_cache.models.response import CachedResponse

        expires = datetime.now(timezone.utc) + timedelta(seconds=self._lifetime)
        answer = CachedResponse(
            content=body,
            status_code=200,
            url=f"metadata:{key}",
            encoding="utf-8",
            expires=expires,
        )
        store.responses[key] = answer

    def _do_without(self, error: Exception) -> None:
        logger.warning("the metadata cache {} cannot be used ({}): answers are kept in memory", self._path, error)
        self._store = None

    def _open_or_begin_anew(self) -> CacheFile:
        try:
            return self._open(self._path)
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):  # another process uses it
                raise
            logger.warning("the metadata cache {} is not readable ({}): started anew", self._path, error)
            for file in self._path.parent.glob(f"{self._path.name}*"):
                file.unlink()
            return self._open(self._path)

    @staticmethod
    def _open(path: Path) -> CacheFile:
        from .cache_file import CacheFile  # slow to import, and only connections need it

        store = CacheFile(path)
        store.get_response("")
        store.delete(expired=True)
        return store
