"""Names of files that every file system takes, and that lead nowhere else."""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
#: bytes: file systems take 255, of which a prefix needs some and the ``.part`` of an unfinished file too
LONGEST = 180
_LONGEST_ENDING = 20


def safe_name(name: object, instead: str = "file") -> str:
    """One component of a path: no separator, no control or direction character, no leading or trailing dot or blank.

    ``instead`` stands for a name of which nothing is left.
    """
    safe = _UNSAFE.sub("_", unicodedata.normalize("NFC", str(name or ""))).strip(". \t")
    if not safe.strip("_"):
        safe = instead
    stem, dot, ending = safe.rpartition(".")
    if not dot or len(ending.encode()) > _LONGEST_ENDING:
        stem, dot, ending = safe, "", ""
    while len(f"{stem}{dot}{ending}".encode()) > LONGEST:
        stem = stem[:-1]
    return f"{stem}{dot}{ending}"


def attachment_path(parent_key: str, identifier: str, name: object) -> str:
    """Where the content of an attachment lies in the archive: its id keeps equal names apart."""
    folder = safe_name(parent_key, "unknown")
    return f"attachments/{folder}/{safe_name(identifier, 'id')}-{safe_name(name, 'attachment')}"
