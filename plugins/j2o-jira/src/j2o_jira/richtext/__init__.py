"""Readers of Jira's rich text: wiki markup and the Atlassian Document Format; of history and remote links as text."""

from __future__ import annotations

from .adf import read_adf
from .history import read_history
from .remote_links import read_remote_links
from .wiki import read_wiki

__all__ = ["read_adf", "read_history", "read_remote_links", "read_wiki"]
