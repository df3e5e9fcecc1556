"""2,183 real issues with their comments, links, sub-tasks and files: source and target compared item by item."""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

from ..comparison.finding import Comparison
from ..comparison.reading import read_accounts
from ..comparison.runs import read
from ..running import Ended, Migration, Sandbox, explained, sandbox
from .source_words import adf_words, lost, wiki_words

pytestmark = pytest.mark.shared

_MARK = re.compile(r"\[(?P<key>[A-Z]+-\d+)\]\([^()\s]+/browse/[A-Z]+-\d+#j2o-demo-(?P<id>\d+)\)\s*$")
_COMMENT = re.compile(r"^\[(?P<label>.*)\]\([^()\s]+#j2o-demo-c(?P<id>\d+)\)$")
_FILE = re.compile(r"j2o-demo-a(?P<id>\d+);$")


class Migrated:
    """The source's issues and what the target holds, by the ids in its origin marks."""

    def __init__(self, issues: list[dict[str, Any]], made: Sandbox, ended: Ended, again: Ended) -> None:
        self.issues = issues
        self.by_id = {issue["id"]: issue for issue in issues}
        self.ended = ended
        self.again = again
        self.second_writes = 0
        self.compared = Comparison()
        self.report: dict[str, Any] = {}
        state = made.openproject.state()
        self.requests = state["requests"]
        self.work_packages: dict[str, dict[str, Any]] = {}
        for row in state["work_packages"]:
            mark = _MARK.search(row["description"]["raw"])
            assert mark, f"work package {row['id']} bears no origin mark: {row['description']['raw'][-200:]!r}"
            assert mark["id"] not in self.work_packages, f"{mark['key']} stands twice"
            self.work_packages[mark["id"]] = row
        self.ids = {int(row["id"]): origin for origin, row in self.work_packages.items()}
        self.numbers = {issue["key"]: self.work_packages[issue["id"]]["id"] for issue in issues}
        self.names = {
            str(alias).casefold(): person["displayName"]
            for person in _people(issues)
            for alias in (person.get("key"), person["name"])
        }
        self.comments: dict[str, list[tuple[str, str, str]]] = {}
        for row in sorted(state["comments"], key=lambda row: int(row["id"])):
            first, _, rest = row["comment"]["raw"].partition("\n")
            mark = _COMMENT.match(first)
            assert mark, f"comment {row['id']} bears no origin mark: {first!r}"
            self.comments.setdefault(self.issue_of(row, "workPackage"), []).append((mark["id"], mark["label"], rest))
        self.relations = Counter(
            frozenset((self.issue_of(row, "from"), self.issue_of(row, "to"))) for row in state["relations"]
        )
        self.files: dict[str, list[dict[str, Any]]] = {}
        for row in state["attachments"]:
            self.files.setdefault(self.issue_of(row, "container"), []).append(row)

    def issue_of(self, row: dict[str, Any], link: str) -> str:
        return self.ids[int(row["_links"][link]["href"].rsplit("/", 1)[1])]

    def words(self, body: Any, held: str) -> list[str]:
        """What a reader of the source sees: people by their names; keys that became numbers count as those."""
        if isinstance(body, dict):
            return adf_words(body)
        text = re.sub(
            r"\[~\s*([^\]|]+?)\s*\]", lambda found: f" {self.names.get(found[1].casefold(), found[1])} ", body or ""
        )

        def number(found: re.Match[str]) -> str:
            known = self.numbers.get(found[0])
            return "" if known is not None and f"#{known}" in held else found[0]

        return wiki_words(re.sub(r"\b[A-Z]+-\d+\b", number, text))

    def pairs(self) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        for issue in self.issues:
            yield issue, self.work_packages[issue["id"]]


