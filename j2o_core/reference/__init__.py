"""The reference, as Markdown: written from the schemas, the installed plugins and the tables of error codes."""

from __future__ import annotations

from .pages import Page, pages
from .writing import Drift, drifts, write

__all__ = ["Drift", "Page", "drifts", "pages", "write"]
