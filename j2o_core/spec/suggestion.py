"""The nearest valid name, and lists of names as people can read them."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import Iterable, Iterator, List, Optional

from ..model.likeness import likeliest

#: names that are compared while one spec is checked; enough for hundreds of mistakes, and for no more than a moment
BUDGET = 50_000
_LISTED = 30
_left: ContextVar[Optional[List[int]]] = ContextVar("left", default=None)


def nearest(name: str, known: Iterable[str]) -> str:
    """The one of ``known`` that was probably meant, or an empty string; see ``likeliest``."""
    names = list(known)
    left = _left.get()
    if left is not None:
        if left[0] < len(names):
            return ""
        left[0] -= len(names)
    return likeliest(name, names)


@contextmanager
def bounded_guesses() -> Iterator[None]:
    """Within it, no more than ``BUDGET`` names are compared: what makes thousands of mistakes is no misspelling."""
    token = _left.set([BUDGET])
    try:
        yield
    finally:
        _left.reset(token)


def listed(names: Iterable[str]) -> str:
    """The names in a row, the first of them where there are many."""
    shown = list(names)
    return ", ".join([*shown[:_LISTED], "..."] if len(shown) > _LISTED else shown)
