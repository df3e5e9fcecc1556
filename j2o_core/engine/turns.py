"""The order of effects within steps: turns, and the shares in which several workers carry one out."""

from __future__ import annotations

import itertools
from typing import Iterator, Optional, Sequence

from ..ledger.effects import Effects

#: a rank of a step
Part = tuple[int, int]
#: the partitions that are carried out here; ``ALL``: nobody else carries out any
Share = Optional[Sequence[int]]
ALL: Share = None


def turns(planned: Effects, steps: Sequence[int]) -> Iterator[list[Part]]:
    """What is carried out side by side, turn by turn: a rank of a step begins when the one before has ended."""
    ranks = [[(step, rank) for rank in planned.ranks(step)] for step in steps]
    for turn in itertools.zip_longest(*ranks):
        yield [part for part in turn if part is not None]
