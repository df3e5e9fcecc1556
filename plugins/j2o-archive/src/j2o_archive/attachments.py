"""Attachments: a line each, and the file beside it."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Answer, Effect, Fatal, Found, ItemFailed, Phase, Stream

from .durable import sync_folder
from .line import Line
from .names import attachment_path
from .records import Records

_CHUNK = 1 << 18


class Attachments(Records):
    """The file first, whole and compared with what the source announced; then the line that says where it is."""

    name = "archive.attachments"
    #: right after the work packages: their texts are written once more where they name files
    phase = Phase.WORK_PACKAGES
    after = ("work_packages",)
    scan_by = "work_packages"
    scan_batch = 100

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        """The files of some work packages, read again to compare their digests."""
        self.client.require(self.source)
        for line in self.client.journal(self.entity).below(list(scopes)):
            yield self._found(replace(line, file=self._held(line)))

    def create(self, effect: Effect) -> Answer:
        """Copy the content, then write the line."""
        known = self.client.journal(self.entity).get(effect.origin.id)
        if known is not None and known.file is not None and self._held(known) == known.file:
            return self._write(replace(self._line(effect), file=known.file))
        if effect.content is None:
            raise ItemFailed("the file has no content", code="no_content")
        path = attachment_path(effect.parent_key, effect.origin.id, effect.payload.get("fileName"))
        self.client.begin_writing(self.source)
        with effect.content() as content:
            file = self._copy(content, path)
        return self._write(replace(self._line(effect), file=file))

    def read(self, identifier: str, parent: str = "") -> Found:
        """One file with its line."""
        line = self._require(identifier)
        return self._found(replace(line, file=self._held(line)))

    def delete(self, identifier: str, parent: str = "") -> None:
        """Remove the line, then the file."""
        line = self.client.journal(self.entity).get(identifier)
        super().delete(identifier, parent)
        if line is not None and line.file is not None:
            with suppress(FileNotFoundError):
                self._place(line.file["path"]).unlink()

    def _copy(self, content: Stream, path: str) -> Mapping[str, Any]:
        place = self._place(path)
        unfinished = place.with_name(place.name + ".part")
        sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        try:
            self._make_folder(place.parent)
            with unfinished.open("wb") as file:
                while True:
                    chunk = content.read(_CHUNK)
                    if not chunk:
                        break
                    file.write(chunk)
                    sha256.update(chunk)
                    md5.update(chunk)
                    size += len(chunk)
                file.flush()
                os.fsync(file.fileno())
            if size != content.size or (content.md5 and md5.hexdigest() != content.md5):
                message = f"{size} bytes with MD5 {md5.hexdigest()} came, {content.size} were announced"
                raise ItemFailed(message, code="damaged")
            unfinished.replace(place)
            sync_folder(place.parent)
        except OSError as error:
            raise Fatal(f"{place} cannot be written: {error.strerror or error}", exit_code=4) from None
        finally:
            with suppress(OSError):
                unfinished.unlink()
        return {"path": path, "size": size, "sha256": sha256.hexdigest()}

    def _held(self, line: Line) -> Optional[Mapping[str, Any]]:
        """What the file is now, in the form of ``Line.file``; without size and digest where it is gone."""
        if line.file is None:
            return None
        sha256, size = hashlib.sha256(), 0
        try:
            with self._place(line.file["path"]).open("rb") as file:
                for chunk in iter(lambda: file.read(_CHUNK), b""):
                    sha256.update(chunk)
                    size += len(chunk)
        except OSError:
            return {"path": line.file["path"], "size": None, "sha256": None}
        return {"path": line.file["path"], "size": size, "sha256": sha256.hexdigest()}

    def _place(self, path: str) -> Path:
        """Where a path of a line leads. Raises ``ItemFailed``: out of the archive."""
        place = self.client.folder / path
        if os.pardir in Path(path).parts or Path(path).is_absolute():
            raise ItemFailed(f"the path '{path}' leads out of the archive", code="path")
        return place

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            sync_folder(folder.parent)
            sync_folder(self.client.folder)