# Cloud on newer Pythons, all in `make test-long`: each is the longest of all tests.
_LONG = ("cloud", "server") if sys.version_info < (3, 10) else ("server",)
# One worker for each: every worker that took part would migrate everything for itself.
_EDITIONS = [
    pytest.param(
        name, marks=[pytest.mark.xdist_group(f"titanium-{name}"), *([pytest.mark.long] if name in _LONG else [])]
    )
    for name in ("server", "cloud")
]


@pytest.fixture(scope="module", params=_EDITIONS)
def migrated(request: pytest.FixtureRequest, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    folder = shared_data / "jira-titanium"
    path = folder / ("issues.ndjson.gz" if request.param == "server" else "issues-adf.ndjson.gz")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        issues = [json.loads(line) for line in lines]
    with sandbox(
        jira_data=str(path), jira_projects=str(folder / "projects.json"), edition=request.param, attachment_bytes=4096
    ) as made:
        migration = Migration(made, tmp_path_factory.mktemp("titanium") / "home")
        accounts = read_accounts(made.openproject.url)
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        both = read(made, migration, ended, accounts, remote_links=False)
        before = made.openproject.state("requests")["requests"]
        again = migration.run()
        after = made.openproject.state("requests")["requests"]
        result = Migrated(issues, made, ended, again)
        result.compared, result.report = both.compare(), dict(both.report)
        writes = {name: count - before.get(name, 0) for name, count in after.items() if not name.startswith("GET ")}
        result.second_writes = sum(writes.values())
        return result


def test_every_issue_is_one_work_package(migrated: Migrated):
    assert set(migrated.work_packages) == set(migrated.by_id)


def test_the_sums_of_every_entity_add_up_and_nothing_failed(migrated: Migrated):
    for entity, counts in migrated.ended.entities.items():
        parts = sum(counts[name] for name in ("created", "updated", "unchanged", "skipped", "failed", "left"))
        assert counts["source"] == parts, (entity, counts)
        assert counts["failed"] == counts["left"] == 0, (entity, counts)


def test_subjects_are_the_summaries(migrated: Migrated):
    for issue, row in migrated.pairs():
        summary = " ".join((issue["fields"].get("summary") or "(no summary)").split())
        assert " ".join(row["subject"].split()) == summary[:255].strip(), issue["key"]


def test_no_word_of_a_description_is_lost(migrated: Migrated):
    missing = {}
    for issue, row in migrated.pairs():
        text = row["description"]["raw"]
        gone = lost(migrated.words(issue["fields"].get("description"), text), text)
        if gone:
            missing[issue["key"]] = gone
    assert not missing


def test_no_word_of_environment_labels_components_or_versions_is_lost(migrated: Migrated):
    missing = {}
    for issue, row in migrated.pairs():
        fields = issue["fields"]
        named = [
            value["name"] for name in ("components", "fixVersions", "versions") for value in fields.get(name) or []
        ]
        text = " ".join([*named, *(fields.get("labels") or [])])
        held = json.dumps(row, ensure_ascii=False)
        gone = lost([*migrated.words(fields.get("environment"), held), *wiki_words(text)], held)
        if gone:
            missing[issue["key"]] = gone
    assert not missing


def test_every_comment_with_a_body_stands_in_order_with_its_words_author_and_day(migrated: Migrated):
    missing = {}
    for issue in migrated.issues:
        wanted = [comment for comment in issue["fields"]["comment"]["comments"] if _is_written(comment.get("body"))]
        held = migrated.comments.get(issue["id"], [])
        assert [identifier for identifier, _, _ in held] == [comment["id"] for comment in wanted], issue["key"]
        for comment, (_, label, text) in zip(wanted, held):
            gone = lost(migrated.words(comment["body"], text), text)
            if gone:
                missing[f"{issue['key']} {comment['id']}"] = (gone, comment["body"], text)
            author = (comment.get("author") or {}).get("displayName", "")
            assert not lost(wiki_words(author), label), (issue["key"], comment["id"], label)
            assert comment["created"][:10] in label, (issue["key"], comment["id"], label)
    assert not missing


def test_comments_without_a_body_and_those_jira_does_not_return_are_skipped(migrated: Migrated):
    listed = [comment for issue in migrated.issues for comment in issue["fields"]["comment"]["comments"]]
    counted = sum(
        max(issue["fields"]["comment"]["total"], len(issue["fields"]["comment"]["comments"]))
        for issue in migrated.issues
    )
    written = sum(_is_written(comment.get("body")) for comment in listed)
    counts = migrated.ended.entities["comments"]
    assert (counts["source"], counts["created"], counts["skipped"]) == (counted, written, counted - written)


def test_parents_and_epics_are_parents(migrated: Migrated):
    for issue, row in migrated.pairs():
        parent, key = _above(issue)
        href = (row["_links"].get("parent") or {}).get("href")
        held = migrated.ids[int(href.rsplit("/", 1)[1])] if href else None
        if parent in migrated.by_id:
            assert held == parent, issue["key"]
        elif parent is not None:
            assert key in row["description"]["raw"], issue["key"]


def test_links_within_the_data_are_relations_one_for_each_pair(migrated: Migrated):
    keys = {issue["key"]: issue["id"] for issue in migrated.issues}
    above = {issue["id"]: _above(issue)[0] for issue in migrated.issues}
    wanted = set()
    for issue in migrated.issues:
        for link in issue["fields"].get("issuelinks") or []:
            other = keys.get((link.get("outwardIssue") or link["inwardIssue"])["key"])
            if other is not None and other != issue["id"]:
                wanted.add(frozenset((issue["id"], other)))
    assert all(count == 1 for count in migrated.relations.values())
    absent = wanted - set(migrated.relations)
    # OpenProject relates no ancestor and descendant other than by being so.
    assert all(any(above.get(one) in pair for one in pair) for pair in absent), absent
    assert set(migrated.relations) <= wanted


def test_every_file_arrives_under_its_name_with_all_its_bytes(migrated: Migrated):
    for issue in migrated.issues:
        wanted = sorted((file["id"], min(file["size"], 4096)) for file in issue["fields"].get("attachment") or [])
        held = []
        for row in migrated.files.get(issue["id"], []):
            mark = _FILE.search(row["description"]["raw"])
            assert mark, row["description"]["raw"]
            held.append((mark["id"], row["fileSize"]))
        assert sorted(held) == wanted, issue["key"]


def test_author_and_time_of_creation_stand_in_the_text(migrated: Migrated):
    for issue, row in migrated.pairs():
        author = (issue["fields"].get("reporter") or issue["fields"].get("creator") or {}).get("displayName", "")
        text = row["description"]["raw"]
        assert not lost(wiki_words(author), text), issue["key"]
        assert issue["fields"]["created"][:10] in text, issue["key"]


def test_an_independent_comparison_finds_everything(migrated: Migrated):
    assert migrated.compared.missing == []
    assert migrated.compared.accounted > 50_000
    assert migrated.report["success_rate"] == 1.0


def test_a_second_run_writes_nothing_and_finds_everything_unchanged(migrated: Migrated):
    assert migrated.again.exit_code == 0, explained(migrated.again)
    assert migrated.second_writes == 0
    for entity, counts in migrated.again.entities.items():
        assert counts["unchanged"] == counts["source"] - counts["skipped"], (entity, counts)


def _above(issue: dict[str, Any]) -> tuple[Optional[str], str]:
    """(id, key) of the parent: of a sub-task, else of an issue of an epic."""
    found = issue["fields"].get("parent") or issue["fields"].get("epic") or {}
    return (str(found["id"]) if found else None), found.get("key", "")


def _is_written(body: Any) -> bool:
    return bool(body.get("content")) if isinstance(body, dict) else bool(body and body.strip())


def _people(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for element in value:
            yield from _people(element)
    elif isinstance(value, dict):
        if "displayName" in value and "name" in value:
            yield value
        for element in value.values():
            yield from _people(element)
