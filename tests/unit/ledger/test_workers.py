"""Leases of workers: who may commit, who may take what, and what a take-over leaves behind."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest
from sqlalchemy import insert, select, text, update

from j2o_core.ledger import leases, plan_rows, sending, tables, workers
from j2o_core.ledger.effect_rows import partition
from j2o_core.ledger.effects import Effects, Planned
from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.workers import WorkerFence, outlive
from j2o_core.ledger.writer import Writer
from j2o_core.model.outcome import Fatal
from tests.ledgers import begin_run


class Case:
    """A ledger that is held, and a run in it."""

    def __init__(self, url: str, home: Path) -> None:
        self.url, self.home = url, home
        self.ledger = open_ledger(url, home)
        self.ledger.lock()
        self.engine = self.ledger.engine
        self.writer = Writer(self.engine)
        self.run = self.writer.submit(_begun)

    def plan(self, count: int) -> None:
        """So many effects, each in a lane of its own."""
        planned = [
            Planned(0, "things", str(number), f"T-{number}", "create", "marked", {}, lane=f"lane {number}")
            for number in range(count)
        ]
        self.writer.submit(lambda connection: plan_rows.enter(connection, self.run, planned))

    def register(self, term: float = 30.0, token: Optional[str] = None) -> Optional[int]:
        with self.engine.begin() as connection:
            return workers.register(connection, self.run, token or self.ledger.token, "tcp://worker", term)

    def begin_turn(self, turn: int = 1) -> int:
        begun = self.writer.submit(lambda connection: leases.begin_turn(connection, self.run, turn, [(0, 0)]))
        return int(begun[0])

    def take(self, worker: int, count: int = 1, turn: int = 1, least: int = 1) -> list[int]:
        with self.engine.begin() as connection:
            return leases.take(connection, self.run, turn, worker, count, least)

    def standing(self, turn: int = 1) -> tuple[int, int]:
        with self.engine.connect() as connection:
            return leases.standing(connection, self.run, turn)

    def close(self) -> None:
        self.writer.close()
        self.ledger.close()


@pytest.fixture
def case(postgres_url: str, tmp_path: Path) -> Iterator[Case]:
    made = Case(postgres_url, tmp_path)
    yield made
    made.close()


def test_every_partition_is_taken_once_long_lanes_first_and_fewer_at_a_time_towards_the_end(case: Case):
    case.plan(400)
    partitions = case.begin_turn()
    first, second = case.register(), case.register()
    assert first and second
    taken: list[list[int]] = []
    while case.standing()[0]:
        taken.append(case.take(first if len(taken) % 2 else second, 2))
    flat = [partition for handful in taken for partition in handful]
    assert len(flat) == len(set(flat)) == partitions
    assert len(taken[0]) == partitions // 4 and len(taken[-1]) == 1
    assert case.take(first) == []
    assert case.standing() == (0, partitions)
    with case.engine.begin() as connection:
        leases.finish(connection, case.run, 1, first)
        leases.release(connection, case.run, 1, second)
    assert case.standing() == (sum(len(handful) for handful in taken[::2]), 0)


def test_the_longest_lanes_go_to_different_workers(case: Case):
    with case.engine.begin() as connection:
        connection.execute(
            insert(tables.lease),
            [
                {"run": case.run, "turn": 1, "partition": number, "longest": max(1, 40 - number), "done": False}
                for number in range(100)
            ],
        )
    first, second = case.register(), case.register()
    assert first and second
    handfuls = [case.take(first, 4), case.take(second, 4)]
    assert [len(handful) for handful in handfuls] == [12, 11]
    assert sum(partition < 8 for partition in handfuls[0]) == sum(partition < 8 for partition in handfuls[1]) == 2
    assert 0 in handfuls[0] and 1 in handfuls[1]


def test_a_handful_keeps_the_threads_busy_as_long_as_there_is_as_much_for_the_others(case: Case):
    case.plan(30)
    begun = case.writer.submit(lambda connection: leases.begin_turn(connection, case.run, 1, [(0, 0)]))
    assert begun == (len({partition(f"lane {number}") for number in range(30)}), 30)
    first = case.register()
    assert first
    taken = []
    while case.standing()[0]:
        taken.append(len(case.take(first, 3, least=4)))
    assert taken[:4] == [4, 4, 4, 4] and taken[-1] == 1, taken
    assert sum(taken) == begun[0]


def test_workers_that_take_at_the_same_moment_get_different_partitions_and_none_is_left(case: Case):
    case.plan(400)
    partitions = case.begin_turn()
    several = [worker for worker in (case.register() for _ in range(4)) if worker]
    taken: list[int] = []

    def work(worker: int) -> None:
        while True:
            handful = case.take(worker, 4)
            if not handful:
                return
            taken.extend(handful)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == partitions
    assert case.standing() == (0, partitions)


def test_a_worker_that_is_frozen_while_it_takes_keeps_the_others_waiting_no_longer_than_its_lease(case: Case):
    case.plan(20)
    case.begin_turn()
    frozen, other = case.register(term=0.6), case.register()
    assert frozen and other
    with pytest.raises(Fatal, match="cannot be used"), case.engine.begin() as connection:
        WorkerFence(frozen, case.ledger.token, "the ledger", 0.6).enter(connection)
        assert leases.take(connection, case.run, 1, frozen, 1)
        with case.engine.begin() as another:
            another.execute(text("SET LOCAL lock_timeout = '5s'"))
            assert leases.take(another, case.run, 1, other, 1)
        assert case.writer.submit(lambda connection: workers.give_up(connection, case.run, frozen))
        connection.execute(text("SELECT 1"))


def test_of_a_turn_that_is_over_nothing_can_be_taken(case: Case):
    case.plan(3)
    case.begin_turn(1)
    case.begin_turn(2)
    worker = case.register()
    assert worker
    assert case.take(worker, turn=1) == []
    assert case.take(worker, turn=2)


def test_a_window_of_some_partitions_holds_nothing_else(case: Case):
    case.plan(40)
    rows = Effects(case.engine, case.run).window(0, 0, "planned", 0, 100, [1, 2, 3])
    everything = Effects(case.engine, case.run).window(0, 0, "planned", 0, 100)
    lanes = Effects(case.engine, case.run).lanes(0, 0, 100, [1, 2, 3])
    assert lanes == [(row.id, row.lane) for row in rows]
    assert {row.id for row in rows} == {row.id for row in everything if partition(row.lane) in (1, 2, 3)}


def test_who_does_not_work_for_the_present_holder_is_not_entered(case: Case):
    assert case.register(token="another") is None


def test_a_worker_whose_lease_has_ended_commits_nothing_more_and_what_it_sent_counts_from_then(case: Case):
    case.plan(1)
    case.begin_turn()
    worker = case.register(term=0.6)
    assert worker and case.take(worker)
    (row,) = Effects(case.engine, case.run).window(0, 0, "planned", 0, 1)
    case.writer.submit(lambda connection: sending.mark_sent(connection, [{"of": row.id, "digest": "", "image": None}]))
    assert not case.writer.submit(lambda connection: workers.give_up(connection, case.run, worker))  # it holds still
    deadline = _one(case, select(tables.worker.c.deadline))
    fence = WorkerFence(worker, case.ledger.token, "the ledger", 0.6)
    with case.engine.begin() as connection:
        number = fence.enter(connection)
    with case.engine.begin() as connection:
        assert fence.committed(connection, number)
    time.sleep(0.7)
    assert case.writer.submit(lambda connection: workers.give_up(connection, case.run, worker))
    assert case.standing() == (1, 0)
    assert _one(case, select(tables.effect.c.sent)) == pytest.approx(deadline)
    with pytest.raises(Fatal, match="lease") as told, case.engine.begin() as connection:
        fence.enter(connection)
    assert told.value.code == "lease"


def test_a_lease_that_was_renewed_is_not_taken_away_and_one_that_was_given_up_is_not_renewed(case: Case):
    worker = case.register(term=0.6)
    assert worker
    time.sleep(0.3)
    with case.engine.begin() as connection:
        assert workers.renew(connection, case.run, worker, case.ledger.token, 30.0, 0, {"finished": 3})
    assert not case.writer.submit(lambda connection: workers.give_up(connection, case.run, worker))
    with case.engine.connect() as connection:
        (member,) = workers.members(connection, case.run)
    assert 29 < member.left <= 30 and member.report == {"finished": 3}
    with case.engine.begin() as connection:
        workers.leave(connection, worker, case.ledger.token)
    with case.engine.begin() as connection:
        assert workers.renew(connection, case.run, worker, case.ledger.token, 30.0, 0, {}) is None


def test_orders_reach_workers_and_show_that_somebody_leads(case: Case):
    worker = case.register()
    assert worker
    stamps = []
    for _ in range(2):
        case.writer.submit(lambda connection: workers.publish(connection, case.run, 7, {"stop": False}))
        with case.engine.begin() as connection:
            heard = workers.renew(connection, case.run, worker, case.ledger.token, 30.0, 0, {})
        assert heard is not None and (heard.number, heard.orders) == (7, {"stop": False})
        stamps.append(heard.stamp)
    assert stamps[0] != stamps[1]


def test_the_next_holder_waits_until_no_worker_of_the_last_one_sends_any_more(case: Case):
    case.plan(1)
    worker = case.register(term=1.0)
    assert worker
    (row,) = Effects(case.engine, case.run).window(0, 0, "planned", 0, 1)
    case.writer.submit(lambda connection: sending.mark_sent(connection, [{"of": row.id, "digest": "", "image": None}]))
    before = _one(case, select(tables.effect.c.sent))
    began = time.monotonic()
    outlive(case.engine, "the next holder")
    assert time.monotonic() - began > 0.7
    assert _one(case, select(tables.effect.c.sent)) >= before + 0.7
    with case.engine.begin() as connection:
        assert workers.renew(connection, case.run, worker, case.ledger.token, 30.0, 0, {}) is None


def test_where_nobody_worked_the_next_holder_changes_nothing(case: Case):
    case.plan(1)
    case.writer.submit(lambda connection: connection.execute(update(tables.effect).values(state="sent", sent=5.0)))
    outlive(case.engine, "the next holder")
    assert _one(case, select(tables.effect.c.sent)) == 5.0


def _begun(connection: Any) -> str:
    return begin_run(connection, "memory").id


def _one(case: Case, statement: Any) -> Any:
    with case.engine.connect() as connection:
        return connection.execute(statement).scalar_one()
