"""The dashboard in a browser: watched, cut off, pressed, and fed with hostile titles."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlsplit

import pytest

from j2o_core.ledger import control, runs
from tests.dashboards import BACKWARDS, LONG, SCRIPT, Filled, filled, served

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("chromium")]

_NO_WEBSOCKETS = (
    "WebSocket = class { constructor() { setTimeout(() => this.onclose({ code: 1006 }), 10); } close() {} };"
)


@contextlib.contextmanager
def shown(chromium: Any, url: str, **context: Any) -> Iterator[Any]:
    """The page, which must say nothing on the console that is an error."""
    page = chromium.new_context(**context).new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(url)
    page.locator("#entities tr").first.wait_for()
    yield page
    page.context.close()
    # A server that is away is no error of the page.
    assert [error for error in errors if "WebSocket" not in error and "ERR_CONNECTION" not in error] == []


@pytest.fixture()
def there(tmp_path: Path) -> Iterator[tuple[Filled, str]]:
    with filled(tmp_path) as ledger, served(tmp_path) as url:
        yield ledger, url


def text(page: Any, selector: str) -> str:
    return str(page.locator(selector).inner_text())


def test_a_run_is_watched_from_start_to_end(chromium: Any, there: tuple[Filled, str], tmp_path: Path) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url) as page:
        expect(page.locator("#link")).to_have_text("live")
        expect(page.locator("#standing")).to_contain_text("running (apply)")
        expect(page.locator("#share")).to_have_text("77.7 %")
        expect(page.locator("#stages [aria-current=step]")).to_have_text("Write")
        ledger.end("5")
        expect(page.locator("#share")).to_have_text("88.8 %", timeout=10_000)
        ledger.end("6")
        ledger.change(state=runs.FINISHED, stage=runs.DONE, exit_code=1, finished=time.time())
        expect(page.locator("#standing")).to_contain_text("finished, exit code 1", timeout=10_000)
        expect(page.locator("#share")).to_have_text("100.0 %")
        expect(page.locator("#totals")).to_contain_text("total")
        page.screenshot(path=str(tmp_path / "finished.png"), full_page=True)
        assert (tmp_path / "finished.png").stat().st_size > 10_000


def test_a_page_catches_up_by_itself_after_the_connection_was_cut(chromium: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    with filled(tmp_path) as ledger:
        with served(tmp_path) as url:
            port = urlsplit(url).port
            stack = contextlib.ExitStack()
            page = stack.enter_context(shown(chromium, url))
            expect(page.locator("#link")).to_have_text("live")
        expect(page.locator("#link")).to_contain_text("not connected", timeout=15_000)
        ledger.end("5")
        with served(tmp_path, port=port or 0):
            expect(page.locator("#share")).to_have_text("88.8 %", timeout=30_000)
            expect(page.locator("#link")).to_have_text("live", timeout=30_000)
            stack.close()


def test_without_websockets_it_asks_again_and_again(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    page = chromium.new_context().new_page()
    page.add_init_script(_NO_WEBSOCKETS)
    page.goto(url)
    expect(page.locator("#link")).to_have_text("by asking every few seconds", timeout=10_000)
    ledger.end("5")
    expect(page.locator("#share")).to_have_text("88.8 %", timeout=10_000)
    page.context.close()


def test_hostile_titles_stay_text(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    with shown(chromium, there[1]) as page:
        page.locator("#search [name=state]").select_option("done")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#items tr")).to_have_count(2)
        assert SCRIPT in text(page, "#items")
        page.locator("#items button", has_text="<script>").click()
        expect(page.locator("#story-heading")).to_contain_text("<script>")
        page.get_by_role("button", name="Close").click()
        for state, title in (("skipped", BACKWARDS), ("failed", "word word")):
            page.locator("#search [name=state]").select_option(state)
            page.get_by_role("button", name="Search").click()
            expect(page.locator("#items tr")).to_have_count(1)
            expect(page.locator("#items")).to_contain_text(title)
        page.locator("#items td").last.get_by_role("button", name=re.compile("all .* characters")).click()
        assert len(text(page, "#items td:last-child")) >= len(LONG.strip())
        assert page.title() == "running · acme · j2o"
        assert page.locator("#content script").count() == 0
        assert page.locator("#content img").count() == 0
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1]


def test_every_order_is_asked_for_and_told(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    stop, taken = threading.Event(), []

    def carry_out() -> None:
        while not stop.wait(0.05):
            with ledger.ledger.engine.begin() as connection:
                for request in control.pending(connection, ledger.run):
                    control.take(connection, ledger.run, request)
                    taken.append((request.command, request.argument))

    worker = threading.Thread(target=carry_out)
    worker.start()
    try:
        with shown(chromium, url) as page:
            page.locator("[data-order=pause]").click()
            page.get_by_role("button", name="Leave it").click()
            assert taken == []
            for command in ("pause", "continue", "throttle", "stop"):
                expect(page.locator(f"[data-order={command}]")).to_be_enabled(timeout=10_000)
                page.locator(f"[data-order={command}]").click()
                if command == "throttle":
                    page.locator("#sure-number input").fill("7")
                page.locator("#sure-yes").click()
                expect(page.locator("#answer")).to_contain_text(f"{command} taken", timeout=10_000)
            for command in ("resume", "retry-failed"):
                expect(page.locator(f"[data-order={command}]")).to_be_disabled()
    finally:
        stop.set()
        worker.join()
    assert taken == [("pause", ""), ("continue", ""), ("throttle", "7"), ("stop", "")]


def test_causes_are_narrowed_and_runs_stand_side_by_side(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url) as page:
        expect(page.locator("#causes li")).to_have_count(2)
        page.locator("#narrow").fill("restricted")
        expect(page.locator("#causes li")).to_have_count(1)
        page.locator("#other").select_option(ledger.run)
        expect(page.locator("#compared")).to_contain_text("2 / 2")
        with page.expect_download() as download:
            page.get_by_role("link", name="Report, CSV").click()
        assert download.value.suggested_filename == f"{ledger.run}.csv"


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
        page.route(f"**/{inside}*", refuse_once)
    page.goto(there[1])
    expect(page.locator("#link")).to_contain_text("cannot be read at present")
    expect(page.locator("#causes li")).to_have_count(2, timeout=20_000)
    expect(page.locator("#problems li")).to_have_count(1)
    expect(page.locator("#pace-text")).to_contain_text("items since")
    assert len(refused) == 3
    assert thrown == []
    page.context.close()


def test_more_goes_on_with_what_was_searched_and_shows_nothing_twice(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(urlsplit(route.request.url).query)
        number = len(asked)
        item = {"entity": "users", "origin": str(number), "key": f"user {number}", "kind": "create", "state": "done"}
        route.fulfill(json={"items": [item], "after": 7 if number == 1 else None})

    page = chromium.new_context().new_page()
    page.route("**/items?*", answer)
    page.goto(there[1])
    expect(page.locator("#items tr")).to_have_count(1)
    page.locator("#search [name=state]").select_option("done")
    page.evaluate("for (const _ of [1, 2]) document.getElementById('more').click()")
    expect(page.locator("#found")).to_contain_text("that is all")
    assert page.locator("#items button").all_inner_texts() == ["user 1", "user 2"]
    assert asked == ["state=failed&after=0&limit=100", "state=failed&after=7&limit=100"]
    page.context.close()


def test_what_a_reader_has_opened_stays_open_while_the_page_is_renewed(
    chromium: Any, there: tuple[Filled, str]
) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    ledger.change(message=LONG)
    with shown(chromium, url) as page:
        for place in ("#message", "#causes"):
            page.locator(place).get_by_role("button", name=re.compile("all .* characters")).first.click()
        ledger.end("5")
        expect(page.locator("#share")).to_have_text("88.8 %", timeout=10_000)
        expect(page.locator("#pace-text")).to_contain_text("3 items", timeout=20_000)
        for place in ("#message", "#causes"):
            assert len(text(page, place)) > len(LONG.strip())


def test_entities_that_a_run_comes_to_later_can_be_searched(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url) as page:
        entity = page.locator("#search [name=entity]")
        expect(entity.locator("option")).to_have_text(["all", "users", "work_packages"])
        entity.select_option("users")
        ledger.change(entities={name: {"source": 1, "unchanged": 1} for name in ("users", "projects")})
        expect(entity.locator("option")).to_contain_text(["projects"], timeout=10_000)
        assert entity.input_value() == "users"


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 390)])
def test_everybody_can_read_and_use_it(chromium: Any, there: tuple[Filled, str], scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}, "bypass_csp": True}
    with shown(chromium, there[1], **context) as page:
        found = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.locator("[data-order=pause]").focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.getElementById('sure').open")
        page.keyboard.press("Escape")
        assert not page.evaluate("document.getElementById('sure').open")


def test_the_description_of_the_api_is_shown_offline(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{there[1]}/docs")
    expect(page.locator("#swagger-ui")).to_contain_text("How a run stands", timeout=15_000)
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(there[1]).netloc}
    page.close()
