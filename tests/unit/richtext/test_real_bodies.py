"""Every description and comment of a real Jira: no word is lost, and the blocks are those Atlassian sees."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

import pytest

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown
from tests.integration.source_words import lost, wiki_words
from tests.unit.richtext.structure import blocks_only, empty_header_rows_left_out, of_adf, visible

DATA = Path(__file__).parents[4] / "shared" / "data" / "jira-titanium"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no shared Jira data at {DATA}"),
]


def bodies(file: str) -> Iterator[Tuple[str, Any]]:
    with gzip.open(DATA / file, "rt", encoding="utf-8") as lines:
        for line in lines:
            issue = json.loads(line)
            fields = issue["fields"]
            texts = [fields.get("description")]
            texts += [comment.get("body") for comment in (fields.get("comment") or {}).get("comments", [])]
            for number, body in enumerate(texts):
                if body:
                    yield f"{issue['key']}/{number}", body


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


def adf_text(node: Dict[str, Any]) -> str:
    """What a reader of the ADF sees; files, known here by an artificial id, and pictures of emoji aside."""
    if node["type"] == "text":
        return str(node["text"])
    if node["type"] == "mention":
        return "@" + str(node["attrs"].get("text") or node["attrs"]["id"])
    inner = "".join([adf_text(child) for child in node.get("content", [])])
    return f"\n{inner}\n" if node["type"] not in ("emoji", "media") else " "


def check(step: int) -> int:
    """Compare each ``step``-th body in both forms: how many."""
    documents = dict(bodies("issues-adf.ndjson.gz"))
    count = 0
    for number, (name, text) in enumerate(bodies("issues.ndjson.gz")):
        if number % step:
            continue
        count += 1
        document = documents[name]
        expected = words(re.sub("[\x00-\x08\x0e-\x1f]", " ", adf_text(document)))
        from_wiki, _ = write_markdown(read_wiki(text)[0], rt.NoResolver())
        from_adf, _ = write_markdown(read_adf(document)[0], rt.NoResolver())
        assert not expected - words(visible(from_wiki)), name
        assert not lost(wiki_words(text), from_wiki), name
        assert not expected - words(visible(from_adf)), name
        if number % (step * 8) == 0:
            assert blocks_only(empty_header_rows_left_out(from_adf)) == blocks_only(of_adf(document)), name
    return count


def test_no_word_of_a_sample_of_bodies_is_lost() -> None:
    assert check(step=16) > 500


@pytest.mark.long
def test_no_word_of_any_body_is_lost() -> None:
    assert check(step=1) > 8_000
