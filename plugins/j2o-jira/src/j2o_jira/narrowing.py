"""All of what searches by name give, where each ends before it has given all: by ever longer beginnings of names."""

from __future__ import annotations

import string
from typing import Any, Callable, Iterator, Mapping, NamedTuple, Sequence

#: characters that names begin with and go on with, beside those that stand in the names that were found
_LETTERS = string.ascii_lowercase + string.digits
#: characters of the longest beginning that is searched for
_LONGEST = 8
#: searches at most, and how many are made before their answers are looked at
_MOST, _AT_ONCE = 5_000, 40


class Found(NamedTuple):
    """What one search gave, and whether there is more of it."""

    entries: Sequence[Mapping[str, Any]]
    cut: bool


class Narrowing:
    """Searches for names by what they begin with. Afterwards ``unfinished`` holds beginnings of which more are left."""

    def __init__(
        self,
        search: Callable[[str], Found],
        together: Callable[[Callable[[str], Found], Sequence[str]], Any],
        known: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        self._search, self._together = search, together
        self._letters = set(_LETTERS)
        self._learn(known)
        self.unfinished: list[str] = []

    def found(self) -> Iterator[Sequence[Mapping[str, Any]]]:
        """What each search gives; entries come more than once."""
        begun: set[str] = set()
        waiting: list[str] = []
        made = 0
        while True:
            single = sorted(self._letters - begun)
            begun.update(single)
            waiting += single
            if not waiting:
                return
            queries, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
            made += len(queries)
            for query, answer in zip(queries, list(self._together(self._search, queries))):
                self._learn(answer.entries)
                if answer.entries:
                    yield answer.entries
                if answer.cut and (len(query) >= _LONGEST or made >= _MOST):
                    self.unfinished.append(query)
                elif answer.cut:
                    waiting += [query + letter for letter in sorted(self._letters)]

    def _learn(self, entries: Sequence[Mapping[str, Any]]) -> None:
        for entry in entries:
            self._letters.update(char for char in str(entry.get("name") or "").lower() if not char.isspace())
