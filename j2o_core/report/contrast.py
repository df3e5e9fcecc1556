"""An expected and an actual value beside each other, as lines that people can compare."""

from __future__ import annotations

import difflib
import json
import re
from typing import Any, Iterator

#: text that would be read as something else where it stood without quotes
_AMBIGUOUS = re.compile(r"""\s|.*\s$|["'\[{]|(?:null|true|false|[-+]?[0-9][0-9.]*|\(nothing\))$""", re.DOTALL)
NOTHING = "(nothing)"


def contrast(expected: Any, actual: Any) -> Iterator[str]:
    """Lines that begin with ``-`` (expected), ``+`` (actual) or a blank (both); of long texts as a unified diff.

    The values are plain JSON.
    """
    wanted, got = readable(expected).split("\n"), readable(actual).split("\n")
    if len(wanted) == len(got) == 1:
        yield f"- {printable(wanted[0])}"
        yield f"+ {printable(got[0])}"
        return
    for line in list(difflib.unified_diff(wanted, got, n=2, lineterm=""))[2:]:
        if line.startswith("@@"):
            if not line.startswith(("@@ -1,", "@@ -1 ")):
                yield "..."
        else:
            yield f"{line[0]} {printable(line[1:])}".rstrip()


def readable(value: Any) -> str:
    """Text as it is, unless it could be taken for a number, a list, nothing, ...; all else as JSON."""
    if value is None:
        return NOTHING
    if isinstance(value, str) and value and ("\n" in value or not _AMBIGUOUS.match(value)):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def printable(line: str) -> str:
    """A line with its control characters spelt out, fit for a terminal."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
