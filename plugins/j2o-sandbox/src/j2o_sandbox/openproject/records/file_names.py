"""What becomes of a file's name on its way to the disk."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 255  # bytes, as file systems have it


def stored_name(name: str) -> str:
    """The name that the server keeps: no folders, and ``_`` for all but letters, marks, digits and ``_ . - +``.

    Blanks, brackets and commas are replaced too.
    """
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(char if _stays(char) else "_" for char in last)
    if re.fullmatch(r"\.+", kept):
        return f"_{kept}"
    return kept or "unnamed"


def _stays(char: str) -> bool:
    if char in ".-+":
        return True
    category = unicodedata.category(char)
    return category[0] in "LM" or category in ("Nd", "Nl", "Pc")
