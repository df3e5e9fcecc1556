"""Words of servers and people as text alone: on a terminal they must neither steer it nor pass for our own lines."""

from __future__ import annotations

import re
from typing import Any, TextIO

#: what terminals obey, what turns the direction of writing, halves of characters
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SIGN = "\ufffd"


def harmless(text: str) -> str:
    """The text with a sign for each character that a terminal would obey; lines and tabs stay."""
    return _CONTROL.sub(_SIGN, text)


def one_line(text: str) -> str:
    """The same on one line."""
    return harmless(" ".join(text.splitlines()))


class HarmlessStream:
    """A stream that writes harmless text alone, and is in all else the stream that it stands for."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write it, harmless."""
        self._stream.write(harmless(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
