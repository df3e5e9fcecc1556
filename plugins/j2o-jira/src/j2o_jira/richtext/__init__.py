"""Readers of Jira's rich text: wiki markup and the Atlassian Document Format."""

from __future__ import annotations

from .adf import read_adf
from .history import read_history
from .wiki import read_wiki

__all__ = ["read_adf", "read_history", "read_wiki"]
