"""Files that are there whole or not at all, whenever the process or the machine stops."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import Iterable


def replace_durably(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file under another name and put it in the place of ``path``. Raises ``OSError``; ``path`` stays then."""
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("wb", buffering=1 << 20) as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system can."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
