"""What the processes of a run told the ledger, as the page of another process shows it: with its age, never as now."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from j2o_core.ledger import tables
from j2o_core.ledger import told as ledger_of
from j2o_core.observe.metrics import families
from j2o_core.observe.metrics.plain import plain
from j2o_core.observe.metrics.samples import Sample
from j2o_core.pipeline.telling import OLD
from tests.browser.showing import shown
from tests.dashboards import Filled, filled, served

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("chromium")]


def tells(filled: Filled, requests: int, worker: int = ledger_of.LEADS) -> None:
    """A process of the run tells so many requests, a memory, and what it warns of."""
    samples = [
        Sample(families.RUN, (filled.run, "acme", ""), 1),
        Sample(families.CONNECTION, ("jira", "jira.example:443"), 1),
        Sample(families.REQUESTS, ("jira", "GET", "200"), requests),
        Sample(families.MEMORY, ("lead",), 123_000_000),
    ]
    figures = json.dumps({**plain(samples), "warnings": [{"text": "near <b>the limit", "at": 1.0, "times": 2}]})
    with filled.ledger.engine.begin() as connection:
        ledger_of.put(connection, filled.run, figures, worker=worker)


def test_figures_of_another_process_are_shown_with_their_age_and_the_end_of_it(chromium: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with filled(tmp_path) as ledger, served(tmp_path) as url:
        tells(ledger, 40)
        with shown(chromium, url) as page:
            expect(page.locator("#systems")).to_contain_text("jira.example:443")
            expect(page.locator("#systems td").first).to_have_text("40")
            expect(page.locator("#figures-age")).to_be_empty()
            expect(page.locator("#said-newest")).to_have_text("near <b>the limit")
            expect(page.locator("#processes-part")).to_be_hidden()
            about = {"token": "t", "name": "w", "host": "h", "pid": 7, "deadline": 0.0, "sequence": 0, "seen": 0}
            with ledger.ledger.engine.begin() as connection:
                connection.execute(insert(tables.worker).values(id=3, run=ledger.run, report="{}", **about))
            tells(ledger, 2, worker=3)
            expect(page.locator("#systems td").first).to_have_text("42", timeout=10_000)
            expect(page.locator("#processes tr")).to_have_count(2)
            expect(page.locator("#processes")).to_contain_text("worker-3")
            with ledger.ledger.engine.begin() as connection:
                row = tables.told.c
                connection.execute(update(tables.told).values(moment=row.moment - OLD - 100))
            expect(page.locator("#figures-age")).to_contain_text("Nothing new was told for 2 min", timeout=10_000)
            expect(page.locator("#said")).to_be_hidden()
            expect(page.locator("#warnings")).to_contain_text("Its process has told nothing")
    lock = tmp_path / "ledger.db.lock"
    lock.write_text(lock.read_text("utf-8").replace(f'"pid": {os.getpid()}', '"pid": 999999'), encoding="utf-8")
    with served(tmp_path) as url, shown(chromium, url) as page:
        expect(page.locator("#figures-age")).to_contain_text("The process is dead")
