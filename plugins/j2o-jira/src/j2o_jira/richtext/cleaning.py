"""Characters that no text should hold but real issues do."""

from __future__ import annotations

import re
from typing import List

_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_BETWEEN_WORDS = re.compile("(?<=\\w)[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]+(?=\\w)")


def clean(text: str, warnings: List[str]) -> str:
    """Line ends as ``\\n`` (CRLF, CR, vertical tab and form feed too); control characters left out, with a warning.

    Between two words a control character becomes a blank, so that the words stay apart.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x0b" in text or "\x0c" in text:
        text = text.replace("\x0b", "\n").replace("\x0c", "\n")
    if _CONTROL.search(text):
        text = _CONTROL.sub("", _BETWEEN_WORDS.sub(" ", text))
        warnings.append("control characters were left out")
    return text
