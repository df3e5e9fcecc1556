"""Every rich text that the Jira Cloud of the sandbox serves is a document of the vendor's schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator

import pytest

from j2o_sandbox.counters import Counters
from j2o_sandbox.faults import Faults
from j2o_sandbox.jira.accounts import ADMINISTRATOR
from j2o_sandbox.jira.app import create_app
from j2o_sandbox.jira.issue_shape import IssueShapes, Selection
from j2o_sandbox.jira.shapes import Shapes
from j2o_sandbox.options import SandboxOptions

from ..comparison import placing
from ..comparison.shapes import read_shapes
from .adf import AdfSchema, documents, outlines

SCHEMA = Path(__file__).resolve().parents[3] / "shared" / "openapi" / "adf-schema.json"
TITANIUM = SCHEMA.parents[1] / "data" / "jira-titanium"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.xdist_group("adf"),
    pytest.mark.skipif(not SCHEMA.is_file(), reason=f"needs the vendor's schema in {SCHEMA}"),
]


@pytest.fixture(scope="module")
def schema() -> AdfSchema:
    return AdfSchema(SCHEMA)


def assert_documents(schema: AdfSchema, fewest: int, **options: Any) -> None:
    """All issues, with all of their comments and worklogs, as they are written into any answer."""
    seen: set[str] = set()
    found: list[str] = []
    count = 0
    for key, document in _served(SandboxOptions(edition="cloud", **options)):
        count += 1
        for outline in outlines(document):
            text = json.dumps(outline, sort_keys=True)
            if text not in seen:
                seen.add(text)
                found.extend(f"{key}: {problem}" for problem in schema.problems(outline))
    assert not found, f"{len(found)} nodes:\n" + "\n".join(found[:20])
    assert count >= fewest


def _served(options: SandboxOptions) -> Iterator[tuple[str, Any]]:
    installation = create_app(options, Faults(), Counters()).installation
    tracker = installation.tracker
    shapes = IssueShapes(Shapes(tracker, installation.behaviour, "3", "http://jira.example", ADMINISTRATOR))
    for position, row in enumerate(tracker.rows):
        issue = tracker.issue(position)
        parts = [shapes.fields(issue, Selection(everything=True)), shapes.changelog(issue)]
        parts += [shapes.worklog(entry, issue) for entry in issue.worklogs]
        for document in documents(parts):
            yield row.key, document


def test_generated_issues_hold_documents_of_the_schema(schema: AdfSchema) -> None:
    assert_documents(schema, 100, projects=2, issues=40)


def test_issues_with_every_feature_hold_documents_of_the_schema(schema: AdfSchema) -> None:
    assert_documents(schema, 60, projects=2, issues=16, everything=True)


@pytest.mark.long
@pytest.mark.parametrize("dialect", ["issues", "issues-adf"])
def test_published_issues_hold_documents_of_the_schema(schema: AdfSchema, dialect: str) -> None:
    data = str(TITANIUM / f"{dialect}.ndjson.gz")
    assert_documents(schema, 8000, jira_data=data, jira_projects=str(TITANIUM / "projects.json"))


@pytest.mark.parametrize("folder", ["devlake/issues", "devlake/issues_server", "jrjc"])
def test_issues_seen_in_the_field_hold_documents_of_the_schema(
    schema: AdfSchema, tmp_path: Path, shared_data: Path, folder: str
) -> None:
    data = tmp_path / "issues.ndjson"
    places = {f"{folder}/**/*.json": placing.issues}
    issues = read_shapes(shared_data / "jira-shapes", places, placing.why_not).issues
    assert issues
    data.write_text("".join(json.dumps(issue) + "\n" for issue in issues), encoding="utf-8")
    assert_documents(schema, 1, jira_data=str(data))


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"type": "heading", "attrs": {"level": 7}}, "heading: "),
        ({"type": "paragraph", "content": [{"type": "text", "text": ""}]}, "text: "),
        ({"type": "paragraph", "content": [{"type": "mention", "attrs": {"text": "@a"}}]}, "mention: "),
        ({"type": "bulletList", "content": [{"type": "paragraph"}]}, "bulletList: "),
        ({"type": "blockquote", "content": [{"type": "rule"}]}, "blockquote: "),
        ({"type": "marquee"}, "marquee: "),
        ({"type": "taskList", "attrs": {"localId": "l"}, "content": []}, "taskList: "),
    ],
)
def test_what_is_no_document_of_the_schema_is_told(schema: AdfSchema, block: Any, told: str) -> None:
    (problem,) = schema.problems({"version": 1, "type": "doc", "content": [block]})
    assert problem.startswith(told)


def test_the_vendors_own_examples_are_judged_as_the_vendor_does(schema: AdfSchema, shared_data: Path) -> None:
    cases = json.loads((shared_data / "markup-cases" / "adf_schema_fixtures.json").read_text(encoding="utf-8"))
    ours = {case["name"]: not schema.problems(case["input"]) for case in cases}
    assert ours == {case["name"]: case["valid_in_adf_schema_57.7.22"] for case in cases}
    assert 50 < sum(ours.values()) < len(ours) - 20
