"""The dashboard in a browser: a run is watched, a connection cut, and what could not be brought asked for again."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from j2o_core.ledger import runs
from tests.browser.showing import picture, shown, text, total
from tests.dashboards import LONG, Filled, filled, served
from tests.ledgers import begin_run

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("chromium")]

_NO_WEBSOCKETS = (
    "WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10); } close() {} };"
)
_KEEP_SOCKETS = (
    "window.sockets = []; const One = WebSocket;"
    "WebSocket = class extends One { constructor(...a) { super(...a); sockets.push(this); } };"
)


def test_a_run_is_watched_from_start_to_end(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url) as page:
        expect(page.locator("#link")).to_have_text("live")
        expect(page.locator("#standing")).to_contain_text("running (apply)")
        expect(page.locator("#share")).to_have_text("77.7 %")
        expect(page.locator("#ended")).to_have_text("7 of 9 items have ended")
        expect(page.locator("#stages [aria-current=step]")).to_have_text("Write")
        legend = text(page, "#legend").split("\n")
        wanted = ["2 created or updated", "3 unchanged", "1 skipped", "1 failed", "1 under way", "1 waiting"]
        assert legend == wanted
        assert total(page) == [9, 2, 0, 3, 1, 1, 2, 1]
        assert page.title() == "77 % running · acme · j2o"
        ledger.end("5")
        expect(page.locator("#share")).to_have_text("88.8 %", timeout=30_000)
        ledger.end("6")
        ledger.change(state=runs.FINISHED, stage=runs.DONE, exit_code=1, finished=time.time())
        expect(page.locator("#standing")).to_contain_text("finished, exit code 1", timeout=30_000)
        expect(page.locator("#share")).to_have_text("100.0 %")
        expect(page.locator("#spoken")).to_have_text(
            "acme: finished, exit code 1: with failures or findings, 100 % have ended"
        )
        expect(page.locator("#stages [aria-current=step]")).to_have_text("Done")
        expect(page.locator("#warnings")).to_contain_text("1 item has failed.")
        assert picture(page, "finished", whole=True).stat().st_size > 10_000


def test_a_page_catches_up_by_itself_after_the_connection_was_cut(chromium: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with filled(tmp_path) as ledger:
        with served(tmp_path) as url:
            port = urlsplit(url).port
            stack = contextlib.ExitStack()
            page = stack.enter_context(shown(chromium, url))
            expect(page.locator("#link")).to_have_text("live")
            page.evaluate("window.loaded = 'once'")
        expect(page.locator("#link")).to_contain_text("not connected since", timeout=15_000)
        picture(page, "not-connected")
        ledger.end("5")
        with served(tmp_path, port=port or 0):
            expect(page.locator("#share")).to_have_text("88.8 %", timeout=30_000)
            expect(page.locator("#link")).to_have_text("live", timeout=30_000)
            assert page.evaluate("window.loaded") == "once"
            stack.close()


def test_a_cut_socket_is_opened_again_and_misses_nothing(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    page = chromium.new_context().new_page()
    page.add_init_script(_KEEP_SOCKETS)
    page.goto(url)
    expect(page.locator("#link")).to_have_text("live")
    page.evaluate("sockets[0].close()")
    ledger.end("5")
    expect(page.locator("#share")).to_have_text("88.8 %", timeout=30_000)
    expect(page.locator("#link")).to_have_text("live", timeout=40_000)
    assert page.evaluate("sockets.length") == 2
    page.context.close()


def test_without_websockets_it_asks_again_and_again(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    page = chromium.new_context().new_page()
    page.add_init_script(_NO_WEBSOCKETS)
    page.goto(url)
    expect(page.locator("#link")).to_have_text("by asking every few seconds", timeout=30_000)
    ledger.end("5")
    expect(page.locator("#share")).to_have_text("88.8 %", timeout=30_000)
    page.context.close()


def test_what_was_not_brought_is_told_and_asked_for_again(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    page = chromium.new_context().new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    refused: list[str] = []

    def refuse_once(route: Any) -> None:
        if route.request.url in refused:
            route.continue_()
        else:
            refused.append(route.request.url)
            route.fulfill(status=503, json={"detail": "the ledger cannot be read at present"})

    for inside in ("causes", "problems", "pace"):
        page.route(f"**/api/**/{inside}*", refuse_once)
    page.goto(there[1])
    expect(page.locator("#link")).to_contain_text("cannot be read at present")
    expect(page.locator("#causes > li")).to_have_count(2, timeout=40_000)
    expect(page.locator("#problems > li")).to_have_count(1)
    expect(page.locator("#pace-text")).to_contain_text("items from")
    assert len(refused) == 3
    assert thrown == []
    page.context.close()


def test_an_interrupted_run_says_so_and_what_to_do(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    ledger.change(state="interrupted")
    with shown(chromium, url) as page:
        expect(page.locator("#standing")).to_contain_text("interrupted")
        expect(page.locator("#warnings li").first).to_contain_text("Press Resume")
        expect(page.locator("#warnings")).to_contain_text("1 item is in doubt")
        expect(page.locator("#legend li.sent")).to_have_text("1 in doubt")
        expect(page.locator("[data-order]:visible")).to_have_text(["Resume"])
        picture(page, "interrupted")


def test_before_the_first_run_it_says_what_to_do_and_then_shows_it(chromium: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with served(tmp_path) as url, shown(chromium, url, wait="#nothing") as page:
        expect(page.locator("#nothing")).to_contain_text("j2o run SPEC")
        expect(page.locator("#link")).to_have_text("waiting for a run")
        expect(page.locator("#of-run")).to_be_hidden()
        picture(page, "no-run")
        with filled(tmp_path):
            expect(page.locator("#share")).to_have_text("77.7 %", timeout=40_000)
            expect(page.locator("#nothing")).to_be_hidden()


def test_a_newer_run_is_offered_and_not_forced(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url) as page:
        ledger.change(state=runs.FINISHED, stage=runs.DONE, exit_code=1, finished=time.time())
        with ledger.ledger.engine.begin() as connection:
            begun = begin_run(connection, spec="acme").id
        expect(page.locator("#newer")).to_be_visible(timeout=40_000)
        assert page.locator("#runs").input_value() == ledger.run
        # What failed in the older one is no business of that one any more.
        expect(page.locator("#warnings")).to_contain_text("1 item has failed.")
        expect(page.locator("#warnings")).to_contain_text("A later run came after this one")
        expect(page.locator("[data-order=retry-failed]")).to_be_hidden()
        page.locator("#newer").click()
        assert page.locator("#runs").input_value() == begun
        expect(page.locator("#ended")).to_contain_text("Nothing is counted yet")
        expect(page.locator("#warnings")).to_contain_text("Nothing needs you.")
        expect(page.locator("#newer")).to_be_hidden()


def test_what_a_reader_has_opened_stays_open_while_the_page_is_renewed(
    chromium: Any, there: tuple[Filled, str]
) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    ledger.change(message=LONG)
    with shown(chromium, url) as page:
        page.locator("#message button").click()
        page.locator("#causes .failed dd button").first.click()
        page.locator("#causes .skipped summary").click()
        page.locator("#entities button").first.focus()
        ledger.end("5")
        expect(page.locator("#share")).to_have_text("88.8 %", timeout=30_000)
        expect(page.locator("#pace-text")).to_contain_text("3 items", timeout=40_000)
        for place in ("#message", "#causes"):
            assert len(text(page, place)) > len(LONG.strip())
        assert page.locator("#causes .skipped details[open], #causes details.skipped[open]").count() == 1
        assert page.evaluate("document.activeElement.textContent") == "users"
