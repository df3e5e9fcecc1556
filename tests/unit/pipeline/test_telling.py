"""What the processes of a run tell the ledger of themselves, and what follows for who looks from afar."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Iterator

import pytest
from sqlalchemy import delete, func, insert, select, update

from j2o_core.dashboard.figures import of_another, of_this_process
from j2o_core.http.observation import Exchange
from j2o_core.ledger import tables
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.ledger.told import LEADS, begin, told
from j2o_core.ledger.writer import Writer
from j2o_core.observe.metrics import families
from j2o_core.observe.metrics.registry import Metrics
from j2o_core.observe.metrics.samples import Sample
from j2o_core.pipeline.telling import OLD, InTheLedger, Workers
from tests.ledgers import begin_run

RUN_STANDS = {"state": "running"}


class Bench:
    """A ledger with a run, and the process that leads it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.writer = ledger, Writer(ledger.engine)
        self.run: str = self.writer.submit(lambda connection: begin_run(connection).id)
        self.now = 0.0
        self.workers = Workers(ledger.engine, self.run, lambda: self.now)
        self.lead = process(self.run)
        self.lead.others = self.workers.others

    def tells(self, metrics: Metrics, worker: int = LEADS, ended: bool = False) -> None:
        """A process tells its figures."""
        row = InTheLedger(self.writer, self.run, worker, self.workers if worker == LEADS else None)
        if ended:
            row.end()
        row(metrics)
        self.writer.flush()

    def joins(self) -> int:
        """A worker; its number."""
        about = {"token": "t", "name": "w", "host": "h", "pid": 7, "deadline": 0.0, "sequence": 0, "seen": 0}
        enter = insert(tables.worker).values(run=self.run, report="{}", **about)
        number: int = self.writer.submit(lambda connection: connection.execute(enter).inserted_primary_key[0])
        return number

    def leaves(self, worker: int) -> None:
        """It is none any more."""
        self.writer.submit(
            lambda connection: connection.execute(delete(tables.worker).where(tables.worker.c.id == worker))
        )

    def ages(self, worker: int, seconds: float) -> None:
        """It has told nothing for so long."""
        row = tables.told.c
        change = update(tables.told).where(row.worker == worker).values(moment=row.moment - seconds)
        self.writer.submit(lambda connection: connection.execute(change))

    def seen_from_afar(self, state: str = "running") -> Any:
        """What a dashboard of another process shows of the run."""
        return of_another(told(self.ledger.engine, self.run), {"run": self.run, "state": state})

    def seen_inside(self) -> Any:
        """What one in the process that leads shows, after a while."""
        self.now += 100
        return of_this_process(self.lead, self.run)

    def rows(self) -> int:
        """Processes that have told something."""
        with self.ledger.engine.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(tables.told)).scalar_one())


@pytest.fixture
def bench(tmp_path: Path, ledger_url: str) -> Iterator[Bench]:
    ledger = open_ledger(ledger_url, tmp_path)
    made = Bench(ledger)
    yield made
    made.writer.close()
    ledger.close()


def process(run: str = "", memory: int = 100, allowed: float = 4) -> Metrics:
    """One with a connection; with ``run``, it leads that."""
    metrics = Metrics("1", wanted=False)
    if run:
        metrics({"event": "run_started", "run": run, "spec": "acme"})
    metrics.add(
        lambda: [
            Sample(families.CONNECTION, ("jira", "jira.example:443"), 1),
            Sample(families.MEMORY, ("lead",), memory),
            Sample(families.ALLOWED, ("jira",), allowed),
            Sample(families.UNDER_WAY, ("jira",), 1),
            Sample(families.BREAKER, ("jira", "closed"), True),
        ]
    )
    return metrics


def asks(metrics: Metrics, times: int, seconds: float = 0.02) -> None:
    for _ in range(times):
        metrics.requests("jira")(Exchange("GET", "/rest/api/2/search", 200, seconds, 10, 20))


def requests_of(figures: Any) -> Any:
    (system,) = figures["systems"]
    return system["requests"]


