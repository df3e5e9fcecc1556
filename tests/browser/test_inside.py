"""The dashboard in a browser: from an entity to its partitions and items, causes, other runs, files to keep."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from j2o_core.ledger import listing
from j2o_core.ledger.listing import FAILED, Listed
from tests.browser.showing import PHONE, fits, picture, shown, text
from tests.dashboards import BACKWARDS, NEXT, SCRIPT, Filled
from tests.ledgers import begin_run

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("chromium")]

#: ten thousand letters in which no line may end
UNBROKEN = "W" * 10_000


def test_an_entity_leads_to_its_partitions_these_to_items_and_an_item_to_its_story(
    chromium: Any, there: tuple[Filled, str]
) -> None:
    from playwright.sync_api import expect

    with shown(chromium, there[1]) as page:
        page.locator("#entities button", has_text="work packages").click()
        dialog = page.locator("#entity")
        expect(dialog.locator(".legend")).to_contain_text("2 created or updated")
        expect(dialog.locator(".causes > li")).to_have_count(2)
        expect(dialog.locator("#partitions tbody tr").first).to_be_visible()
        picture(page, "entity")
        page.get_by_role("button", name=re.compile("1 done of partition")).first.click()
        expect(dialog).to_be_hidden()
        expect(page.locator("#items tr")).to_have_count(1)
        assert page.locator("#search [name=partition]").input_value() != ""
        assert page.locator("#search [name=entity]").input_value() == "work_packages"
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#items")).to_contain_text("word word")  # what has failed, as at first
        page.locator("#search [name=state]").select_option("done")
        page.get_by_role("button", name="Search").click()
        page.locator("#items button", has_text="ACME-1").click()
        for told in ("41", "made by j2o", "create: done"):
            expect(page.locator("#told")).to_contain_text(told)
        page.get_by_role("button", name="what each step made").click()
        for told in ("there is no file", "Where the spec is: j2o explain acme.yaml ACME-1"):
            expect(page.locator("#told")).to_contain_text(told, timeout=30_000)
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.textContent") == "ACME-1"


def test_an_entity_leads_to_its_projects_and_these_to_their_items(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with ledger.ledger.engine.begin() as connection:
        listing.put(connection, ledger.run, [Listed("projects", "1", "ACME", FAILED, "J2O-E001", "it is there")])
    with shown(chromium, url) as page:
        page.locator("#entities button", has_text="work packages").click()
        rows = page.locator("#projects tbody tr")
        expect(rows.nth(0).locator("th")).to_contain_text("no project")
        expect(rows.nth(1).locator("th")).to_contain_text("ACME")
        # Of each: in the source, created, updated, unchanged, skipped, failed, left, sent.
        expect(rows.nth(0).locator("td")).to_have_text(list("31001100"))
        expect(rows.nth(1).locator("td")).to_have_text(list("31000021"))
        picture(page, "projects")
        page.get_by_role("button", name="1 created of project ACME").click()
        expect(page.locator("#entity")).to_be_hidden()
        expect(page.locator("#items tr")).to_have_count(1)
        assert page.locator("#search [name=project]").input_value() == "ACME"


@pytest.mark.parametrize("viewport", [None, PHONE])
def test_hostile_titles_stay_text(chromium: Any, there: tuple[Filled, str], viewport: Any) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with ledger.ledger.engine.begin() as connection:
        listing.put(
            connection,
            ledger.run,
            [Listed("work_packages", "9", UNBROKEN, FAILED, "J2O-E001", UNBROKEN, UNBROKEN, "validation", UNBROKEN)],
        )
    ledger.change(message=f"{SCRIPT}{BACKWARDS}{UNBROKEN}")
    with shown(chromium, url, **({"viewport": viewport} if viewport else {})) as page:
        assert fits(page)
        page.locator("#search [name=state]").select_option("done")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#items tr")).to_have_count(2)
        assert SCRIPT in text(page, "#items")
        page.locator("#items button", has_text="<script>").click()
        expect(page.locator("#story-heading")).to_contain_text("<script>")
        page.get_by_role("button", name="Close").click()
        page.locator("#search [name=state]").select_option("skipped")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#items tr")).to_have_count(1)
        expect(page.locator("#items")).to_contain_text(BACKWARDS)
        page.locator("#search [name=state]").select_option("failed")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#items tr")).to_have_count(2)
        for row in page.locator("#items tr").all():
            row.locator(".became").get_by_role("button", name=re.compile("all .* characters")).click()
            assert len(row.inner_text()) >= len(UNBROKEN) - 1
            row.locator(".key button").click()
            expect(page.locator("#told li").first).to_be_visible()
            assert page.evaluate(
                "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)(document.getElementById('story'))"
            )
            page.keyboard.press("Escape")
        picture(page, f"hostile-{page.viewport_size['width']}", whole=True)
        assert page.title() == "77 % running · acme · j2o"
        assert page.locator("#content script").count() == 0
        assert page.locator("#content img").count() == 0
        assert fits(page)


def test_causes_are_ranked_narrowed_and_say_what_to_do(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    with shown(chromium, there[1]) as page:
        causes = page.locator("#causes > li")
        expect(causes).to_have_count(2)
        expect(causes.first).to_contain_text("1 failed")
        expect(causes.first).to_contain_text(NEXT)  # failures are open from the first
        expect(causes.first).to_contain_text("req-77")
        expect(causes.first).to_contain_text("acme.yaml:9:5")
        page.locator("#narrow").fill("restricted")
        expect(causes).to_have_count(1)
        expect(causes.first).to_contain_text("1 skipped")
        page.locator("#narrow").fill("nobody says this")
        expect(page.locator("#no-causes")).to_have_text("No cause contains that.")


def test_runs_stand_side_by_side(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with ledger.ledger.engine.begin() as connection:
        other = begin_run(connection, spec="other").id
    with shown(chromium, f"{url}/#{ledger.run}") as page:
        page.locator("#other").select_option(other)
        expect(page.locator("#compared tfoot")).to_contain_text("9 / 0")
        expect(page.locator("#compared tfoot")).to_contain_text("+9")
        expect(page.locator("#compared-facts")).to_contain_text("other")
        page.locator("#compared").scroll_into_view_if_needed()
        picture(page, "compared")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Report, HTML", "{run}.html"),
        ("Report, JSON", "{run}.json"),
        ("Report, CSV", "{run}.csv"),
        ("Progress, HTML", "{run}-progress.html"),
        ("Progress, JSON", "{run}-progress.json"),
        ("Progress, CSV", "{run}-progress.csv"),
    ],
)
def test_files_to_keep_come_from_the_page(chromium: Any, there: tuple[Filled, str], name: str, file: str) -> None:
    ledger, url = there
    with shown(chromium, url) as page:
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == file.format(run=ledger.run)


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
    assert asked == ["state=failed&after=0&limit=25", "state=failed&after=7&limit=25"]
    page.context.close()


def test_entities_that_a_run_comes_to_later_can_be_searched(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    ledger, url = there
    with shown(chromium, url) as page:
        entity = page.locator("#search [name=entity]")
        expect(entity.locator("option")).to_have_text(["all", "users", "work packages"])
        entity.select_option("users")
        ledger.change(entities={name: {"source": 1, "unchanged": 1} for name in ("users", "projects")})
        expect(entity.locator("option")).to_contain_text(["projects"], timeout=30_000)
        assert entity.input_value() == "users"


def test_what_is_not_found_says_so(chromium: Any, there: tuple[Filled, str]) -> None:
    from playwright.sync_api import expect

    with shown(chromium, there[1]) as page:
        page.locator("#search [name=text]").fill("NOBODY")
        page.get_by_role("button", name="Search").click()
        expect(page.locator("#found")).to_contain_text("look with fewer conditions")
        expect(page.locator("#items-table")).to_be_hidden()
