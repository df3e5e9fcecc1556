"""A Chromium for the pages' tests, and a dashboard to look at."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Iterator

import pytest

from tests.dashboards import Filled, filled, served

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A browser; skips, and says why, where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("needs Chromium: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture()
def there(tmp_path: Path) -> Iterator[tuple[Filled, str]]:
    """A ledger with a run that goes, and the address of a dashboard of it."""
    with filled(tmp_path) as ledger, served(tmp_path) as url:
        yield ledger, url
