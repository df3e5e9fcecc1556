"""Which items hang together, found from pairs as they come."""

from __future__ import annotations

from typing import Iterator


class Chains:
    """Ends that are tied to each other, in chains that are named by one of them; a tie may make two chains one."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._named: set[str] = set()

    def join(self, one: str, other: str) -> str:
        """Tie two ends; the name of their chain as far as it is known now."""
        whole, part = sorted((self._top(one), self._top(other)))
        if whole != part:
            self._above[part] = whole
        self._named.add(whole)
        return whole

    def joined(self) -> Iterator[tuple[str, str]]:
        """(name that ``join`` gave, name of the chain that it is a part of now), where the two differ."""
        for name in sorted(self._named):
            whole = self._top(name)
            if whole != name:
                yield name, whole

    def _top(self, end: str) -> str:
        top = end
        while top in self._above:
            top = self._above[top]
        while end != top:  # shorter for whoever asks next
            self._above[end], end = top, self._above[end]
        return top
