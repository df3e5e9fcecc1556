"""Generated data: the same bytes for the same seed, every feature present, any size at once."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any, Dict, Set, Tuple

import pytest

from j2o_sandbox.generate import GeneratedTracker, lists
from j2o_sandbox.jira.app import JiraServer
from j2o_sandbox.jira.behaviour import behaviour_of
from j2o_sandbox.jira.model import Json
from j2o_sandbox.options import SandboxError

_SCRIPT = """
import hashlib, sys
sys.path[:0] = {path!r}
from j2o_sandbox.generate import GeneratedTracker
tracker = GeneratedTracker({seed}, 3, 150, {cloud})
text = repr((tracker.rows, tracker.users, tracker.groups, tracker.projects, tracker.catalogue, tracker.moved))
text += "".join(repr(tracker.issue(position)) for position in range(150))
print(hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest())
"""


def digest(seed: int, cloud: bool = False, hash_seed: str = "0") -> str:
    script = _SCRIPT.format(path=sys.path, seed=seed, cloud=cloud)
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONHASHSEED": hash_seed}, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_same_seed_gives_the_same_bytes_in_every_process() -> None:
    assert digest(7, hash_seed="1") == digest(7, hash_seed="2")


def test_another_seed_gives_other_data() -> None:
    assert digest(7) != digest(8)


def test_issues_do_not_depend_on_the_order_in_which_they_are_asked_for() -> None:
    first, second = GeneratedTracker(3, 2, 80), GeneratedTracker(3, 2, 80)
    forward = [first.issue(position) for position in range(80)]
    backward = [second.issue(position) for position in reversed(range(80))]
    assert forward == backward[::-1]


def test_data_of_the_known_seed_do_not_drift() -> None:
    """The same on every Python: a change here changes every demo and benchmark, so it must be meant."""
    tracker = GeneratedTracker(1, 2, 60)
    head = [(row.key, row.id) for row in tracker.rows[:4]]
    assert head == [("SHOP-1", 10000), ("OPS-1", 10003), ("SHOP-2", 10006), ("SHOP-3", 10009)]
    assert tracker.issue(2).fields["summary"] == "The address book keeps stale prices with more than 100 items"


def state(tracker: GeneratedTracker, edition: str) -> Json:
    """Everything the server serves, read over its own state."""
    import json

    server = JiraServer(tracker, behaviour_of(edition))
    scope = {"method": "GET", "path": "/_sandbox/state", "headers": [(b"host", b"jira.test")], "query_string": b""}
    found: Json = json.loads(b"".join(server.answer(scope, b"").payload()))  # type: ignore[arg-type]
    return found


def recount(served: Json, edition: str) -> Dict[str, int]:
    """What a perfect migration holds, counted from the served rows alone."""
    name = "accountId" if edition == "cloud" else "name"
    issues = {row["key"]: row for row in served["issues"] if not row["fields"]["security"]}
    pairs: Set[Tuple[str, str]] = set()
    parents = 0
    people = {
        row[name] for row in served["users"] if row.get("emailAddress") != "?" and row["displayName"] != "Former user"
    }
    if edition == "cloud":
        people |= {row[name] for row in served["users"] if row[name] != "unknown"}

    def meet(value: Any) -> None:
        if isinstance(value, dict):
            if "displayName" in value and name in value:
                people.add(value[name])
            for inner in value.values():
                meet(inner)
        elif isinstance(value, list):
            for inner in value:
                meet(inner)

    for key, row in issues.items():
        meet(row)
        parent = (row["fields"].get("parent") or {}).get("key") or row["fields"]["customfield_10101"]
        parents += parent in issues
        for link in row["fields"]["issuelinks"]:
            other = (link.get("outwardIssue") or link["inwardIssue"])["key"]
            if other in issues:
                pairs.add((min(key, other), max(key, other)))
    for row in served["watchers"]:
        if row["issue"] in issues:
            meet(row)
    return {
        "work_packages": len(issues),
        "parents": parents,
        "relations": len(pairs),
        "comments": sum(
            row["issue"] in issues and "body" in row and "visibility" not in row for row in served["comments"]
        ),
        "attachments": sum(row["issue"] in issues for row in served["attachments"]),
        "watchers": sum(row["issue"] in issues and row["active"] for row in served["watchers"]),
        "time_entries": sum(row["issue"] in issues and "visibility" not in row for row in served["worklogs"]),
        "users": len(people),
        "groups": len(served["groups"]),
        "projects": sum(not row.get("archived") for row in served["projects"]),
        "versions": len(served["versions"]),
    }


@pytest.mark.parametrize("edition", ["server", "cloud"])
@pytest.mark.parametrize(("seed", "projects", "issues"), [(1, 2, 60), (5, 3, 400)])
def test_the_manifest_equals_a_naive_recount(edition: str, seed: int, projects: int, issues: int) -> None:
    served = state(GeneratedTracker(seed, projects, issues, edition == "cloud"), edition)
    manifest = served["manifest"]
    counted = recount(served, edition)
    assert {kind: manifest[kind] for kind in counted} == counted
    writes = manifest["writes"]
    assert "parents" not in writes and writes["work_packages"] == counted["work_packages"]
    assert writes["locks"] == manifest["locked_users"] > 0
    issues = {row["key"]: row["fields"] for row in served["issues"] if not row["fields"]["security"]}
    above = {
        key: (fields.get("parent") or {}).get("key") or fields["customfield_10101"] for key, fields in issues.items()
    }
    below = {key: [other for other, parent in above.items() if parent == key] for key in issues}

    def has_dates(key: str) -> bool:
        own = issues[key]["duedate"] or issues[key][lists.START_DATE]
        return bool(own) or any(map(has_dates, below[key]))

    disturbed = sum(bool(below[key]) and has_dates(key) for key in issues)
    # What is written once more for its text anyway takes its dates along.
    assert 0 < disturbed - writes["late_texts"] <= writes["parent_dates"] <= disturbed
    ours = sum(row.get("name") == "admin" and row["issue"] in issues for row in served["watchers"])
    assert (ours > 0) is (edition != "cloud")
    assert writes["users"] == counted["users"] - (edition != "cloud")
    assert writes["watchers"] == counted["watchers"] - ours


def test_watchers_and_authors_are_members_of_their_project() -> None:
    tracker = GeneratedTracker(2, 3, 200)
    members = {
        project.key: {actor.name for actors in project.roles.values() for actor in actors}
        | {
            name
            for actors in project.roles.values()
            for actor in actors
            for group in tracker.groups
            if group.name == actor.name
            for name in group.members
        }
        for project in tracker.projects
    }
    for position in range(200):
        issue = tracker.issue(position)
        assert set(issue.watchers) <= members[issue.row.project]
        if issue.fields["assignee"] is not None:
            assert issue.fields["assignee"].name in members[issue.row.project]


def test_directed_links_have_no_cycles_and_no_link_joins_a_tree() -> None:
    tracker = GeneratedTracker(4, 2, 400)
    keys = {row.key: position for position, row in enumerate(tracker.rows)}
    outward = 0
    for position in range(400):
        issue = tracker.issue(position)
        for link in issue.fields["issuelinks"]:
            end = link.get("outwardIssue")
            if end is None or end["key"] not in keys:
                continue
            if link["type"]["name"] != "Relates":
                outward += 1
                assert keys[end["key"]] > position, "from older to newer issues"
    assert outward > 20


def test_the_demo_holds_every_common_feature() -> None:
    tracker = GeneratedTracker(1, 2, 60)
    issues = [tracker.issue(position) for position in range(60)]
    assert any(issue.row.level in tracker.catalogue.hidden_levels for issue in issues)
    assert any(issue.row.level and issue.row.level not in tracker.catalogue.hidden_levels for issue in issues)
    assert any(len(issue.worklogs) > 20 for issue in issues)
    assert any("visibility" in entry for issue in issues for entry in issue.comments)
    assert any("body" not in entry for issue in issues for entry in issue.comments)
    assert any(issue.comments_withheld for issue in issues)
    assert any(issue.fields["issuetype"]["name"] == "Epic" for issue in issues)
    assert any(issue.fields["subtasks"] for issue in issues)
    assert any(len(issue.fields["attachment"]) > 10 for issue in issues)
    filled = {name for issue in issues for name, value in issue.fields.items() if value not in (None, [], {})}
    assert {entry["id"] for entry in tracker.catalogue.fields if entry["custom"]} <= filled
    comments = sum(len(issue.comments) for issue in issues) / len(issues)
    assert 2 < comments < 4


def test_a_hundred_thousand_issues_are_served_within_seconds() -> None:
    began = time.process_time()
    tracker = GeneratedTracker(1, 5, 100_000)
    server = JiraServer(tracker, behaviour_of("server"))
    scope = {
        "method": "GET",
        "path": "/rest/api/2/search",
        "headers": [(b"host", b"jira.test"), (b"authorization", b"Bearer j2o-sandbox-admin-token")],
        "query_string": b"jql=project=SHOP+AND+key>SHOP-20000+ORDER+BY+key&maxResults=50",
    }
    answer = server.answer(scope, b"")
    assert answer.status == 200 and len(answer.content["issues"]) == 50
    assert time.process_time() - began < 60
    began = time.process_time()
    server.answer(scope, b"")
    assert time.process_time() - began < 5


def test_issues_need_a_project() -> None:
    with pytest.raises(SandboxError, match="--projects 0"):
        GeneratedTracker(1, 0, 5)
    assert GeneratedTracker(1, 1, 0).rows == []
