"""The writer of OpenProject's rich text."""

from __future__ import annotations

from .markdown import write_markdown

__all__ = ["write_markdown"]
