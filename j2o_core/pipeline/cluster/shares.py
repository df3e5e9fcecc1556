"""How a stated maximum is shared among workers. Pure: who is to have how much, and how much of it at once.

A share that shrinks does so at once; one that grows waits until the others let go, so that all together never have more
than is stated.
"""

from __future__ import annotations

from typing import Mapping, Sequence


def whole_shares(total: int, workers: Sequence[int], turn: int = 0) -> dict[int, int]:
    """So many places for each worker. Where there are fewer places than workers, they go round with ``turn``."""
    if not workers:
        return {}
    each, more = divmod(total, len(workers))
    first = turn % len(workers) if more else 0
    lucky = {workers[(first + number) % len(workers)] for number in range(more)}
    return {worker: each + (worker in lucky) for worker in workers}


def equal_shares(total: float, workers: Sequence[int]) -> dict[int, float]:
    """The same part for each."""
    return {worker: total / len(workers) for worker in workers}


def granted(total: float, wanted: Mapping[int, float], held: Mapping[int, float]) -> dict[int, float]:
    """What each may have now. ``held``: what each may still use, having been told of no less."""
    room = total - sum(max(held.get(worker, 0), min(want, held.get(worker, 0))) for worker, want in wanted.items())
    room -= sum(amount for worker, amount in held.items() if worker not in wanted)
    grants = {}
    for worker, want in wanted.items():
        has = held.get(worker, 0)
        if want <= has:
            grants[worker] = want
            continue
        more = min(want - has, max(0, room))
        grants[worker] = has + more
        room -= more
    return grants


class Shares:
    """One stated maximum over time: remembers what was granted until it is known to be followed."""

    def __init__(self) -> None:
        self._granted: dict[int, list[tuple[int, float]]] = {}

    def grant(
        self, number: int, total: float, wanted: Mapping[int, float], seen: Mapping[int, int], busy: Mapping[int, float]
    ) -> dict[int, float]:
        """The shares of the orders with this number.

        ``seen``: the number of the orders that each living worker follows; ``busy``: what each has in use.
        """
        held = {}
        for worker, known in seen.items():
            past = self._granted.get(worker, [])
            old = [entry for entry in past if entry[0] <= known]
            past = [*old[-1:], *(entry for entry in past if entry[0] > known)]
            self._granted[worker] = past
            held[worker] = max([busy.get(worker, 0), *(amount for _, amount in past)])
        self._granted = {worker: past for worker, past in self._granted.items() if worker in seen}
        grants = granted(total, wanted, held)
        for worker, amount in grants.items():
            self._granted.setdefault(worker, []).append((number, amount))
        return grants
