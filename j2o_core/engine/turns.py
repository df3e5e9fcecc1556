"""The order of effects within steps: turns, and the shares in which several workers carry one out."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Iterator, Optional, Sequence

from ..ledger.effects import Effects

#: a rank of a step
Part = tuple[int, int]
#: the partitions that are carried out here; ``ALL``: nobody else carries out any
Share = Optional[Sequence[int]]
ALL: Share = None
#: so many effects of a rank are put into an order at most: where there are more, no lane is long beside them all
MOST_ORDERED = 20_000


def turns(planned: Effects, steps: Sequence[int]) -> Iterator[list[Part]]:
    """What is carried out side by side, turn by turn: a rank of a step begins when the one before has ended."""
    ranks = [[(step, rank) for rank in planned.ranks(step)] for step in steps]
    for turn in itertools.zip_longest(*ranks):
        yield [part for part in turn if part is not None]


def longest_lanes_first(lanes: Sequence[tuple[int, str]]) -> list[int]:
    """The ids of effects (given with their lanes, in order), those first behind which most others of their lane wait.

    So what has to be written one after the other is not what everybody waits for in the end. Within a lane the order
    stays. None where every lane is short or there are too many.
    """
    left = Counter(lane for _, lane in lanes if lane)
    if len(lanes) > MOST_ORDERED or not left or max(left.values()) < 2:
        return []
    behind = []
    for identifier, lane in lanes:
        left[lane] -= 1
        behind.append((-left[lane] if lane else 0, identifier))
    return [identifier for _, identifier in sorted(behind)]
