from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator

import pytest
from sqlalchemy import select, update

from j2o_core.ledger import plan_rows, tables
from j2o_core.ledger.effects import CREATE, DONE, PLANNED, SENT, SHAPE, UPLOAD, Effects, Planned
from j2o_core.ledger.store import Ledger, open_ledger
from j2o_core.ledger.writer import Writer
from j2o_core.pipeline import late
from tests.ledgers import begin_run


def test_a_text_that_is_planned_already_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch):
    """Of a first run all texts that named what came later stand in both lists: mapping each twice held everybody up."""
    asked: list[Any] = []
    monkeypatch.setattr(late.late_effects, "begun", lambda *_: False)
    row = SimpleNamespace(**{**dict.fromkeys(Planned.__dataclass_fields__, ""), "fields": {}})
    row.origin = "1"
    monkeypatch.setattr(late.late_effects, "stream", lambda *_: iter([(row, [])]))
    monkeypatch.setattr(late.open_references, "stream", lambda *_: iter([("1", ["one"]), ("2", ["two"])]))
    monkeypatch.setattr(late, "_leads_somewhere", lambda _, named: asked.append(named))
    writer = SimpleNamespace(submit=lambda change: None)
    engine: Any = SimpleNamespace(items=None, effects=None, writer=writer, run="r")
    late.plan_late(WIRING, engine, SimpleNamespace(), LATE)  # type: ignore[arg-type]
    assert asked == [["two"]]


WIRING: Any = SimpleNamespace(derivations={}, steps=[SimpleNamespace(entity="things", kind="write", number=0)])
LATE: Any = SimpleNamespace(entity="things", kind="late", number=1)


@pytest.fixture
def ledger(ledger_url: str, tmp_path: Path) -> Iterator[Ledger]:
    made = open_ledger(ledger_url, tmp_path)
    yield made
    made.close()


class Dying:
    """A writer whose process dies before the third change."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._left = 2

    def submit(self, change: Any) -> Any:
        if not self._left:
            raise KeyboardInterrupt
        self._left -= 1
        return self._writer.submit(change)


def test_a_run_that_died_while_it_planned_texts_plans_them_all_when_it_goes_on_and_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(late, "_CHUNK", 2)
    monkeypatch.setattr(late, "_of_earlier_runs", lambda *_: iter(()))
    effect = tables.effect.c
    created = [Planned(0, "things", str(n), f"K-{n}", CREATE, "marked", {"text": n}) for n in range(6)]
    with ledger.engine.begin() as connection:
        run = begin_run(connection).id
        plan_rows.enter(connection, run, [*created, Planned(1, "things", "file", "K-1", UPLOAD, "marked", {})])
        named = (effect.step == 0, effect.origin != "5")
        connection.execute(update(tables.effect).where(*named).values(late='["text"]', state=DONE))

    def plan(writer: Any) -> None:
        engine: Any = SimpleNamespace(effects=Effects(ledger.engine, run), items=None, writer=writer, run=run)
        late.plan_late(WIRING, engine, SimpleNamespace(), LATE)  # type: ignore[arg-type]

    def standing() -> list[tuple[str, str]]:
        with ledger.engine.connect() as connection:
            rows = connection.execute(
                select(effect.kind, effect.origin).where(effect.step == 1).order_by(effect.origin)
            )
            return [(row.kind, row.origin) for row in rows]

    writer = Writer(ledger.engine)
    try:
        with pytest.raises(KeyboardInterrupt):
            plan(Dying(writer))
        assert len(standing()) == 3
        plan(writer)
        everything = [*((SHAPE, str(n)) for n in range(5)), (UPLOAD, "file")]
        assert standing() == everything
        with ledger.engine.begin() as connection:
            sent = (effect.step == 1, effect.origin == "3")
            connection.execute(update(tables.effect).where(*sent).values(state=SENT))
        plan(writer)
        assert standing() == everything
        with ledger.engine.connect() as connection:
            left = select(effect.id).where(effect.step == 1, effect.kind == SHAPE, effect.state == PLANNED)
            assert len(connection.execute(left).all()) == 4
    finally:
        writer.close()
