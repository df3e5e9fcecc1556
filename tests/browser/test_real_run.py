"""A whole migration watched in a browser: every order pressed, and all who tell of it agree to the digit."""

from __future__ import annotations

import json
import re
import threading
import time
from pathlib import Path
from typing import Any, Dict, List

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from tests.browser.showing import PHONE, picture, shown, total
from tests.forking import Forked
from tests.running import Migration, sandbox

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("chromium")]

_OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed", "left")
REFUSED = (
    {
        "server": "openproject",
        "method": "POST",
        "path": "/api/v3/time_entries",
        "do": "status",
        "status": 422,
        "every": 4,
    },
    {"server": "openproject", "method": "POST", "regex": "/activities", "do": "status", "status": 403, "every": 20},
    {"server": "openproject", "method": "POST", "regex": "/work_packages", "do": "status", "status": 503, "every": 40},
)


def address(process: Forked) -> str:
    """Where a dashboard says that it is; what it says after that is read, lest it waits for a reader."""
    assert process.stderr is not None
    assert process.stdout is not None
    threading.Thread(target=process.stdout.read, daemon=True).start()
    said = ""
    for line in process.stderr:
        said += line
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found[0]
    raise AssertionError(said)


def press(page: Any, order: str, wanted: str, number: int = 0) -> None:
    """Press a button, confirm it, and wait for the answer."""
    from playwright.sync_api import expect

    page.locator(f"[data-order={order}]:enabled").click(timeout=30_000)
    if number:
        page.locator("#sure-number input").fill(str(number))
    page.locator("#sure-yes").click()
    expect(page.locator("#answer")).to_contain_text(wanted, timeout=30_000)


def by_entity(page: Any) -> Dict[str, List[int]]:
    """The rows of the page: source and the six outcomes."""
    rows = {}
    for row in page.locator("#entities tr").all():
        name, *cells = [row.locator("button").inner_text(), *row.locator("td").all_inner_texts()]
        rows[name.replace(" ", "_")] = [int(cell.replace(",", "")) for cell in cells][:7]
    return rows


def as_rows(entities: Dict[str, Dict[str, int]]) -> Dict[str, List[int]]:
    return {name: [counts[one] for one in ("source", *_OUTCOMES)] for name, counts in entities.items()}


def in_metrics(url: str) -> Dict[str, List[int]]:
    """What ``/metrics`` tells of the same; the source is the sum."""
    rows: Dict[str, Dict[str, int]] = {}
    for family in text_string_to_metric_families(requests.get(f"{url}/metrics", timeout=30).text):
        for sample in family.samples if family.name == "j2o_records" else []:
            rows.setdefault(sample.labels["entity"], {})[sample.labels["outcome"]] = int(sample.value)
    return as_rows({name: {**counts, "source": sum(counts.values())} for name, counts in rows.items()})


def all_agree(page: Any, url: str, migration: Migration, metrics: bool = True) -> None:
    """The page, its API and its files, ``j2o status``, ``j2o report`` and ``/metrics`` say the same of every entity."""
    found: Dict[str, Any] = {}
    until = time.monotonic() + 30
    while time.monotonic() < until:
        run = page.locator("#runs").input_value()
        found = {"page": by_entity(page)}
        found["total"] = {"": total(page)[:7]}
        api = requests.get(f"{url}/api/v1/runs/{run}", timeout=30).json()
        found["api"] = as_rows(api["entities"])
        found["status"] = as_rows(json.loads(migration.command("status", "--json").stdout)["entities"])
        report = requests.get(f"{url}/api/v1/runs/{run}/report.json", timeout=30).json()
        found["report"] = as_rows(report["entities"])
        if metrics:
            found["metrics"] = in_metrics(url)
        sums = [sum(column) for column in zip(*found["page"].values())]
        same = all(one == found["page"] for name, one in found.items() if name != "total")
        if same and found["total"] == {"": sums} and api["adds_up"]:
            assert f"{report['success_rate'] * 100:.2f}" == f"{api['success_rate'] * 100:.2f}"
            return
        time.sleep(1.0)
    raise AssertionError(json.dumps(found, indent=1))


def actions(home: Path) -> List[str]:
    """What the audit trail says was ordered, in that order."""
    with create_engine(f"sqlite:///{home / 'ledger.db'}").connect() as connection:
        rows = connection.execute(text("SELECT action FROM audit ORDER BY id")).scalars()
        return [row for row in rows if row.startswith(("control", "dashboard"))]


