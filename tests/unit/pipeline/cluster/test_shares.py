from __future__ import annotations

import random

from j2o_core.pipeline.cluster.shares import Shares, equal_shares, granted, whole_shares


def test_places_are_shared_as_evenly_as_whole_numbers_can_be():
    assert whole_shares(10, [1, 2, 3]) == {1: 4, 2: 3, 3: 3}
    assert whole_shares(3, []) == {}


def test_where_there_are_fewer_places_than_workers_they_go_round():
    rounds = [whole_shares(1, [4, 5, 6], turn) for turn in range(3)]
    assert [sum(shares.values()) for shares in rounds] == [1, 1, 1]
    assert {worker for shares in rounds for worker, share in shares.items() if share} == {4, 5, 6}


def test_what_shrinks_does_so_at_once_and_what_grows_waits_for_it():
    assert granted(8, {1: 4, 2: 4}, {1: 8, 2: 0}) == {1: 4, 2: 0}
    assert granted(8, {1: 4, 2: 4}, {1: 4, 2: 0}) == {1: 4, 2: 4}


def test_a_newcomer_gets_its_share_when_the_others_have_followed():
    shares = Shares()
    assert shares.grant(1, 8, {1: 8.0}, {1: 0}, {}) == {1: 8}
    assert shares.grant(2, 8, {1: 4.0, 2: 4.0}, {1: 1, 2: 0}, {}) == {1: 4, 2: 0}
    assert shares.grant(3, 8, {1: 4.0, 2: 4.0}, {1: 1, 2: 0}, {}) == {1: 4, 2: 0}  # not heard of yet
    assert shares.grant(4, 8, {1: 4.0, 2: 4.0}, {1: 3, 2: 3}, {1: 6.0}) == {1: 4, 2: 2}  # six are still under way
    assert shares.grant(5, 8, {1: 4.0, 2: 4.0}, {1: 4, 2: 4}, {1: 4.0}) == {1: 4, 2: 4}


def test_the_share_of_a_dead_worker_goes_to_the_others():
    shares = Shares()
    shares.grant(1, 8, {1: 4.0, 2: 4.0}, {1: 0, 2: 0}, {})
    assert shares.grant(2, 8, {1: 8.0}, {1: 1}, {}) == {1: 8}


def test_a_rate_is_shared_in_equal_parts():
    assert equal_shares(20.0, [1, 2, 3, 4]) == {1: 5.0, 2: 5.0, 3: 5.0, 4: 5.0}


def test_whoever_comes_and_goes_all_together_never_have_more_than_is_stated():
    chance = random.Random(20261122)
    for _ in range(200):
        shares, total = Shares(), chance.randint(1, 12)
        follows: dict[int, int] = {}  # by worker: the number it follows
        told: list[dict[int, float]] = [{}]
        for number in range(1, 40):
            if chance.random() < 0.3 and len(follows) < 6:
                follows[number] = 0
            if chance.random() < 0.1 and follows:
                del follows[chance.choice(list(follows))]
            for worker in follows:
                if chance.random() < 0.5:
                    follows[worker] = number - 1
            wanted = {one: float(many) for one, many in whole_shares(total, sorted(follows), number // 7).items()}
            told.append(shares.grant(number, total, wanted, dict(follows), {}))
            # at any moment before the next orders each may follow the ones it has seen or these
            worst = sum(
                max([told[seen].get(worker, 0.0), *(one.get(worker, 0.0) for one in told[seen:])])
                for worker, seen in follows.items()
            )
            assert worst <= total, (number, follows, told)