def test_another_process_reads_what_the_one_of_the_run_has_told(bench: Bench) -> None:
    asks(bench.lead, 3)
    bench.tells(bench.lead)
    asks(bench.lead, 1, seconds=2.0)
    assert requests_of(bench.seen_from_afar()) == 3
    bench.tells(bench.lead)
    afar, inside = bench.seen_from_afar(), bench.seen_inside()
    assert (afar["state"], afar["age"]) == ("now", 0)
    assert {**afar, "told": 0} == {**inside, "told": 0}
    assert requests_of(afar) == 4
    assert afar["systems"][0]["host"] == "jira.example:443"
    assert afar["systems"][0]["most"] == 2.5
    assert afar["machine"]["memory"] == 100
    assert bench.rows() == 1


def test_what_was_told_too_long_ago_is_never_told_as_now(bench: Bench) -> None:
    asks(bench.lead, 1)
    bench.lead({"event": "guard", "message": "near the limit", "parallel": 2})
    bench.tells(bench.lead)
    assert [one["text"] for one in bench.seen_from_afar()["warnings"]] == ["near the limit"]
    bench.ages(LEADS, OLD + 10)
    stale = bench.seen_from_afar()
    assert stale["state"] == "stale"
    assert stale["age"] >= OLD + 10
    assert [process["there"] for process in stale["processes"]] == [False]
    assert stale["warnings"] == []
    gone = bench.seen_from_afar("interrupted")
    assert (gone["state"], gone["age"]) == ("gone", None)
    bench.tells(bench.lead, ended=True)
    ended = bench.seen_from_afar("finished")
    assert (ended["state"], ended["age"]) == ("ended", None)
    assert ended["told"] == pytest.approx(time.time(), abs=60)


def test_a_run_that_is_taken_up_begins_without_what_was_told_before(bench: Bench) -> None:
    bench.tells(bench.lead)
    bench.writer.submit(begin)
    assert bench.seen_from_afar() is None
    assert of_another([], RUN_STANDS) is None


def test_the_figures_of_a_cluster_are_the_sum_of_its_processes_and_none_is_lost_with_a_worker(bench: Bench) -> None:
    workers = {bench.joins(): process(memory=number) for number in (1, 2)}
    (first, one), (second, two) = workers.items()
    asks(bench.lead, 1)
    asks(one, 10)
    asks(two, 100)
    for number, metrics in {LEADS: bench.lead, **workers}.items():
        bench.tells(metrics, number)
    for seen in (bench.seen_inside(), bench.seen_from_afar()):
        (system,) = seen["systems"]
        assert (system["requests"], system["under_way"], system["allowed"]) == (111, 3, 8)  # who leads sends nothing
        told_by = {one["name"]: one["machine"]["memory"] for one in seen["processes"]}
        assert told_by == {"lead": 100, f"worker-{first}": 1, f"worker-{second}": 2}

    bench.ages(first, OLD + 5)  # it has said nothing for a while
    for seen in (bench.seen_inside(), bench.seen_from_afar()):
        (system,) = seen["systems"]
        assert (system["requests"], system["under_way"], system["allowed"]) == (111, 2, 4)
        assert [(one["there"], one["machine"] is None) for one in seen["processes"]] == [
            (True, False), (False, True), (True, False),
        ]  # fmt: skip

    asks(two, 1)
    bench.tells(two, second, ended=True)
    bench.leaves(first)
    bench.leaves(second)
    for _ in range(3):
        assert requests_of(bench.seen_inside()) == requests_of(bench.seen_from_afar()) == 112
        bench.tells(bench.lead)
    assert bench.rows() == 1  # theirs are in that of who leads
    bench.workers.close()
    assert requests_of(bench.seen_inside()) == requests_of(bench.seen_from_afar()) == 112


def test_a_worker_that_is_given_up_tells_nothing_more(bench: Bench) -> None:
    row = InTheLedger(bench.writer, bench.run, 5, still=lambda: False)
    row(process())
    bench.writer.flush()
    assert bench.rows() == 0
