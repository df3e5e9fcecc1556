"""The dashboard in a browser: read by everybody, with keys alone, on a phone, on paper, without the internet."""

from __future__ import annotations

from typing import Any, List, Tuple
from urllib.parse import urlsplit

import pytest

from tests.browser.showing import DESK, PHONE, fits, picture, shown
from tests.dashboards import Filled

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("chromium")]


def faults(page: Any) -> List[Tuple[str, str]]:
    """What axe calls serious or critical, each with the first place."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]


def all_there(page: Any) -> None:
    """Wait for all that a page asks for by itself."""
    from playwright.sync_api import expect

    expect(page.locator("#causes > li")).to_have_count(2)
    expect(page.locator("#problems > li")).to_have_count(1)
    expect(page.locator("#items tr")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing_serious_in_any_view(
    chromium: Any, there: tuple[Filled, str], scheme: str, viewport: Any
) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url, color_scheme=scheme, viewport=viewport, bypass_csp=True) as page:
        name = f"{scheme}-{viewport['width']}"
        all_there(page)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert faults(page) == []
        assert fits(page)
        picture(page, f"all-{name}", whole=True)
        for order in ("stop", "throttle"):
            page.locator(f"[data-order={order}]").click()
            assert faults(page) == []
            picture(page, f"{order}-{name}")
            page.keyboard.press("Escape")
        page.locator("#entities button", has_text="work packages").click()
        expect(page.locator("#partitions")).to_be_visible()
        assert faults(page) == []
        picture(page, f"entity-{name}")
        page.keyboard.press("Escape")
        page.locator("#items button").first.click()
        expect(page.locator("#told li").first).to_be_visible()
        assert faults(page) == []
        picture(page, f"story-{name}")
        page.keyboard.press("Escape")
        ledger.change(state="interrupted")
        expect(page.locator("[data-order=resume]")).to_be_visible(timeout=30_000)
        assert faults(page) == []


def test_every_control_is_reached_with_tab_in_the_order_of_the_page_and_shows_it(
    chromium: Any, there: tuple[Filled, str]
) -> None:
    with shown(chromium, there[1]) as page:
        all_there(page)
        wanted = page.evaluate(
            """[...document.querySelectorAll('a[href], button, select, input, summary, [tabindex="0"]')]
            .filter((one) => !one.disabled && one.checkVisibility()).length"""
        )
        reached: List[Any] = []
        for _ in range(wanted):
            page.keyboard.press("Tab")
            reached.append(
                page.evaluate(
                    """(() => { const at = document.activeElement, box = at.getBoundingClientRect();
                    return { name: at.tagName + (at.id || at.textContent.slice(0, 20)), top: box.top + scrollY,
                    seen: getComputedStyle(at).outlineStyle !== 'none',
                    within: box.bottom > 0 && box.top < innerHeight }; })()"""
                )
            )
        assert len({one["name"] for one in reached}) > 15
        assert [one["name"] for one in reached if not (one["seen"] and one["within"])] == []
        assert page.evaluate("document.activeElement.textContent") == "print"  # the last of the page: none was left out


def test_dialogs_take_the_focus_close_with_escape_and_give_it_back(chromium: Any, there: tuple[Filled, str]) -> None:
    with shown(chromium, there[1]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        for opener, dialog in (
            ("[data-order=pause]", "sure"),
            ("#entities button", "entity"),
            ("#items button", "story"),
        ):
            page.locator(opener).first.focus()
            page.keyboard.press("Enter")
            assert page.evaluate(f"document.getElementById('{dialog}').contains(document.activeElement)")
            page.keyboard.press("Escape")
            assert not page.evaluate(f"document.getElementById('{dialog}').open")
            assert page.evaluate(f"document.activeElement === document.querySelector('{opener}')")


def test_what_changes_is_read_aloud_and_does_not_interrupt(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url) as page:
        expect(page.locator("#spoken")).to_have_text("acme: running (apply), 70 % have ended")
        page.evaluate(
            """window.told = 0; new MutationObserver((seen) => { told += seen.length; })
            .observe(document.getElementById('spoken'), { childList: true, characterData: true, subtree: true })"""
        )
        ledger.end("5")
        expect(page.locator("#spoken")).to_have_text("acme: running (apply), 80 % have ended", timeout=30_000)
        assert page.evaluate("told") == 1
        assert page.locator("[aria-live=assertive], [role=alert]").count() == 0


def test_on_paper_it_is_ink_on_white_without_controls(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    with shown(chromium, there[1], color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        for gone in ("header", "#orders", "#search", "#exports"):
            expect(page.locator(gone)).to_be_hidden()
        expect(page.locator("#totals")).to_be_visible()
        expect(page.locator("#causes details").last.locator("dl")).to_be_visible()  # opened by itself
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        picture(page, "print", whole=True)
        assert page.pdf(format="A4").startswith(b"%PDF")


def test_the_description_of_the_api_is_shown_offline(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    page = chromium.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{there[1]}/docs")
    expect(page.locator("#swagger-ui")).to_contain_text("How a run stands", timeout=15_000)
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(there[1]).netloc}
    page.close()
