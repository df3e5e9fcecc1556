"""Text as the target keeps it: one form for line ends, nothing that its database refuses."""

from __future__ import annotations

import re

#: PostgreSQL stores neither NUL nor half of a surrogate pair
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?")
_CONTROLS = re.compile("[\x00-\x1f\x7f\u2028\u2029]+")


def storable(text: str) -> str:
    """The text with each character that cannot be stored replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def normal_text(text: object) -> str:
    """The form in which long texts are sent and compared: LF line ends, no blank lines around, no blanks at the end."""
    if text is None:
        return ""
    return _LINE_ENDS.sub("\n", storable(str(text))).strip("\n").rstrip()


def one_line(text: object) -> str:
    """The form of subjects and names: control characters and line ends become one blank, none around."""
    if text is None:
        return ""
    return storable(_CONTROLS.sub(" ", str(text))).strip()


def folded(text: object) -> str:
    """The form in which names are looked up: case and surrounding or repeated white space do not count."""
    return " ".join(str(text).split()).casefold()
