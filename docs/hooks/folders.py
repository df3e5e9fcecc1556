"""Every page of ``explanation/`` and ``adr/`` joins the navigation, and every decision its index, by itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[1]
MARK = "<!-- decisions -->"


def on_config(config: Any) -> Any:
    """Fill the two sections of the navigation."""
    for section in config["nav"]:
        if "Explanation" in section:
            section["Explanation"] = _pages("explanation")
        elif "Decisions" in section:
            section["Decisions"] = ["adr/index.md", *_pages("adr")]
    return config


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """List the decisions where their index has its mark."""
    return markdown.replace(MARK, _decisions()) if MARK in markdown else markdown


def _pages(folder: str) -> list[str]:
    return [f"{folder}/{path.name}" for path in sorted((DOCS / folder).glob("*.md")) if path.name != "index.md"]


def _decisions() -> str:
    lines = []
    for page in _pages("adr"):
        title = re.search(r"^# (.+)$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)
        lines.append(f"- [{title.group(1) if title else page}]({Path(page).name})")
    return "\n".join(lines)
