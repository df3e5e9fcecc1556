"""What a listing of issues gives: their names, before they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Sequence


@dataclass(frozen=True)
class Name:
    """An issue's immutable id, and its key as it was listed."""

    id: str
    key: str


@dataclass(frozen=True)
class Listed:
    """Issues in the order of their keys, the cursor after them, and how many issues are listed in all by Jira's count.

    Cloud's token search counts nothing: there it is how many are known so far.
    """

    names: Sequence[Name]
    cursor: Mapping[str, Any]
    expected: int


def name_of(issue: Mapping[str, Any]) -> Name:
    """The name of an issue as Jira gives it."""
    return Name(str(issue["id"]), str(issue.get("key") or ""))


def project_of(issue: Mapping[str, Any]) -> str:
    """The key of the project that an issue is in."""
    project = (issue.get("fields") or {}).get("project") or {}
    return str(project.get("key") or str(issue.get("key") or "").rpartition("-")[0])
