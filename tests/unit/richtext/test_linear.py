"""Hostile text costs in proportion to its length."""

from __future__ import annotations

import time

import pytest

from j2o_core import richtext as rt
from j2o_jira.richtext import read_wiki
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
}


def seconds(text: str, times: int) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        write_markdown(read_wiki(text)[0], rt.NoResolver())
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("name", ["brackets", "braces", "stars", "bars", "deep lists"])
def test_ten_times_the_text_costs_about_ten_times_as_much(name: str) -> None:
    compare(PATTERNS[name])


@pytest.mark.long
@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_at_all_costs_more_than_its_length(name: str) -> None:
    compare(PATTERNS[name])


def compare(pattern: str) -> None:
    small, large = (pattern * (size // len(pattern)) for size in (SMALL, LARGE))
    ratio = taken = 0.0
    for _ in range(4):  # the clock of a busy machine is no clock: one good measurement proves the point
        taken = seconds(large, 1)
        ratio = taken / max(seconds(small, 2), 0.01)
        if ratio <= MOST:
            break
    assert ratio <= MOST
    assert taken < 10
