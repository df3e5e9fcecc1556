from __future__ import annotations

import threading

import pytest

from j2o_core.http.together import Together


def test_work_is_done_side_by_side_and_results_keep_the_order_of_the_items():
    together = Together(3)
    meeting = threading.Barrier(3)

    def work(item: int) -> int:
        meeting.wait(5)
        return item * 10

    assert together(work, [1, 2, 3]) == [10, 20, 30]
    together.close()


def test_no_more_than_the_workers_are_busy_for_all_who_ask():
    together = Together(2)
    guard, busy, most = threading.Lock(), [0], [0]

    def work(item: int) -> None:
        with guard:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        threading.Event().wait(0.005)
        with guard:
            busy[0] -= 1

    askers = [threading.Thread(target=together, args=(work, range(6))) for _ in range(3)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(10)
    assert most[0] == 2
    together.close()


def test_a_failure_is_raised_and_what_was_not_begun_is_not_done():
    together = Together(1)
    done = []

    def work(item: int) -> None:
        if item == 1:
            raise ValueError("no")
        threading.Event().wait(0.005)
        done.append(item)

    with pytest.raises(ValueError, match="no"):
        together(work, [0, 1, *range(2, 200)])
    together.close()
    assert done[0] == 0 and len(done) < 199
