"""Atlassian's own conversions against ours; docs/explanation/rich-text-cases.md lists what differs and why."""

from __future__ import annotations

import json
from typing import Any, Iterator

import pytest

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf
from j2o_openproject.richtext import write_markdown
from tests.unit.richtext.scores import CASES, GOALS, PAGE, REASONS, means, page, scores_of

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CASES.is_dir(), reason=f"no shared markup cases at {CASES}"),
]


@pytest.mark.parametrize(("form", "count"), [("wiki", 200), ("adf", 94)])
def test_documents_are_as_alike_to_atlassians_as_they_should_be(form: str, count: int) -> None:
    scores = scores_of(form)
    assert len(scores) == count
    assert all(mean >= GOALS[form] for mean in means(scores)), means(scores)


@pytest.mark.parametrize("form", sorted(GOALS))
def test_every_case_that_differs_has_its_reason_and_no_other_has(form: str) -> None:
    assert {score.number for score in scores_of(form) if score.differs} == set(REASONS[form])


def test_the_page_of_cases_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.unit.richtext.scores --write"


def test_no_text_of_invalid_adf_is_lost() -> None:
    cases = json.loads((CASES / "adf_schema_fixtures.json").read_text("utf-8"))
    invalid = [case["input"] for case in cases if case["expected"] != "valid"]
    assert len(invalid) > 100
    for document in invalid:
        tree, _ = read_adf(document)
        shown = "".join(rt.visible_text(tree).split())
        assert all("".join(text.split()) in shown for text in texts(document)), document
        assert write_markdown(tree, rt.NoResolver())[0].strip() or not shown, document


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from texts(child)
    elif isinstance(node, dict):
        if node.get("type") == "text" and isinstance(node.get("text"), str):
            yield node["text"]
        yield from texts(node.get("content"))
