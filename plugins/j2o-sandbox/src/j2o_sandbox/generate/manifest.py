"""What a perfect migration of a generated Jira holds and writes: the yardstick of tests."""

from __future__ import annotations

import re
from typing import Callable, Dict, Iterator, Mapping, Sequence, Set, Tuple

from j2o_sandbox.generate import lists
from j2o_sandbox.generate.people import ADMINISTRATOR
from j2o_sandbox.generate.richtext import RichText
from j2o_sandbox.jira.model import Issue, Json, Person, Tracker

_KEY = re.compile(r"\b[A-Z][A-Z0-9]+-[0-9]+\b")


def count_manifest(tracker: Tracker, issue_at: Callable[[int], Issue], cloud: bool) -> Json:
    """Count what the default policies migrate.

    Left out: issues with a security level and all that belongs to them, restricted comments and worklogs, comments
    without body, links to issues that are absent or left out, watchers who are inactive, archived projects. Relations
    are distinct unordered pairs. ``users`` are all listed ones (on Cloud deleted ones, too) and those whom only issues
    know. ``late_texts`` are descriptions that name themselves or an issue that comes later: parents come before
    children, projects in Jira's order, issues in the order of their keys. ``parent_dates`` are other parents whose
    dates are written once more: the server makes them those of their children, whatever is created first.

    The administrator, who writes it all, has an account on the target already, known by its login, which Cloud does not
    tell; and watches what it creates.
    """
    kept = {row.key for row in tracker.rows if row.level is None}
    users: Set[str] = {
        user.name for user in tracker.users.values() if user.listed or (cloud and user.account_id != "unknown")
    }
    pairs: Set[Tuple[str, str]] = set()
    dated: Set[str] = set()
    parents: Dict[str, str] = {}
    named: Dict[str, Set[str]] = {}
    watched = 0
    counts: Dict[str, int] = dict.fromkeys(
        ("work_packages", "parents", "comments", "attachments", "watchers", "time_entries"), 0
    )
    for position, row in enumerate(tracker.rows):
        if row.level is not None:
            continue
        issue = issue_at(position)
        counts["work_packages"] += 1
        counts["parents"] += _parent(issue) in kept
        parents[row.key] = _parent(issue)
        if issue.fields.get("duedate") or issue.fields.get(lists.START_DATE):
            dated.add(row.key)
        named[row.key] = _named(issue) & kept
        counts["comments"] += sum("body" in entry and "visibility" not in entry for entry in issue.comments)
        counts["attachments"] += len(issue.fields["attachment"])
        counts["watchers"] += sum(tracker.users[name].active for name in issue.watchers)
        watched += ADMINISTRATOR in issue.watchers
        counts["time_entries"] += sum("visibility" not in entry for entry in issue.worklogs)
        pairs.update(_pairs(issue, kept))
        users.update(_people(issue))
    living = [project for project in tracker.projects if not project.archived]
    whole = {
        "users": len(users),
        "groups": len(tracker.groups),
        "projects": len(living),
        "memberships": sum(
            len({(actor.kind, actor.name) for actors in project.roles.values() for actor in actors})
            for project in living
        ),
        "versions": sum(len(project.versions) for project in living),
        **counts,
        "relations": len(pairs),
    }
    inactive = sum(1 for name in users if not tracker.users[name].active)
    writes = {kind: number for kind, number in whole.items() if kind != "parents"}
    if not cloud:
        writes["users"] -= ADMINISTRATOR in users
        writes["watchers"] -= watched
    late = _late_texts([project.key for project in tracker.projects], parents, named)
    more = {"late_texts": len(late), "parent_dates": len(_parent_dates(parents, dated) - late), "locks": inactive}
    return {**whole, "locked_users": inactive, "writes": {**writes, **more}}


def _parent_dates(parents: Mapping[str, str], dated: Set[str]) -> Set[str]:
    """Parents that have dates of their own, or none where some below them have."""
    above = set(parents.values())
    disturbed: Set[str] = set()
    for key in dated:
        while key in parents and key not in disturbed:
            disturbed.add(key)
            key = parents[key]
    return disturbed & above


def _late_texts(projects: Sequence[str], parents: Mapping[str, str], named: Mapping[str, Set[str]]) -> Set[str]:
    """Those whose descriptions name an issue that comes later, or themselves."""

    def turn(key: str) -> Tuple[int, int, int]:
        level, above = 0, parents[key]
        while above in parents and level < len(parents):
            level, above = level + 1, parents[above]
        project, _, number = key.rpartition("-")
        return level, projects.index(project), int(number)

    return {key for key, others in named.items() if any(turn(other) >= turn(key) for other in others)}


def _named(issue: Issue) -> Set[str]:
    """The keys that the description names in its running text."""
    body = issue.fields.get("description")
    if not isinstance(body, RichText):
        return set()
    found: Set[str] = set()
    for block in body.blocks:
        lines = [block[1]] if block[0] == "paragraph" else block[2] if block[0] == "list" else []
        for line in lines:
            found.update(key for inline in line if isinstance(inline, str) for key in _KEY.findall(inline))
    return found


def _parent(issue: Issue) -> str:
    parent = issue.fields.get("parent")
    if parent is not None:
        return str(parent["key"])
    return str(issue.fields.get(lists.EPIC_LINK))


def _pairs(issue: Issue, kept: Set[str]) -> Iterator[Tuple[str, str]]:
    key = issue.row.key
    for link in issue.fields["issuelinks"]:
        other = (link.get("outwardIssue") or link["inwardIssue"])["key"]
        if other in kept:
            yield (key, other) if key < other else (other, key)


def _people(issue: Issue) -> Iterator[str]:
    for value in issue.fields.values():
        if isinstance(value, Person):
            yield value.name
        elif isinstance(value, list):
            for element in value:
                if isinstance(element, Person):
                    yield element.name
                elif isinstance(element, dict) and isinstance(element.get("author"), Person):
                    yield element["author"].name
    for entries in (issue.comments, issue.worklogs, issue.histories):
        for entry in entries:
            if isinstance(entry.get("author"), Person):
                yield entry["author"].name
    yield from issue.watchers
    yield from issue.voters
