from __future__ import annotations

import threading

from j2o_core.engine.lanes import LaneQueue


def queue_of(*tasks: str) -> LaneQueue[str]:
    queue: LaneQueue[str] = LaneQueue(lambda task: task[0], clock=lambda: clock[0])
    for task in tasks:
        queue.put(task)
    return queue


clock = [0.0]


def test_tasks_of_one_lane_wait_for_each_other_and_keep_their_order():
    queue = queue_of("a1", "a2", "b1")
    first, second = queue.take(), queue.take()
    assert (first, second) == ("a1", "b1")
    queue.done("a1")
    assert queue.take() == "a2"


def test_the_lane_in_which_most_wait_is_not_what_all_others_end_before():
    queue = queue_of("b1", "c1", "c2", "d1", "a1", "a2", "a3", "a4")
    order = []
    for _ in range(8):
        task = queue.take()
        order.append(task)
        queue.done(task)
    assert order == ["a1", "a2", "c1", "a3", "b1", "d1", "c2", "a4"]


def test_a_lane_that_grows_while_it_is_taken_keeps_its_order():
    queue = queue_of("a1", "a2", "b1")
    assert queue.take() == "a1"
    for task in ("a3", "c1", "a4"):
        queue.put(task)
    queue.done("a1")
    assert [queue.take(), queue.take(), queue.take()] == ["a2", "b1", "c1"]
    queue.done("a2")
    assert queue.take() == "a3"


def test_a_task_that_must_wait_keeps_its_lane():
    clock[0] = 0.0
    queue = queue_of("a1", "a2", "b1")
    assert queue.take() == "a1"
    queue.later("a1", at=10.0)
    assert queue.take() == "b1"
    clock[0] = 10.0
    assert queue.take() == "a1"
    queue.done("a1")
    assert queue.take() == "a2"


def test_drain_gives_back_what_was_never_started():
    queue = queue_of("a1", "a2", "b1")
    assert queue.take() == "a1"
    assert sorted(queue.drain()) == ["a2", "b1"]
    assert not queue.wait_below(1, 0)
    queue.done("a1")
    assert queue.wait_below(1, 0)


def test_close_ends_all_who_wait_and_tells_what_was_delayed():
    queue = queue_of("a1")
    assert queue.take() == "a1"
    queue.later("a1", at=99.0)
    ended = []
    threads = [threading.Thread(target=lambda: ended.append(queue.take())) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert queue.close() == ["a1"]
    for thread in threads:
        thread.join(5)
    assert ended == [None] * 4


def test_many_workers_never_run_two_tasks_of_a_lane_at_once():
    queue: LaneQueue[tuple[int, int]] = LaneQueue(lambda task: str(task[0]))
    for number in range(20):
        for lane in range(5):
            queue.put((lane, number))
    busy: set[int] = set()
    seen: list[tuple[int, int]] = []
    guard = threading.Lock()
    clashes = []

    def work() -> None:
        while True:
            task = queue.take()
            if task is None:
                return
            with guard:
                if task[0] in busy:
                    clashes.append(task)
                busy.add(task[0])
            with guard:
                seen.append(task)
                busy.discard(task[0])
            queue.done(task)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert queue.wait_below(1, 10)
    queue.close()
    for thread in threads:
        thread.join(5)
    assert not clashes
    for lane in range(5):
        assert [number for at, number in seen if at == lane] == list(range(20))


def test_a_taker_who_finds_only_taken_lanes_makes_room_before_the_limit():
    queue = queue_of("a1", "a2", "a3")
    assert not queue.wait_below(3, 0.01, most=10), "nobody has nothing to do"
    assert queue.take() == "a1"
    taken = []
    taker = threading.Thread(target=lambda: taken.append(queue.take()))
    taker.start()
    assert queue.wait_below(3, 5, most=10)
    assert not queue.wait_below(3, 0.01, most=3)
    queue.put("b1")
    taker.join(5)
    assert taken == ["b1"]


def test_each_lane_that_becomes_free_is_taken_by_one_who_waits():
    queue = queue_of("a1", "a2", "b1", "b2", "c1", "c2")
    first = [queue.take() for _ in range(3)]
    taken: list[object] = []
    takers = [threading.Thread(target=lambda: taken.append(queue.take())) for _ in range(3)]
    for taker in takers:
        taker.start()
    for task in first:
        assert task is not None
        queue.done(task)
    for taker in takers:
        taker.join(5)
    assert sorted(map(str, taken)) == ["a2", "b2", "c2"]
