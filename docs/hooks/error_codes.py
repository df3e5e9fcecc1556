"""Writes every error code into the error reference, from the tables that stand beside the code."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any, Iterator

MARK = "<!-- errors -->"
PACKAGES = ("j2o_core", "j2o_jira", "j2o_openproject", "j2o_sandbox")


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    """Put the codes where the page has the mark."""
    return markdown.replace(MARK, errors_text()) if MARK in markdown else markdown


def errors_text() -> str:
    """A section for each code: what it means and what to do."""
    parts = []
    for code in codes().values():
        kind = "" if code.severity == "error" else f" ({code.severity})"
        parts += [
            f"### {code.code}: {code.title}{kind} {{#{code.code.lower()}}}",
            "",
            code.explanation,
            "",
            code.fix,
            "",
        ]
    return "\n".join(parts)


def codes() -> dict[str, Any]:
    """Every code by its name, from each module called ``codes``."""
    found: dict[str, Any] = {}
    for module in _tables():
        found.update(module.CODES)
    return dict(sorted(found.items()))


def _tables() -> Iterator[Any]:
    for package in PACKAGES:
        top = importlib.import_module(package)
        for info in pkgutil.walk_packages(top.__path__, f"{package}."):
            if info.name.endswith(".codes"):
                yield importlib.import_module(info.name)
