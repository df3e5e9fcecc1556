from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from j2o_core.pipeline import late


def test_a_text_that_is_planned_already_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch):
    """Of a first run all texts that named what came later stand in both lists: mapping each twice held everybody up."""
    asked: list[Any] = []
    monkeypatch.setattr(late, "_of_this_run", lambda *_: iter([SimpleNamespace(origin="1")]))
    monkeypatch.setattr(late.open_references, "stream", lambda *_: iter([("1", ["one"]), ("2", ["two"])]))
    monkeypatch.setattr(late, "_leads_somewhere", lambda _, named: asked.append(named))
    engine: Any = SimpleNamespace(items=None, writer=SimpleNamespace(submit=lambda change: None))
    wiring: Any = SimpleNamespace(derivations={})
    late.plan_late(wiring, engine, SimpleNamespace(), SimpleNamespace(entity="things", number=1))  # type: ignore[arg-type]
    assert asked == [["two"]]
