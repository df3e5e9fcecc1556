"""The nearest valid name."""

from __future__ import annotations

import difflib
from typing import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of ``known`` that was probably meant, or an empty string."""
    names = list(known)
    folded = {_fold(candidate): candidate for candidate in reversed(names)}
    if _fold(name) in folded:
        return folded[_fold(name)]
    close = difflib.get_close_matches(_fold(name[:200]), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else ""


def _fold(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")
