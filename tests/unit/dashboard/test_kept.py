"""Answers that are dear to find are kept for longer."""

from __future__ import annotations

import threading
import time

import pytest

from j2o_core.dashboard.kept import LEAST, MOST, OF_DETAILS, SHARE, Kept


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_cheap_answer_is_kept_for_a_moment_and_a_dear_one_for_longer() -> None:
    clock, found = Clock(), []

    def find() -> int:
        found.append(clock.now)
        clock.now += 2.0  # so dear is it
        return len(found)

    kept = Kept(clock)
    assert kept.get("x", find) == 1
    clock.now += 2.0 / SHARE - 0.1
    assert kept.get("x", find) == 1
    clock.now += 0.2
    assert kept.get("x", find) == 2
    assert kept.get("z", find, detail=True) == 3
    clock.now += 2.0 / OF_DETAILS - 0.1
    assert kept.get("z", find, detail=True) == 3
    assert kept.get("y", lambda: 7) == 7
    clock.now += LEAST / 2
    assert kept.get("y", lambda: 8) == 7
    clock.now += LEAST
    assert kept.get("y", lambda: 8) == 8


def test_what_lasts_is_found_once_and_no_more_is_kept_than_there_is_room_for() -> None:
    clock = Clock()
    kept = Kept(clock)
    assert kept.get("old", lambda: 1, lasts=True) == 1
    clock.now = 1e9
    assert kept.get("old", lambda: 2, lasts=True) == 1
    for number in range(2 * MOST):
        kept.get(number, lambda: 0, lasts=True)
    assert kept.get("old", lambda: 2, lasts=True) == 2


def test_what_could_not_be_found_leaves_nothing_behind_and_is_looked_for_again() -> None:
    kept = Kept()
    for number in range(2 * MOST):
        with pytest.raises(ZeroDivisionError):
            kept.get(number, lambda: 1 // 0)
    sizes = [len(value) for value in vars(kept).values() if isinstance(value, dict)]
    assert sizes and max(sizes) <= MOST
    assert kept.get(0, lambda: 5) == 5


def test_what_is_asked_for_again_and_again_stays() -> None:
    kept = Kept(Clock())
    assert kept.get("runs", lambda: 1) == 1
    for number in range(2 * MOST):
        kept.get(number, lambda: 0, lasts=True)
        assert kept.get("runs", lambda: 2) == 1


def test_many_who_ask_at_once_wait_for_one_answer() -> None:
    kept, found = Kept(), []

    def find() -> int:
        found.append(1)
        time.sleep(0.1)
        return 5

    threads = [threading.Thread(target=lambda: kept.get("x", find)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 1
