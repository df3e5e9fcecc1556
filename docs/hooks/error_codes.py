"""Writes every error code into the error reference: those of specs from their tables, those of runs from their list."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any, Iterator

import yaml

from j2o_core.spec.codes import Code

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
    """Every code by its name: from each module called ``codes``, and from ``run-codes.yaml``; none from two places."""
    listed = yaml.safe_load((Path(__file__).parents[1] / "reference" / "run-codes.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = {name: Code(name, **about) for name, about in listed.items()}
    for module in _tables():
        twice = sorted(found.keys() & module.CODES.keys())
        if twice:
            raise ValueError(f"explained in {module.__name__} and elsewhere: {', '.join(twice)}")
        found.update(module.CODES)
    return dict(sorted(found.items()))


def _tables() -> Iterator[Any]:
    for package in PACKAGES:
        top = importlib.import_module(package)
        for info in pkgutil.walk_packages(top.__path__, f"{package}."):
            if info.name.endswith(".codes"):
                yield importlib.import_module(info.name)
