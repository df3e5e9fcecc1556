"""Renews the pictures of the dashboard that the documentation shows: ``python -m tests.browser.pictures FOLDER``."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser.conftest import QUIET
from tests.browser.showing import DESK, PHONE
from tests.browser.test_real_run import REFUSED, address
from tests.running import Migration, sandbox

#: the largest that a page of the documentation should load, in bytes
MOST = 150_000


def main(folder: Path) -> None:
    """Watch a migration of the sandbox; three pictures of it."""
    from playwright.sync_api import expect, sync_playwright

    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        page = browser.new_context(viewport=DESK).new_page()
        with sandbox(seed=7, projects=3, issues=300, latency_ms=60.0) as there:
            there.openproject.faults(*REFUSED)
            process = Migration(there, Path(home)).start("--dashboard", "127.0.0.1:0", "--dashboard-linger", "60")
            try:
                page.goto(address(process))
                expect(page.locator("#share")).to_have_text(re.compile(r"^[5-9]\d"), timeout=120_000)
                keep(page, folder / "dashboard.png")
                expect(page.locator("#standing")).to_contain_text("finished", timeout=300_000)
                expect(page.locator("#causes > li").first).to_contain_text("failed")
                page.evaluate("document.getElementById('causes-heading').scrollIntoView()")
                keep(page, folder / "dashboard-causes.png", clip={"x": 0, "y": 0, "width": 1280, "height": 520})
                page.emulate_media(color_scheme="dark")
                page.set_viewport_size(PHONE)
                page.evaluate("scrollTo(0, 0)")
                keep(page, folder / "dashboard-phone.png")
            finally:
                process.kill()
        browser.close()


def keep(page: Any, path: Path, **how: Any) -> None:
    """One picture; it must be small."""
    page.wait_for_timeout(1000)
    page.screenshot(path=str(path), **how)
    size = path.stat().st_size
    if size > MOST:
        raise SystemExit(f"{path}: {size} bytes are more than {MOST}")
    print(f"{path}: {size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
