"""Opens a folder as an archive."""

from __future__ import annotations

import json
import sys
import threading
import uuid
from pathlib import Path
from typing import IO, Any, Mapping, Optional

from j2o_core.api import Client, ConnectionOptions, Connector, Fatal

from .durable import replace_durably
from .journal import OPEN, Journal
from .names import safe_name

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

MANIFEST, LOCK, LINES = "archive.json", ".lock", ".ndjson"
FORMAT = 1
#: folders that a connection of this process writes
_OURS: set[Path] = set()


class Archive(Client):
    """An archive: ``archive.json`` with what it is, ``<entity>.ndjson`` each, ``attachments/``.

    A new folder gets an identity of its own, so that an archive that was removed is written anew and one that was
    moved is recognised.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = str(folder)
        self.identity = ""
        self._manifest: dict[str, Any] = {}
        self._journals: dict[str, Journal] = {}
        self._guard = threading.Lock()
        self._lock: Optional[IO[str]] = None
        self._writing = False

    def check(self) -> Mapping[str, str]:
        """Make the folder where there is none, and read what it is. Raises ``Fatal``: another format, no permission."""
        path = self.folder / MANIFEST
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                self._refuse_strangers()
                self._write_manifest({"format": FORMAT, "id": str(uuid.uuid4()), "source": ""})
            self._manifest = dict(json.loads(path.read_text(encoding="utf-8")))
            self.identity = f"archive:{self._manifest['id']}"
        except OSError as error:
            raise Fatal(f"the folder cannot be used: {error.strerror or error}") from None
        except (KeyError, TypeError, ValueError):
            raise Fatal(f"{path} is damaged; restore it, or name another folder") from None
        if self._manifest.get("format") != FORMAT:
            raise Fatal(f"{path} says format {self._manifest.get('format')}; this version reads and writes {FORMAT}")
        return {"folder": str(self.folder), "format": str(FORMAT)}

    def require(self, source: str) -> None:
        """Raise ``Fatal`` (exit 5) where the archive holds what another source connection wrote: ids would collide."""
        if not self.identity:
            self.check()
        held = self._manifest.get("source")
        if held and held != source:
            message = f"{self.folder} is the archive of '{held}', not of '{source}'; name another folder"
            raise Fatal(message, exit_code=5)

    def prepare(self, source: str) -> None:
        """Tell before the first write what would keep it from being done; nothing is changed."""
        self.require(source)
        with self._guard:
            if self._lock is None and self.folder not in _OURS and not self._take_lock():
                raise self._in_use()
            self._give_lock_back()

    def begin_writing(self, source: str) -> None:
        """From now on this connection alone writes, for this source. Raises ``Fatal`` (exit 5) where it may not."""
        with self._guard:
            if self._writing:
                return
            self.require(source)
            if not self._take_lock():
                raise self._in_use()
            # What was read before may be of a time when somebody else wrote.
            for journal in self._journals.values():
                journal.refresh()
            self.check()
            self.require(source)
            if not self._manifest.get("source"):
                self._write_manifest({**self._manifest, "source": source})
            self._writing = True

    def journal(self, entity: str) -> Journal:
        """The items of an entity. Raises ``Fatal`` where the file is damaged."""
        with self._guard:
            return self._journal(safe_name(entity, "items"))

    def close(self) -> None:
        """Settle what was written, by a process that was killed too, and give everything back."""
        with self._guard:
            try:
                written = [path.name[: -len(LINES + OPEN)] for path in self.folder.glob(f"*{LINES}{OPEN}")]
                if written and (self._writing or self._take_lock()):
                    for name in written:
                        self._journal(name).settle()
            finally:
                while self._journals:
                    self._journals.popitem()[1].close()
                self._writing = False
                self._give_lock_back()

    def _journal(self, name: str) -> Journal:
        if name not in self._journals:
            self._journals[name] = Journal(self.folder / f"{name}{LINES}")
        return self._journals[name]

    def _take_lock(self) -> bool:
        file = (self.folder / LOCK).open("a", encoding="utf-8")
        try:
            _lock(file)
        except OSError:
            file.close()
            return False
        self._lock = file
        _OURS.add(self.folder)
        return True

    def _give_lock_back(self) -> None:
        if self._lock is not None and not self._writing:
            self._lock.close()
            self._lock = None
            _OURS.discard(self.folder)

    def _in_use(self) -> Fatal:
        return Fatal(f"{self.folder} is being written by another process", exit_code=5)

    def _refuse_strangers(self) -> None:
        """A folder that is full of other things is probably a mistake."""
        if any(path.name != f"{MANIFEST}.part" for path in self.folder.iterdir()):
            raise Fatal(f"{self.folder} holds other files and no archive; name a new or an empty folder")

    def _write_manifest(self, manifest: Mapping[str, Any]) -> None:
        replace_durably(self.folder / MANIFEST, [json.dumps(manifest, indent=2).encode() + b"\n"])
        self._manifest = dict(manifest)


class ArchiveConnector(Connector):
    """A folder in place of a system."""

    name = "archive"

    def open(self, options: ConnectionOptions, http: Any) -> Archive:
        """Nothing is read or made yet. A relative folder is one below the folder in which j2o was started."""
        folder = str(options.extra.get("folder") or "").strip()
        if not folder:
            raise Fatal(f"connections.{options.name}: the folder is empty", exit_code=2)
        return Archive(Path(folder).expanduser().absolute())


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
