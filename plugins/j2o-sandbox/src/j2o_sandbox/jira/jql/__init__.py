"""A small, honest JQL: what it does not know it refuses, in Jira's words."""

from __future__ import annotations

from j2o_sandbox.jira.jql.evaluate import Search
from j2o_sandbox.jira.jql.parse import JqlError, Query, parse_jql

__all__ = ["JqlError", "Query", "Search", "parse_jql"]
