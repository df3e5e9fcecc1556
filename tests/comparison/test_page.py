"""The page of the reference is what the comparisons saw."""

from __future__ import annotations

import re

from j2o_sandbox.generate.every_field import every_field
from j2o_sandbox.generate.lists import custom_fields

from .page import PAGE, page, read_seen
from .runs import RUNS

#: they are parents: the row is that of an epic
_PARENTS = {"gh-epic-link"}


def test_the_page_is_what_was_seen() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(read_seen()), "bring it up to date with: make fidelity"


def test_every_run_has_been_seen_and_no_other() -> None:
    assert set(read_seen()) == {run.name for run in RUNS}


def test_every_kind_of_thing_has_a_row() -> None:
    text = page(read_seen())
    for run in read_seen().values():
        for kind in run:
            assert f"| {kind} | " in text, kind


def test_every_type_of_field_has_a_row_under_its_own_name() -> None:
    text = page(read_seen())
    types = {str(one["schema"]["custom"]) for one in custom_fields()}
    types |= {field.custom for cloud in (False, True) for field in every_field(cloud)}
    keys = {custom.partition(":")[2] or custom for custom in types} - _PARENTS
    assert [key for key in sorted(keys) if f":{key}` | " not in text] == []


def test_every_reason_is_told_in_words_not_by_the_name_of_a_rule_alone() -> None:
    for reasons in re.findall(r"left out: ([^|]*) \|", page(read_seen())):
        assert all(" " in reason for reason in reasons.split("; ")), reasons
