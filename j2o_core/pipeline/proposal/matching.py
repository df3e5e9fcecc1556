"""Which name of the target a name of the source means: exactly, spelt otherwise, by a stated row, by likeness."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Iterable, Mapping, Optional

from ...expressions.names import fold
from .synonyms import Groups

EXACT, SPELLING, STATED, SYNONYM = 1.0, 0.98, 0.95, 0.9
#: what is less alike is no match
THRESHOLD = 0.82
_SHORTEST, _LONGEST = 4, 200
_NO_LETTERS = re.compile(r"[\W_]+")
_DIGITS = re.compile(r"\d+")
_NOT = frozenset(("not", "no", "non", "never", "without"))
_PREFIXES = ("un", "in", "non", "dis", "re", "de")


@dataclass(frozen=True)
class Match:
    """``name`` of the target, how sure (1: the same) and why."""

    name: str
    confidence: float
    why: str

    @property
    def remark(self) -> str:
        """For the comment."""
        return f"{self.confidence:.2f} {self.why}"


class Matcher:
    """Finds among ``names`` the one that is meant. ``rows`` are matches that somebody has stated, by source name."""

    def __init__(self, names: Iterable[str], rows: Mapping[str, str], groups: Groups) -> None:
        self._names = list(dict.fromkeys(names))
        self._folded = {fold(name): name for name in reversed(self._names)}
        self._bare = {bare(name): name for name in reversed(self._names)}
        self._rows = {fold(source): target for source, target in rows.items()}
        self._groups: dict[str, list[str]] = {}
        for group in groups:
            for word in group:
                self._groups.setdefault(bare(word), []).extend(group)

    def find(self, name: str) -> Optional[Match]:
        """The best match, ``None`` where none reaches the threshold."""
        if name in self._names:
            return Match(name, EXACT, "exact")
        if fold(name) in self._folded:
            return Match(self._folded[fold(name)], SPELLING, "spelling")
        stated = self._folded.get(fold(self._rows.get(fold(name), "")))
        if stated is not None:
            return Match(stated, STATED, "stated by the template")
        if bare(name) and bare(name) in self._bare:
            return Match(self._bare[bare(name)], SPELLING, "spelling")
        for word in self._groups.get(bare(name), ()):
            if bare(word) in self._bare:
                return Match(self._bare[bare(word)], SYNONYM, "synonym")
        return max(self._alike(name), key=lambda match: match.confidence, default=None)

    def _alike(self, name: str) -> Iterable[Match]:
        text = fold(name)[:_LONGEST]
        if len(text) < _SHORTEST:
            return
        matcher = SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(text)
        for candidate in self._names:
            other = fold(candidate)[:_LONGEST]
            matcher.set_seq1(other)
            if (
                len(other) < _SHORTEST
                or matcher.real_quick_ratio() < THRESHOLD
                or matcher.quick_ratio() < THRESHOLD
                or are_opposed(text, other)
            ):
                continue
            ratio = min(matcher.ratio(), SYNONYM - 0.01)
            if ratio >= THRESHOLD:
                yield Match(candidate, ratio, "alike")


def bare(name: str) -> str:
    """A name without what nobody pronounces: case, blanks, hyphens, apostrophes."""
    return _NO_LETTERS.sub("", fold(name))


def are_opposed(one: str, other: str) -> bool:
    """Whether two names that look alike mean different things: another number, or one of them with a *not*."""
    if _DIGITS.findall(one) != _DIGITS.findall(other):
        return True
    words, others = set(one.split()), set(other.split())
    if bool(words & _NOT) != bool(others & _NOT):
        return True
    return any(
        word == prefix + base or base == prefix + word
        for word in words - others
        for base in others - words
        for prefix in _PREFIXES
    )
