"""Atlassian's own conversions against ours; docs/explanation/rich-text.md lists what differs and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import pytest

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown
from tests.unit.richtext.structure import blocks_only, empty_header_rows_left_out, of_adf, similarity

CASES = Path(__file__).parents[4] / "shared" / "data" / "markup-cases"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not CASES.is_dir(), reason=f"no shared markup cases at {CASES}"),
]


class _AllFiles(rt.NoResolver):
    def attachment(self, name: str) -> Optional[str]:
        return name


def scores(
    cases: List[Tuple[Any, Dict[str, Any]]], read: Callable[[Any], Tuple[rt.Document, List[str]]]
) -> Tuple[float, float]:
    """Mean similarity of blocks, and of blocks, text and marks."""
    blocks = whole = 0.0
    for source, expected in cases:
        markdown, _ = write_markdown(read(source)[0], _AllFiles())
        left, right = of_adf(expected), empty_header_rows_left_out(markdown)
        whole += similarity(left, right)
        blocks += similarity(blocks_only(left), blocks_only(right))
    return blocks / len(cases), whole / len(cases)


def test_wiki_markup_has_the_structure_that_atlassian_gives_it() -> None:
    cases = json.loads((CASES / "wiki_to_adf_atlaskit.json").read_text("utf-8"))
    assert len(cases) == 200
    blocks, whole = scores([(case["input"], case["expected"]) for case in cases], read_wiki)
    assert blocks >= 0.99
    assert whole >= 0.97


def test_adf_keeps_its_structure() -> None:
    cases = json.loads((CASES / "adf_schema_fixtures.json").read_text("utf-8"))
    valid = [(case["input"], case["input"]) for case in cases if case["expected"] == "valid"]
    assert len(valid) > 90
    blocks, whole = scores(valid, read_adf)
    assert blocks >= 0.99
    assert whole >= 0.99


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
