"""A target in memory with scripted misbehaviour, and an engine that writes to it."""

from __future__ import annotations

import contextlib
import io
import threading
from pathlib import Path
from typing import Any, Iterator, Optional, Sequence

import pytest
from sqlalchemy import select

from j2o_core.engine.context import Engine, Waits
from j2o_core.engine.dispatch import Dispatcher
from j2o_core.engine.resolve import Resolver
from j2o_core.hooks.protocols import Loader
from j2o_core.ledger import effects, plan_rows, tables
from j2o_core.ledger.effects import Effects, Planned
from j2o_core.ledger.items import Items
from j2o_core.ledger.store import open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.model.effect import Answer, Effect, EffectClass, Found, Phase
from tests.ledgers import begin_run


class MemoryTarget:
    """Rows by id, and what to do at the n-th write: a function that may raise before or after it is applied."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.files: dict[str, Optional[str]] = {}
        self.calls: list[str] = []
        self.before: dict[int, Exception] = {}
        self.after: dict[int, Exception] = {}
        self.writes = 0
        self.guard = threading.RLock()

    def write(self, what: str, change: Any) -> Any:
        with self.guard:
            self.writes += 1
            number = self.writes
            self.calls.append(what)
            if number in self.before:
                raise self.before[number]
            result = change()
            if number in self.after:
                raise self.after[number]
            return result


class Things(Loader):
    """Marked items."""

    name = "memory.things"
    effect_class = EffectClass.MARKED
    phase = Phase.WORK_PACKAGES

    def keys(self, effect: Effect) -> Sequence[str]:
        return ()

    def scan(self, scopes: Sequence[str]) -> Iterator[Found]:
        for identifier, row in self.client.rows.items():
            yield Found(identifier, mark=row["mark"], version=str(row["version"]), image=dict(row["image"]))

    def find(self, effect: Effect) -> Sequence[Found]:
        return [found for found in self.scan([]) if found.mark == effect.origin.id]

    def create(self, effect: Effect) -> Answer:
        def change() -> Answer:
            identifier = str(len(self.client.rows) + 1)
            image = dict(self.image(effect))
            self.client.rows[identifier] = {"mark": effect.origin.id, "version": 0, "image": image}
            for claim in effect.claims:
                self.client.files[claim.id] = identifier
            return Answer(identifier, "0", image, claimed=tuple(claim.id for claim in effect.claims))

        return self.client.write(f"create {effect.key}", change)

    def update(self, effect: Effect, current: Found) -> Answer:
        def change() -> Answer:
            row = self.client.rows[current.id]
            row["image"].update({name: self.image(effect)[name] for name in effect.fields or ()})
            row["version"] += 1
            return Answer(current.id, str(row["version"]), dict(row["image"]))

        return self.client.write(f"update {effect.key}", change)

    def read(self, identifier: str, parent: str = "") -> Found:
        row = self.client.rows[identifier]
        return Found(identifier, mark=row["mark"], version=str(row["version"]), image=dict(row["image"]))

    def delete(self, identifier: str, parent: str = "") -> None:
        self.client.rows.pop(identifier, None)

    def image(self, effect: Effect) -> dict[str, Any]:
        return {name: getattr(value, "id", value) for name, value in effect.payload.items()}


class NaturalThings(Things):
    name = "memory.natural"
    effect_class = EffectClass.NATURAL


class RepeatableThings(Things):
    name = "memory.repeatable"
    effect_class = EffectClass.REPEATABLE


class Files(Things):
    """Files that are claimed by the create of a thing."""

    name = "memory.files"
    phase = Phase.ATTENDANCE
    claimed_by = "things"

    def find(self, effect: Effect) -> Sequence[Found]:
        return [
            Found(identifier)
            for identifier, owner in self.client.files.items()
            if effect.parent is not None and owner == effect.parent.id and identifier.startswith(effect.origin.id)
        ]

    def upload(self, effect: Effect) -> Answer:
        assert effect.content is not None

        def change() -> Answer:
            with effect.content() as stream:
                assert stream.read() == b"bytes"
            identifier = f"{effect.origin.id}-{self.client.writes}"
            self.client.files[identifier] = None
            return Answer(identifier)

        return self.client.write(f"upload {effect.key}", change)

    def create(self, effect: Effect) -> Answer:
        def change() -> Answer:
            identifier = f"{effect.origin.id}-{self.client.writes}"
            self.client.files[identifier] = effect.parent.id
            return Answer(identifier)

        return self.client.write(f"attach {effect.key}", change)


class Silent:
    """An observer that only counts."""

    def __init__(self) -> None:
        self.ended: list[tuple[str, str]] = []

    def before(self, row: Any) -> None:
        pass

    def again(self, row: Any, outcome: Any, wait: float) -> None:
        pass

    def after(self, row: Any, outcome: str, detail: Any) -> None:
        self.ended.append((row.key, outcome))


class Bench:
    """An engine over a memory target, with helpers to plan and to look at the ledger."""

    def __init__(
        self, home: Path, loader: type[Loader] = Things, settle: float = 0.3, url: str = "sqlite:///ledger.db"
    ) -> None:
        self.home = home
        self.url = url
        self.target = MemoryTarget()
        self.loader = loader
        self.settle = settle
        self.observed = Silent()
        self.open()
        self.run = self.writer.submit(lambda connection: begin_run(connection, "memory")).id
        self.connect()

    def open(self) -> None:
        self.ledger = open_ledger(self.url, self.home)
        self.writer = Writer(self.ledger.engine)

    def connect(self, workers: int = 4, attempts: int = 4, **more: Any) -> Engine:
        items = Items(self.ledger.engine, 1, "acme")
        self.engine = Engine(
            run=self.run,
            source="acme",
            writer=self.writer,
            effects=Effects(self.ledger.engine, self.run),
            items=items,
            resolver=Resolver(items, lambda entity, alias: (alias, alias)),
            loaders={
                "things": self.loader(self.target, "acme", "things", {}),
                "files": Files(self.target, "acme", "files", {}),
            },
            openers={"files": lambda row: contextlib.nullcontext(io.BytesIO(b"bytes"))},
            waits=Waits(attempts, 0.001, 0.01, self.settle),
            workers=workers,
            batch_size=100,
            emit=lambda event: None,
            observe=self.observed,
            parent_outcome=lambda entity, origin: None,
            late_step={"files": 5},
            **more,
        )
        return self.engine

    def plan(self, *planned: Planned) -> None:
        self.writer.submit(lambda connection: plan_rows.enter(connection, self.run, planned))

    def things(self, count: int, **more: Any) -> None:
        self.plan(*(thing(number, **more) for number in range(1, count + 1)))

    def go(self, step: int = 0) -> None:
        Dispatcher(self.engine).run(step)
        self.writer.flush()

    def states(self) -> dict[str, str]:
        with self.ledger.engine.connect() as connection:
            rows = connection.execute(select(tables.effect.c.key, tables.effect.c.state))
            return {row[0]: row[1] for row in rows}

    def listed(self) -> dict[str, str]:
        with self.ledger.engine.connect() as connection:
            rows = connection.execute(select(tables.listed.c.key, tables.listed.c.message))
            return {row[0]: row[1] for row in rows}

    def marks(self) -> list[str]:
        return sorted(row["mark"] for row in self.target.rows.values())

    def die(self) -> None:
        """The process is gone: nothing that was not durable is left."""
        self.writer.close()
        self.ledger.close()
        self.open()
        self.connect()

    def close(self) -> None:
        self.writer.close()
        self.ledger.close()


def thing(number: int, kind: str = effects.CREATE, entity: str = "things", **more: Any) -> Planned:
    values: dict[str, Any] = {"payload": {"name": f"thing {number}"}, "step": 0, "lane": str(number), **more}
    return Planned(
        entity=entity,
        origin=str(number),
        key=f"{entity[0].upper()}-{number}",
        kind=kind,
        effect_class="marked",
        **values,
    )


@pytest.fixture
def bench(tmp_path: Path, ledger_url: str) -> Iterator[Bench]:
    made = Bench(tmp_path, url=ledger_url)
    yield made
    made.close()
