"""Value tables: exact → case, space and Unicode folded → /regex/ → "*"; no match and no "*" is a problem."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Mapping

from ..expressions.names import fold
from ..expressions.sandbox import show
from ..spec.suggestion import nearest
from .patterns import compile_pattern

#: a row's key that matches everything, and a row's value that keeps what came in
ANYTHING, KEEP = "*", "="
_MISS: Any = object()


class NoRow(LookupError):
    """A value has no row; the message names both."""


class Table:
    """One table of the spec, compiled. Looking up is pure.

    Raises:
        ValueError: a row's regular expression cannot be used.
    """

    def __init__(self, name: str, rows: Mapping[str, Any]) -> None:
        self.name = name
        self._exact: dict[str, Any] = {}
        self._folded: dict[str, Any] = {}
        self._patterns: list[tuple[re.Pattern[str], Any]] = []
        self._rest = rows.get(ANYTHING, _MISS)
        #: pairs of rows that differ only in what people do not see, yet give different values
        self.collisions: list[tuple[str, str]] = []
        spelt: dict[str, str] = {}
        for key, value in rows.items():
            if key == ANYTHING:
                continue
            if len(key) > 2 and key[0] == key[-1] == "/":
                self._patterns.append((compile_pattern(key[1:-1]), value))
                continue
            self._exact[key] = value
            if fold(key) in self._folded and self._folded[fold(key)] != value:
                self.collisions.append((spelt[fold(key)], key))
            spelt.setdefault(fold(key), key)
            self._folded.setdefault(fold(key), value)
        self._find_other = lru_cache(maxsize=4_096)(self._search)

    def look_up(self, value: Any) -> Any:
        """The value that the matching row gives; ``None`` where it empties.

        Raises:
            NoRow: nothing matches and there is no ``*``.
        """
        text = value if value.__class__ is str else str(show(value))
        found = self._exact.get(text, _MISS)
        if found is _MISS:
            found = self._find_other(text)
            if found is _MISS:
                close = nearest(text, self._exact) if len(text) < 100 else ""
                raise NoRow(
                    f"'{text if len(text) <= 80 else text[:80] + '…'}' has no row in table '{self.name}', "
                    f"which has no '*' either" + (f"; did you mean '{close}'?" if close else "")
                )
        return value if found == KEEP else found

    def _search(self, text: str) -> Any:
        found = self._folded.get(fold(text), _MISS)
        if found is not _MISS:
            return found
        for pattern, value in self._patterns:
            if pattern.search(text):
                return value
        return self._rest
