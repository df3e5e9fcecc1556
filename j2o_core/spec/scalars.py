"""Plain YAML scalars as the YAML 1.2 core schema reads them, a little stricter.

Only ``true`` and ``false`` are booleans. Numbers with a leading zero, dates and times stay text, and so do numbers
that no JSON reader could hold.
"""

from __future__ import annotations

import math
import re
from typing import Union

Scalar = Union[None, bool, int, float, str]

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 40


def read_scalar(text: str) -> Scalar:
    """The value of an unquoted scalar."""
    if text in _NULLS:
        return None
    if text == "true":
        return True
    if text == "false":
        return False
    if text[0] not in "+-.0123456789" or len(text) > _LONGEST_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text
