"""The versions of the spec language."""

from __future__ import annotations

import re
from typing import Optional, Tuple

from ...model.problem import Problem
from ..node import Node
from .codes import CODES, NEWER_LANGUAGE, OLDER_LANGUAGE

CURRENT = "j2o/v1"
#: every version before it, oldest first; each has an upgrade to the next
OLDER = ("j2o/v1beta1",)
_FORM = re.compile(r"j2o/v(\d{1,6})(?:(alpha|beta)(\d{1,6}))?")
_STAGES = {"alpha": 0, "beta": 1, None: 2}


def wrong_version(root: Node, file: str) -> Optional[Problem]:
    """What is wrong with the ``apiVersion`` of a file, where it is that of an older or a newer language.

    What is no version at all is left to the schema.
    """
    held = root.value.get("apiVersion") if root.is_map else None
    said = held.value if held is not None else None
    if held is None or not isinstance(said, str) or said == CURRENT:
        return None
    if said in OLDER:
        message = f"'{file}' is written in {said}, an older spec language"
        expected = f"{CURRENT}: `j2o spec upgrade {file} --in-place` rewrites it"
        return _problem(OLDER_LANGUAGE, message, held, expected)
    if _order(said) is not None and (_order(said) or ()) > (_order(CURRENT) or ()):
        message = f"'{file}' is written in {said}, which this j2o does not know yet"
        return _problem(NEWER_LANGUAGE, message, held, f"a newer j2o; this one knows {CURRENT}")
    return None


def _order(version: str) -> Optional[Tuple[int, ...]]:
    match = _FORM.fullmatch(version)
    return (int(match[1]), _STAGES[match[2]], int(match[3] or 0)) if match else None


def _problem(code: str, message: str, held: Node, expected: str) -> Problem:
    return Problem(
        code, message, CODES[code].severity, place=held.place, path="apiVersion", expected=expected, suggestion=""
    )