def test_a_migration_is_led_from_the_page_and_all_agree_about_it(chromium: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)  # a busy machine is asked for its counts less often
    with sandbox(seed=3, projects=3, issues=120, latency_ms=60.0) as there:
        there.openproject.faults(*REFUSED)
        migration = Migration(there, tmp_path / "home")
        process = migration.start("--dashboard", "127.0.0.1:0", "--dashboard-linger", "40")
        other = None
        try:
            url = address(process)
            with shown(chromium, url, wait="#of-run:not([hidden])") as page:
                expect(page.locator("#standing")).to_contain_text("running (apply)", timeout=60_000)
                press(page, "pause", "pause taken")  # at once: a busy machine may show what has long gone on
                expect(page.locator("#warnings")).to_contain_text("Paused")
                expect(page.locator("#systems tr")).to_have_count(2)
                for name in ("jira", "openproject"):
                    expect(page.locator("#systems")).to_contain_text(name)
                expect(page.locator("#machine")).to_contain_text("MB")
                expect(page.locator("#entities")).to_contain_text("comments")
                expect(page.locator("#figures")).to_contain_text("items/s")
                all_agree(page, url, migration)
                stood = page.locator("#ended").inner_text()
                press(page, "continue", "continue taken")
                press(page, "throttle", "throttle taken", 1)
                expect(page.locator("#warnings")).to_contain_text("Throttled to 1")
                expect(page.locator("#pace .now")).to_be_attached()
                expect(page.locator("#ended")).not_to_have_text(stood)
                picture(page, "dashboard-running")
                press(page, "stop", "stop taken")
                expect(page.locator("#standing")).to_contain_text("stopped, exit code 4", timeout=60_000)
                all_agree(page, url, migration)
                picture(page, "dashboard-stopped")
            process.terminate()
            process.wait(60)

            other = migration.start_command("dashboard", "127.0.0.1:0")
            url = address(other)
            with shown(chromium, url) as page:
                expect(page.locator("#warnings")).to_contain_text("It was stopped.")
                expect(page.locator("#warnings")).to_contain_text("Throttled to 1")
                press(page, "continue", "nothing holds it")
                press(page, "resume", "started (process")
                expect(page.locator("#standing")).to_contain_text("running", timeout=60_000)
                expect(page.locator("#standing")).to_contain_text("finished, exit code 1", timeout=120_000)
                all_agree(page, url, migration, metrics=False)
                failed = total(page)[5]
                assert failed > 0
                expect(page.locator("#causes > li").first).to_contain_text("failed")
                page.locator("#causes-heading").scroll_into_view_if_needed()
                page.evaluate("document.getElementById('causes-heading').scrollIntoView()")
                picture(page, "dashboard-causes")
                page.evaluate("scrollTo(0, 0)")
                first = page.locator("#runs").input_value()
                there.openproject.faults()
                press(page, "retry-failed", "it stands in the ledger")
                page.locator("#newer").click(timeout=60_000)
                assert page.locator("#runs").input_value() != first
                expect(page.locator("#standing")).to_contain_text("finished, exit code 0", timeout=120_000)
                all_agree(page, url, migration, metrics=False)
                assert total(page)[5] == 0
                expect(page.locator("#warnings")).to_contain_text("Nothing needs you.")
                page.locator("#search [name=state]").select_option("done")
                page.get_by_role("button", name="Search").click()
                page.locator("#items button").first.click()
                page.get_by_role("button", name="what each step made").click()
                expect(page.locator("#steps tbody tr").first).to_contain_text("specs/demo.yaml")
                expect(page.locator("#told")).to_contain_text("By the spec as it is now: written")
                picture(page, "dashboard-story")
                page.keyboard.press("Escape")
                page.locator("#other").select_option(first)
                expect(page.locator("#compared-facts")).to_contain_text("finished, exit code 1")
                page.set_viewport_size(PHONE)
                picture(page, "dashboard-phone")
        finally:
            expect.set_options(timeout=5_000)
            for one in (process, other):
                if one is not None and one.poll() is None:
                    one.kill()
    assert actions(migration.home) == [
        "control pause",
        "control continue",
        "control throttle",
        "control stop",
        "control continue",
        "dashboard resume",
        "dashboard retry-failed",
    ]
