"""The dashboard in a browser: what a run may be told."""

from __future__ import annotations

import contextlib
import threading
from typing import Any, Iterator, List, Tuple

import pytest
from sqlalchemy import select

from j2o_core.ledger import control, tables
from tests.browser.showing import picture, shown
from tests.dashboards import Filled

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("chromium")]


@contextlib.contextmanager
def carried_out(ledger: Filled) -> Iterator[List[Tuple[str, str]]]:
    """What a run does that goes: it takes what it is told."""
    stop = threading.Event()
    taken: List[Tuple[str, str]] = []

    def carry_out() -> None:
        while not stop.wait(0.05):
            with ledger.ledger.engine.begin() as connection:
                for request in control.pending(connection, ledger.run):
                    control.take(connection, ledger.run, request)
                    taken.append((request.command, request.argument))

    worker = threading.Thread(target=carry_out)
    worker.start()
    try:
        yield taken
    finally:
        stop.set()
        worker.join()


def test_every_order_is_asked_for_told_and_stands_in_the_ledger(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with carried_out(ledger) as taken, shown(chromium, url) as page:
        for leave in ("#sure-no", "Escape"):
            page.locator("[data-order=stop]").click()
            picture(page, "stop-asked")
            page.keyboard.press(leave) if leave == "Escape" else page.locator(leave).click()
            expect(page.locator("#sure")).to_be_hidden()
            assert page.evaluate("document.activeElement.dataset.order") == "stop"
        assert taken == []
        for command, warned in (("pause", "Paused"), ("continue", ""), ("throttle", "Throttled to 7"), ("stop", "")):
            expect(page.locator(f"[data-order={command}]")).to_be_enabled(timeout=30_000)
            page.locator(f"[data-order={command}]").click()
            if command == "throttle":
                page.locator("#sure-number input").fill("7")
                page.keyboard.press("Enter")
            else:
                page.locator("#sure-yes").click()
            expect(page.locator("#answer")).to_have_text(f"{command} taken; it stands in the ledger.", timeout=30_000)
            if warned:
                expect(page.locator("#warnings")).to_contain_text(warned, timeout=30_000)
        for command in ("resume", "retry-failed"):
            expect(page.locator(f"[data-order={command}]")).to_be_hidden()
    assert taken == [("pause", ""), ("continue", ""), ("throttle", "7"), ("stop", "")]
    with ledger.ledger.engine.connect() as connection:
        rows = connection.execute(select(tables.audit).order_by(tables.audit.c.id)).mappings().all()
    noted = [(row["action"], row["actor"]) for row in rows if str(row["action"]).startswith("control")]
    assert [action for action, _ in noted] == ["control pause", "control continue", "control throttle", "control stop"]
    assert all(actor for _, actor in noted)


def test_a_throttle_to_nothing_is_not_sent(chromium: Any, there: tuple[Filled, str]) -> None:
    ledger, url = there
    with carried_out(ledger) as taken, shown(chromium, url) as page:
        page.locator("[data-order=throttle]").click()
        page.locator("#sure-number input").fill("0")
        page.locator("#sure-yes").click()
        assert page.evaluate("document.getElementById('sure').open")
        page.keyboard.press("Escape")
    assert taken == []


def test_an_order_that_is_refused_says_why(chromium: Any, there: tuple[Filled, str], monkeypatch: Any) -> None:
    from playwright.sync_api import expect

    monkeypatch.setattr("j2o_core.dashboard.acting.WAIT", 0.2)
    page = chromium.new_context().new_page()
    page.goto(there[1])
    page.locator("[data-order=pause]").click()
    page.locator("#sure-yes").click()
    expect(page.locator("#answer")).to_contain_text("Refused: run")
    expect(page.locator("#answer")).to_contain_text("was withdrawn")
    page.context.close()
