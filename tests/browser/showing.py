"""A page in Chromium that must say nothing wrong, and pictures of it that are kept."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, Iterator, List
from urllib.parse import urlsplit

#: where pictures are kept; read when this is imported, since no test sees the variables of its caller
PICTURES = Path(os.environ.get("J2O_SCREENSHOTS") or Path(__file__).resolve().parents[2] / ".artifacts" / "screenshots")
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
#: what only a server that is away, or that refuses for a reason that the page shows, brings about
_AWAY = ("WebSocket", "ERR_CONNECTION", "status of 409")


@contextlib.contextmanager
def shown(chromium: Any, url: str, wait: str = "#entities tr", **context: Any) -> Iterator[Any]:
    """The page. Nothing may be thrown, refused by its policy, or asked of another machine."""
    page = chromium.new_context(**{"viewport": DESK, **context}).new_page()
    errors: List[str] = []
    asked: List[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type in ("error", "warning") else None)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.locator(wait).first.wait_for()
    yield page
    page.context.close()
    assert [error for error in errors if not any(away in error for away in _AWAY)] == []
    assert {urlsplit(one).netloc for one in asked if not one.startswith("data:")} == {urlsplit(url).netloc}


def picture(page: Any, name: str, whole: bool = False) -> Path:
    """Keep how the page looks now: what the window shows, or the ``whole`` of it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")
    if whole:
        page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=str(path), full_page=whole)
    return path


def fits(page: Any) -> bool:
    """Whether nothing reaches over the edge of the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def text(page: Any, selector: str) -> str:
    """What a reader sees there."""
    return str(page.locator(selector).inner_text())


def total(page: Any) -> List[int]:
    """The last line of the entities: source, created, updated, unchanged, skipped, failed, left, under way."""
    cells = page.locator("#totals td").all_inner_texts()
    return [int(cell.replace(",", "")) for cell in cells]
