"""A ledger in a home folder, filled by hand, and a dashboard that serves it over HTTP."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Sequence

from sqlalchemy import Connection, insert, update

from j2o_core.dashboard.app import create_app
from j2o_core.dashboard.ledgers import Ledgers
from j2o_core.dashboard.serving import Beside, bound, url_of
from j2o_core.ledger import effects, listing, plan_rows, runs, sending, tables
from j2o_core.ledger.effect_rows import Ended, Planned
from j2o_core.ledger.items import CREATED
from j2o_core.ledger.listing import FAILED, SKIPPED, Listed
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.model.problem import WARNING, Problem

from .ledgers import begin_run

LEDGER = "sqlite:///ledger.db"
#: titles that a page must show as the text that they are
SCRIPT = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title='broken'\">"
BACKWARDS = "\u202eevil\u2066 ACME-3"
LONG = "word " * 2_500
NEXT = "Map it, then run again."


@dataclass(frozen=True)
class Filled:
    """A ledger with a run of six work packages: two done, one failed, one skipped, one sent, one planned."""

    home: Path
    ledger: Ledger
    run: str

    def end(self, *origins: str) -> None:
        """These work packages are done."""
        with self.ledger.engine.begin() as connection:
            end(connection, self.run, origins)

    def change(self, **values: Any) -> None:
        """Change what the ledger says of the run."""
        with self.ledger.engine.begin() as connection:
            runs.change(connection, self.run, **values)


@contextlib.contextmanager
def filled(home: Path, url: str = LEDGER, spec: str = "acme") -> Iterator[Filled]:
    """Such a ledger, open and held as by a process that carries the run out."""
    ledger = open_ledger(url, home)
    try:
        ledger.lock()
        with ledger.engine.begin() as connection:
            run = begin_run(connection, spec=spec, asked={"spec": "acme.yaml"}).id
            fill(connection, run)
        yield Filled(home, ledger, run)
    finally:
        ledger.close()


def fill(connection: Connection, run: str) -> None:
    """Plan six work packages and end four."""
    keys = ("ACME-1", SCRIPT, BACKWARDS, LONG, "ACME-5", "ACME-6")
    planned = [
        Planned(1, "work_packages", str(number), key, effects.CREATE, "guarded", {"subject": key}, lane=str(number))
        for number, key in enumerate(keys, 1)
        if number not in (3, 4)
    ]
    plan_rows.enter(connection, run, planned)
    listing.put(
        connection,
        run,
        [
            Listed("work_packages", "3", BACKWARDS, SKIPPED, "J2O-M111", f"restricted to {SCRIPT}", "acme.yaml:3:5"),
            Listed("work_packages", "4", LONG, FAILED, "J2O-E001", LONG, "acme.yaml:9:5", "validation", "req-77", LONG),
        ],
    )
    problem = Problem("J2O-E020", SCRIPT, WARNING, entity="work_packages")
    listing.put_problems(connection, run, "apply", [("1", problem)])
    end(connection, run, ["1", "2"])
    connection.execute(
        update(tables.effect)
        .where(tables.effect.c.run == run, tables.effect.c.origin == "5")
        .values(state=effects.SENT, sent=time.time(), attempts=1)
    )
    target = connection.execute(tables.run.select().where(tables.run.c.id == run)).mappings().one()["target"]
    connection.execute(
        insert(tables.item).values(
            target=target,
            source="acme",
            entity="work_packages",
            origin="1",
            key="ACME-1",
            item="41",
            display="ACME-1",
            owned=CREATED,
            record_digest="",
            mapping_digest="",
            fields="{}",
            image="{}",
            run=run,
        )
    )
    counts = json.dumps({"users": {"source": 3, "unchanged": 3}, "work_packages": {"source": 6, "unchanged": 0}})
    runs.change(connection, run, stage=runs.APPLY, entities=json.loads(counts))


def end(connection: Connection, run: str, origins: Sequence[str]) -> None:
    """Mark the creates of these origins as done."""
    rows = connection.execute(
        tables.effect.select().where(tables.effect.c.run == run, tables.effect.c.origin.in_(list(origins)))
    ).mappings()
    sending.end(connection, [Ended(row["id"], effects.DONE, 1, f"4{row['origin']}") for row in list(rows)])


@contextlib.contextmanager
def served(home: Path, url: str = LEDGER, port: int = 0) -> Iterator[str]:
    """The address of a dashboard over that ledger."""
    ledgers = Ledgers(home, lambda: [url], lambda: {"J2O-E001": NEXT})
    listening = bound("127.0.0.1", port)
    try:
        with Beside(create_app(ledgers), listening, linger=0.0):
            yield url_of(listening)
    finally:
        ledgers.close()
