"""Hostile text costs in proportion to its length."""

from __future__ import annotations

import time

import pytest

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown

SMALL, LARGE, MOST = 100_000, 1_000_000, 12.0
PATTERNS = {
    "brackets": "[",
    "braces": "{",
    "stars": "*",
    "bars": "|",
    "deep lists": "*" * 20 + " x\n",
    "open links": "[a](",
    "open marks": " *a",
    "open pictures": "!a ",
    "open code": "{code}",
    "open colours": "{color:red}",
    "backslashes": "\\",
    "open attributes": "{panel:a=b|",
    "wiki pages": "[[a|",
    "references": "a-#1",
    "hashes": "#",
    "backticks": "`",
    "mixed marks": "*_-+^~",
    "forced marks": "{*}a",
    "mentions": "[~",
    "addresses": "http://{color}",
    "issue keys": "A-1 A-1",
    "emoticons": ":)",
    "quotes": "{quote}",
    "rows": "|a|b|\n",
    "growing lists": "".join("*" * depth + " x\n" for depth in range(1, 20)),
    "settings": "{{opSetting:",
    "prefixes": "version:",
}


class _AllIssues(rt.NoResolver):
    """Every key is an issue's, so that all of a text is looked through for them."""

    def is_issue(self, key: str) -> bool:
        return True


def seconds(text: str, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        write_markdown(read_wiki(text)[0], _AllIssues())
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", ["brackets", "braces", "stars", "bars", "deep lists"])
def test_ten_times_the_text_costs_about_ten_times_as_much(name: str) -> None:
    compare(PATTERNS[name], part=0.4)


ADF = {
    "marked runs": [{"type": "text", "text": "a", "marks": [{"type": "strong"}]}, {"type": "text", "text": "b"}],
    "breaks": [{"type": "hardBreak"}],
    "hashes": [{"type": "text", "text": "# 12 #"}],
}


@pytest.mark.parametrize("name", ADF)
def test_ten_times_the_document_costs_about_ten_times_as_much(name: str) -> None:
    def taken(times: int) -> float:
        document = {"type": "doc", "content": [{"type": "paragraph", "content": ADF[name] * times}]}
        start = time.process_time()
        write_markdown(read_adf(document)[0], _AllIssues())
        return time.process_time() - start

    assert any(taken(20_000) <= MOST * max(taken(2_000), 0.01) for _ in range(4))


@pytest.mark.long
@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_at_all_costs_more_than_its_length(name: str) -> None:
    compare(PATTERNS[name])


def compare(pattern: str, part: float = 1.0) -> None:
    small, large = (pattern * (int(size * part) // len(pattern)) for size in (SMALL, LARGE))
    ratio = taken = 0.0
    for _ in range(4):  # the clock of a busy machine is no clock: one good measurement proves the point
        taken = seconds(large, 1)
        ratio = taken / max(seconds(small, 2), 0.01)
        if ratio <= MOST:
            break
    assert ratio <= MOST
    assert taken < 10
