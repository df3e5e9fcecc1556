"""Chains found from pairs: the same as by walking from end to end."""

from __future__ import annotations

import random

import pytest

from j2o_openproject.chains import Chains


@pytest.mark.parametrize("seed", range(20))
def test_ends_are_in_one_chain_exactly_where_ties_lead_from_one_to_the_other(seed: int) -> None:
    chance = random.Random(seed)
    ends = [str(number) for number in range(30)]
    pairs = [tuple(chance.sample(ends, 2)) for _ in range(chance.randrange(5, 40))]
    chains = Chains()
    given = {pair: chains.join(*pair) for pair in pairs}
    joined = dict(chains.joined())
    lane = {pair: joined.get(name, name) for pair, name in given.items()}
    assert not set(joined.values()) & set(joined), "each name leads to the end at once"
    for one in pairs:
        reached, found = set(one), True
        while found:
            found = [pair for pair in pairs if set(pair) & reached and not set(pair) <= reached]
            for pair in found:
                reached |= set(pair)
        for other in pairs:
            assert (lane[one] == lane[other]) is bool(set(other) & reached)
