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
        wide = [""]
        tried: set[str] = set()
        waiting: list[str] = []
        made = 0
        while True:
            # A letter that has just shown goes on with every beginning that there is more of.
            shown = sorted(self._letters - tried)
            tried.update(shown)
            waiting += [begin + letter for begin in wide for letter in shown]
            if not waiting or made >= _MOST:
                self.unfinished += dict.fromkeys(query[:-1] or query for query in waiting)
                return
            size = min(_AT_ONCE, _MOST - made)
            queries, waiting = waiting[:size], waiting[size:]
            made += len(queries)
            for query, answer in zip(queries, list(self._together(self._search, queries))):
                self._learn(answer.entries)
                if answer.entries:
                    yield answer.entries
                if answer.cut and len(query) >= _LONGEST:
                    self.unfinished.append(query)
                elif answer.cut:
                    wide.append(query)
                    waiting += [query + letter for letter in sorted(tried)]

    def _learn(self, entries: Sequence[Mapping[str, Any]]) -> None:
        for entry in entries:
            self._letters.update(char for char in str(entry.get("name") or "").lower() if not char.isspace())
