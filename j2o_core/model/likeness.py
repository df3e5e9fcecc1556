"""Which of the valid names a wrong one was probably meant to be."""

from __future__ import annotations

import re
from typing import Iterable

#: characters of a name that are looked at
_LOOKED_AT = 200
_WORD = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W_A-Z]+|[^\s\w.-]+")


def likeliest(name: str, known: Iterable[str]) -> str:
    """The one of ``known`` that differs from ``name`` by a slip alone, the first of the nearest; or an empty string.

    Case, the signs between words and their order do not count; letters that are wrong, missing, too many or exchanged
    with their neighbour do: one in names of four to seven letters, two up to eleven, three above. Of shorter names one
    may be missing, too many, exchanged, or wrong between the first and the last.
    """
    wanted = name[:_LOOKED_AT]
    squeezed, in_order = _squeezed(wanted)
    letters = set(squeezed)
    best, found = _NOT_ALIKE, ""
    for candidate in known:
        other = candidate[:_LOOKED_AT].lower()
        limit = min(_slips(max(len(squeezed), len(other))), best - 1)
        if len(letters.difference(other)) > limit:
            continue
        other, other_in_order = _squeezed(candidate[:_LOOKED_AT])
        slips = _distance(squeezed, other, limit)
        if slips > limit and (in_order, other_in_order) != (squeezed, other):
            slips = _distance(in_order, other_in_order, limit - 1) + 1
        if slips <= limit and (not slips or _can_be(squeezed, other)):
            best, found = slips, candidate
            if not slips:
                break
    return found


_NOT_ALIKE = 100


def _slips(length: int) -> int:
    return 1 if length < 8 else 2 if length < 12 else 3


def _can_be(one: str, other: str) -> bool:
    """In the shortest names any other letter makes another word."""
    if max(len(one), len(other)) > 3:
        return True
    if len(one) != len(other):
        return min(len(one), len(other)) > 1
    return sorted(one) == sorted(other) or one[:1] + one[-1:] == other[:1] + other[-1:]


def _squeezed(name: str) -> tuple[str, str]:
    """The letters of a name, as they stand and with its words in order."""
    words = [word.lower() for word in _WORD.findall(name)]
    return "".join(words), "".join(sorted(words))


def _distance(one: str, other: str, limit: int) -> int:
    """Letters to change, add, take out or exchange with their neighbour; more than ``limit`` where it is more."""
    if one == other:
        return 0
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        earlier, before, row = before, row, [at]
        for to, against in enumerate(other, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != against))
            if earlier and to > 1 and letter == other[to - 2] and one[at - 2] == against:
                cost = min(cost, earlier[to - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
