"""The bytes of attachments: files in the state folder, or one nameless temporary file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Dict, List, Optional, Tuple


class Files:
    """Bytes by attachment id. Without a folder they live in a file that ends with the process."""

    def __init__(self, folder: Optional[Path]) -> None:
        self._folder = folder
        self._doomed: List[int] = []
        self._places: Dict[int, Tuple[int, int]] = {}
        if folder is None:
            self._arena = tempfile.TemporaryFile()  # noqa: SIM115
        else:
            folder.mkdir(parents=True, exist_ok=True)

    def write(self, attachment: int, data: bytes) -> None:
        """Store the bytes of a new attachment."""
        if self._folder is not None:
            # Renamed into place: a file that has its name is whole.
            draft = self._folder / f"{attachment}.part"
            draft.write_bytes(data)
            draft.replace(self._folder / str(attachment))
            return
        start = self._arena.seek(0, os.SEEK_END)
        self._arena.write(data)
        self._places[attachment] = (start, len(data))

    def read(self, attachment: int) -> bytes:
        """The bytes of an attachment."""
        if self._folder is not None:
            return (self._folder / str(attachment)).read_bytes()
        start, size = self._places[attachment]
        self._arena.seek(start)
        return self._arena.read(size)

    def remove(self, attachment: int) -> None:
        """Forget an attachment once ``flush`` is called."""
        self._doomed.append(attachment)

    def flush(self) -> None:
        """Remove for good: called when the change that forgets them is durable."""
        for attachment in self._doomed:
            if self._folder is not None:
                (self._folder / str(attachment)).unlink(missing_ok=True)
            else:
                self._places.pop(attachment, None)
        self._doomed.clear()

    def keep(self) -> None:
        """Remove nothing: the change was taken back."""
        self._doomed.clear()
