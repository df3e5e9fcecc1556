"""Files saved whole."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import requests

from ..model.outcome import Fatal, Retriable
from .outcomes import Refused

_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Download:
    """A file that was saved: its path, length in bytes, MD5 (hex) and the media type that the server gave."""

    path: Path
    size: int
    md5: str
    content_type: str


def save(answer: requests.Response, destination: Path, size: Optional[int], what: str) -> Download:
    """Write an open answer to ``destination``, through a ``.part`` file beside it.

    Raises ``Retriable`` where it breaks off or its length is not ``size``, ``Refused`` where a redirect led to a login
    page, ``Fatal`` where the disk does not take it.
    """
    content_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    part = destination.with_name(destination.name + ".part")
    digest = hashlib.md5(usedforsecurity=False)
    written = 0
    try:
        with part.open("wb") as file:
            for chunk in answer.iter_content(_CHUNK):
                file.write(chunk)
                digest.update(chunk)
                written += len(chunk)
        if size is not None and written != size:
            if content_type == "text/html":
                raise _page(answer, what)
            raise Retriable(f"{what}: {written} bytes instead of {size}", code="truncated")
        part.replace(destination)
    except requests.RequestException as error:  # these are OSErrors too
        announced = "" if size is None else f" of {size}"
        raise Retriable(f"{what}: broke off after {answer.raw.tell()}{announced} bytes", code="truncated") from error
    except OSError as error:
        raise Fatal(f"{part} cannot be written: {error.strerror or error}", exit_code=4, code="disk") from None
    finally:
        part.unlink(missing_ok=True)
    return Download(destination, written, digest.hexdigest(), content_type)


def _page(answer: requests.Response, what: str) -> Exception:
    if answer.url.partition("?")[0].rstrip("/").endswith(what.rpartition("/")[2]):
        return Retriable(f"{what}: a web page instead of the file", code="page")
    return Refused(f"{what}: a login page instead of the file. May these credentials read attachments?", 302)
