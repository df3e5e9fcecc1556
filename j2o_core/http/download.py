"""Files fetched whole: short ones into memory, others into a file of the caller's folder that has no name."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Optional

from urllib3.exceptions import HTTPError

from ..model.outcome import Fatal, Retriable
from .opened import Opened
from .outcomes import Refused

_CHUNK = 256 * 1024
#: bytes up to which a file stays in memory: to make a file costs more than to send so few
_SHORT = 64 * 1024


@dataclass(frozen=True)
class Download:
    """A complete file, open at its beginning: a ``Stream``. It is gone once it is closed, also by a crash.

    ``size`` is its length in bytes, ``md5`` in hex, ``content_type`` the media type that the server gave.
    """

    file: IO[bytes]
    size: int
    md5: str
    content_type: str

    def read(self, size: int = -1) -> bytes:
        """As files do."""
        return self.file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        """As files do."""
        self.file.seek(offset, whence)
        return self.file.tell()

    def __enter__(self) -> Download:
        return self

    def __exit__(self, *failure: object) -> None:
        self.file.close()


def fetch(answer: Opened, folder: Path, size: Optional[int], what: str) -> Download:
    """Read an open answer to its end.

    Raises ``Retriable`` where it breaks off or its length is not ``size``, ``Refused`` where a redirect led to a login
    page, ``Fatal`` where the disk does not take it.
    """
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    digest = hashlib.md5(usedforsecurity=False)
    written = 0
    file = SpooledTemporaryFile(_SHORT, dir=str(folder))  # noqa: SIM115 - handed over open
    try:
        for chunk in answer.chunks(_CHUNK):
            file.write(chunk)
            digest.update(chunk)
            written += len(chunk)
        if size is not None and written != size:
            if content_type == "text/html":
                raise _page(answer, what)
            raise Retriable(f"{what}: {written} bytes instead of {size}", code="truncated")
        file.seek(0)
    except BaseException as error:
        _discard(file)
        if isinstance(error, HTTPError):
            announced = "" if size is None else f" of {size}"
            raise Retriable(f"{what}: broke off after {answer.received}{announced} bytes", code="truncated") from error
        if isinstance(error, OSError):
            message = f"{folder} cannot be written to: {error.strerror or error}; when it can, the same command goes on"
            raise Fatal(message, exit_code=4, code="disk") from None
        raise
    return Download(file, written, digest.hexdigest(), content_type)


def _discard(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # what a full disk did not take is written again at the close
        file.close()


def _page(answer: Opened, what: str) -> Exception:
    if answer.url.partition("?")[0].rstrip("/").endswith(what.rpartition("/")[2]):
        return Retriable(f"{what}: a web page instead of the file", code="page")
    return Refused(f"{what}: a login page instead of the file. May these credentials read attachments?", 302)
