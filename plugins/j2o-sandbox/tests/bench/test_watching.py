"""What a dashboard costs: what is asked as a page asks it, and what is compared with what."""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Dict, Iterator, List, Optional

import pytest

from j2o_core.api import Fatal
from j2o_sandbox.bench import measurements, watching
from j2o_sandbox.bench.filled import filled_ledger
from j2o_sandbox.bench.page import Dashboard, Paint, dashboard
from j2o_sandbox.bench.pumping import Applied
from j2o_sandbox.bench.setting import Setting
from j2o_sandbox.bench.watching import Shown, Watched, shown, watched

PAGES = {
    "/": '<link rel="stylesheet" href="/static/a.css"><script type="module" src="/static/a.js"></script>',
    "/static/a.css": "",
    "/static/a.js": 'import { b } from "./b.js";',
    "/static/b.js": 'import { c } from "./b.js"; get("/static/no.js");',
    "/api/v1/runs": '[{"run": "r2"}, {"run": "r1"}]',
    "/api/v1/runs/last": "{}",
    **{f"/api/v1/runs/last/{name}": "[]" for name in ("pace", "causes", "problems", "items")},
}


@contextlib.contextmanager
def stub(pages: Dict[str, str], asked: List[str]) -> Iterator[Dashboard]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            content = pages.get(path, "not there").encode()
            self.send_response(200 if path in pages else 404)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Dashboard(f"http://127.0.0.1:{server.server_port}", 1)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_page_is_opened_with_all_that_it_names_and_all_that_it_shows() -> None:
    asked: List[str] = []
    with stub(PAGES, asked) as page:
        paint = page.paint()
        assert page.runs() == ["r2", "r1"]
        assert page.drain("/") == len(PAGES["/"])
    assert sorted(asked) == sorted([*PAGES, "/api/v1/runs", "/"]), "each once"
    assert 0 < paint.page < paint.counts < paint.all


def test_an_answer_that_is_none_ends_the_measurement() -> None:
    with stub({"/": ""}, []) as page, pytest.raises(Fatal, match="404 to /api/v1/runs"):
        page.paint()


def test_the_rate_under_watch_is_compared_with_the_rate_alone_in_turns() -> None:
    def pair(alone: float, under_watch: float) -> tuple[Applied, Applied]:
        return Applied(int(alone), 1.0, 0.5), Applied(int(under_watch), 1.0, 0.5)

    found = Watched([pair(100, 50), pair(90, 90), pair(100, 200)], [0.03, 0.5, 0.04])
    assert found.rate == pytest.approx(1.0) and found.error == pytest.approx(math.log(2) / math.sqrt(3))
    assert str(found) == (
        "100 writes a second alone, 90 under watch, in the middle of 3 pairs (the ratio is uncertain by 40.0%); the "
        "dashboard used 4% of a core"
    )
    assert Watched([pair(100, 98)], [0.03]).error == math.inf


@pytest.mark.parametrize(("rates", "pairs"), [([1.0] * 40, 6), ([1.0, 1.0, 1.0, 0.5] * 10, 12)])
def test_pairs_are_made_in_changing_order_until_their_ratio_is_known(
    rates: List[float], pairs: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    order: List[str] = []

    def run(setting: Setting, spec: str, ledger: Path, shares: Optional[List[float]] = None) -> Applied:
        order.append("alone" if shares is None else "watched")
        return Applied(1000, rates[len(order)], 0.5)

    monkeypatch.setattr(watching, "filled_ledger", lambda *_: tmp_path)
    monkeypatch.setattr(watching, "_run", run)
    assert len(watched(setting_in(tmp_path, times=3), 1000).pairs) == pairs
    assert order[:8] == ["alone", "watched", "watched", "alone", "alone", "watched", "watched", "alone"]


def test_a_machine_that_is_too_unsteady_makes_the_row_void(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rates = [(Applied(100, 1.0, 1.0), Applied(99, 1.0, 1.0)), (Applied(60, 1.0, 1.0), Applied(80, 1.0, 1.0))]
    monkeypatch.setattr(measurements, "watched", lambda setting, items: Watched(rates, [0.1]))
    (row,) = measurements._under_watch(setting_in(tmp_path), 10)
    assert row.value is None and "would be 1.149" in row.note


def test_rows_of_the_page_are_of_all_items_and_of_the_one_in_the_middle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    small = Shown(10, [Paint(0.1, 0.2, 0.3)], 100_000_000)
    large = Shown(100, [Paint(0.1, 0.2, seconds) for seconds in (0.9, 0.4, 0.5)], 110_000_000)
    monkeypatch.setattr(measurements, "shown", lambda setting, items: (small, large))
    paint, memory = measurements._dashboard(setting_in(tmp_path), 100)
    assert (paint.value, memory.value) == (0.5, 1.1)
    assert memory.note == "110 MB at 100 items, 100 MB at 10"


def setting_in(folder: Path, times: int = 1) -> Setting:
    return Setting("j2o:demo", folder, 2, 1, frozenset(), None, 4, times, lambda words: None)


@pytest.mark.long
def test_a_filled_ledger_is_counted_as_one_that_was_written_so(tmp_path: Path) -> None:
    setting = setting_in(tmp_path)
    path = filled_ledger(setting.write_spec(), tmp_path / "home", 5_000, 2, 1)
    with contextlib.closing(sqlite3.connect(path)) as ledger:
        (number,) = ledger.execute(
            "SELECT count(*) FROM effect WHERE kind IN ('create', 'update', 'upload')"
        ).fetchone()
    assert number >= 5_000
    with dashboard(path) as page:
        found = json.loads(page.get("/api/v1/runs/last"))
        projects = json.loads(page.get("/api/v1/runs/last/projects?entity=comments"))
    assert found["adds_up"] and found["run"]["state"] == "stopped"
    assert 0 < found["totals"]["left"] < found["totals"]["created"]
    assert sum(one["source"] for one in projects) == found["entities"]["comments"]["source"]
    assert [one["project"] for one in projects] == ["OPS", "SHOP"]


@pytest.mark.long
def test_a_dashboard_is_shown_and_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "WRITTEN", 40)
    small, large = shown(setting_in(tmp_path), 2_000)
    assert small.items == 200 and 0 < large.paint.page < large.paint.counts <= large.paint.all
    assert 0.5 < large.memory / small.memory < 2
    assert watched(setting_in(tmp_path), 1_000).rate > 0
