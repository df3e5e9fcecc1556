"""The dashboard shows the ledgers that are there now, and keeps no connection to others."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from j2o_core.cli.ledgers import ledger_urls
from j2o_core.dashboard import kept
from j2o_core.dashboard.ledgers import Ledgers
from j2o_core.pipeline.health import readyz
from tests.dashboards import filled


@pytest.fixture()
def ledgers(tmp_path: Path, monkeypatch: Any) -> Any:
    monkeypatch.setattr(kept, "LEAST", 0.0)
    monkeypatch.setattr(kept, "SHARE", 1e9)
    found = Ledgers(tmp_path, lambda: ledger_urls(tmp_path, None), dict)
    yield found
    found.close()


def test_a_ledger_in_the_place_of_another_is_shown_and_the_other_is_let_go(ledgers: Ledgers, tmp_path: Path) -> None:
    with filled(tmp_path) as first:
        assert [run["run"] for run in ledgers.runs()] == [first.run]
        shown, _ = ledgers.ledger_of("last")
    for path in tmp_path.glob("ledger.db*"):
        path.rename(tmp_path / f"aside-{path.name}.old")
    with filled(tmp_path) as second:
        assert [run["run"] for run in ledgers.runs()] == [second.run]
        assert shown.engine.pool.checkedin() == 0  # type: ignore[attr-defined]


def test_as_long_as_an_answer_is_kept_it_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LEAST", 1e9)
    found = Ledgers(tmp_path, lambda: ledger_urls(tmp_path, None), dict)
    with filled(tmp_path), contextlib.closing(found):
        assert found.causes("last") is found.causes("last")
        assert found.problems("last", 5) is found.problems("last", 5) is not found.problems("last", 4)
        assert [cause["class"] for cause in json.loads(found.causes("last"))]
        assert json.loads(found.problems("last", 1))["more"] is False


def test_a_run_with_something_in_doubt_ends_when_that_may_be_sent_again(
    ledgers: Ledgers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubtful = {"state": "now", "in_doubt": 0}
    monkeypatch.setattr(Ledgers, "_figures", lambda *_: doubtful)
    with filled(tmp_path) as there:
        assert ledgers.overview("last")["estimate"]["likely"] is None
        there.end("6")
        before = ledgers.overview("last")["estimate"]["likely"]
        doubtful["in_doubt"] = 1
        after = ledgers.overview("last")["estimate"]
    assert before < 100 < after["least"] <= after["likely"] <= 180, "what is stated where the spec states nothing"


def test_a_ledger_that_is_gone_is_shown_no_more(ledgers: Ledgers, tmp_path: Path) -> None:
    with filled(tmp_path, "sqlite:///other.db") as other:
        with filled(tmp_path) as gone:
            assert {run["run"] for run in ledgers.runs()} == {other.run, gone.run}
            shown, _ = ledgers.ledger_of(gone.run)
        for path in tmp_path.glob("ledger.db*"):
            path.unlink()
        assert [run["run"] for run in ledgers.runs()] == [other.run]
        assert shown.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
        assert not (tmp_path / "ledger.db").exists()


def test_a_dashboard_elsewhere_is_not_ready_while_a_run_that_goes_on_gets_no_answers(
    ledgers: Ledgers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = [{"connection": "jira", "breaker": "closed"}, {"connection": "openproject", "breaker": "open"}]
    told = {"state": "now", "systems": systems}
    monkeypatch.setattr(Ledgers, "_figures", lambda *_: told)
    with filled(tmp_path):
        status, document = readyz(ledgers.lines())
        assert status == 503
        assert document["reasons"] == ["openproject: does not answer: the circuit breaker is open"]
        systems[1]["breaker"] = "closed"
        assert readyz(ledgers.lines())[0] == 200
        systems[1]["breaker"] = "open"
        told["state"] = "gone"  # what a dead process told last says nothing of now
        assert readyz(ledgers.lines())[0] == 200
