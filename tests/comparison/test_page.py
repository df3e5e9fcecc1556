"""The page of the reference is what the comparisons saw."""

from __future__ import annotations

from .page import PAGE, page, read_seen
from .runs import RUNS


def test_the_page_is_what_was_seen() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_seen()), "bring it up to date with: make fidelity"


def test_every_run_has_been_seen_and_no_other() -> None:
    assert set(read_seen()) == {run.name for run in RUNS}


def test_every_kind_of_thing_has_a_row() -> None:
    text = page(read_seen())
    for run in read_seen().values():
        for kind in run:
            assert f"| {kind} | " in text, kind
