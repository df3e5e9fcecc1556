"""Value tables: exact → case, space and Unicode folded → /regex/ → "*"; no match and no "*" is a problem.

An object (a user, a status) is looked up under each of its names. The value of a /regex/ row may name the groups of
the match: ``\\1``, ``\\g<name>``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Mapping

from ..expressions.names import fold
from ..expressions.sandbox import show
from ..spec.suggestion import nearest
from .claims import NAMES
from .patterns import Pattern, compile_pattern, compile_template

#: a row's key that matches everything, and a row's value that keeps what came in
ANYTHING, KEEP = "*", "="
#: the longest text that patterns are tried on, in characters
PATTERN_TEXT_LIMIT = 10_000
_MISS: Any = object()


class NoRow(LookupError):
    """A value has no row, or several that differ; the message names value and table."""


class Table:
    """One table of the spec, compiled. Looking up is pure.

    Raises:
        ValueError: a row's regular expression, or the groups that its value names, cannot be used.
    """

    def __init__(self, name: str, rows: Mapping[str, Any]) -> None:
        self.name = name
        self._exact: dict[str, Any] = {}
        self._folded: dict[str, str] = {}
        self._patterns: list[tuple[Pattern, Any, bool]] = []
        self._rest = rows.get(ANYTHING, _MISS)
        #: pairs of rows that differ only in what people do not see, yet give different values
        self.collisions: list[tuple[str, str]] = []
        self._torn: dict[str, tuple[str, str]] = {}
        for key, value in rows.items():
            if key == ANYTHING:
                continue
            if len(key) > 2 and key[0] == key[-1] == "/":
                pattern = compile_pattern(key[1:-1])
                self._patterns.append((pattern, value, compile_template(pattern, value)))
                continue
            self._exact[key] = value
            spelt = self._folded.setdefault(fold(key), key)
            if self._exact[spelt] != value:
                self.collisions.append((spelt, key))
                self._torn[fold(key)] = (spelt, key)
        self._find_other = lru_cache(maxsize=4_096)(self._search)

    def look_up(self, value: Any) -> Any:
        """The value that the matching row gives; ``None`` where it empties.

        Raises:
            NoRow: nothing matches and there is no ``*``, or rows that differ match equally well.
        """
        if value.__class__ is dict:
            return self._look_up_object(value)
        text = value if value.__class__ is str else str(show(value))
        found = self._exact.get(text, _MISS)
        if found is _MISS:
            found = self._find_other(text)
            if found is _MISS:
                found = self._rest
            if found is _MISS:
                raise NoRow(self._no_row(text))
        return value if found == KEEP else found

    def _look_up_object(self, value: Mapping[str, Any]) -> Any:
        names = [str(show(value[name])) for name in NAMES if isinstance(value.get(name), (str, int)) and value[name]]
        for find in (lambda text: self._exact.get(text, _MISS), self._find_other):
            rows = {text: row for text, row in ((text, find(text)) for text in names) if row is not _MISS}
            if rows:
                (first, found), *others = rows.items()
                for other, row in others:
                    if row != found:
                        raise NoRow(f"'{first}' and '{other}' are one thing and have different rows in '{self.name}'")
                return value if found == KEEP else found
        if self._rest is _MISS:
            raise NoRow(self._no_row(str(show(value))))
        return value if self._rest == KEEP else self._rest

    def _search(self, text: str) -> Any:
        folded = fold(text)
        if folded in self._torn:
            first, second = self._torn[folded]
            raise NoRow(f"'{text}' could be row '{first}' or row '{second}' of table '{self.name}'; add its own row")
        spelt = self._folded.get(folded)
        if spelt is not None:
            return self._exact[spelt]
        if self._patterns and len(text) > PATTERN_TEXT_LIMIT:
            raise NoRow(f"a text of {len(text)} characters is too long for the patterns of table '{self.name}'")
        for pattern, value, has_groups in self._patterns:
            match = pattern.search(text)
            if match is not None:
                return match.expand(value) if has_groups else value
        return _MISS

    def _no_row(self, text: str) -> str:
        close = nearest(text, self._exact) if len(text) < 100 else ""
        return (
            f"'{text if len(text) <= 80 else text[:80] + '…'}' has no row in table '{self.name}', "
            f"which has no '*' either" + (f"; did you mean '{close}'?" if close else "")
        )
