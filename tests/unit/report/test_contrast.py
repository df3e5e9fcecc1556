"""Expected and actual values beside each other."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_core.report.contrast import contrast, readable


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain words", "plain words"),
        (5, "5"),
        ("5", '"5"'),
        ("true", '"true"'),
        (True, "true"),
        (None, "(nothing)"),
        ("(nothing)", '"(nothing)"'),
        ("", '""'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("[a]", '"[a]"'),
        (["a", 1], '["a", 1]'),
        ({"a": None}, '{"a": null}'),
        ("Zoë", "Zoë"),
    ],
)
def test_no_two_values_look_the_same(value: Any, text: str) -> None:
    assert readable(value) == text


def test_short_values_stand_below_each_other() -> None:
    assert list(contrast("Epic", "Phase")) == ["- Epic", "+ Phase"]


def test_long_texts_show_what_differs_and_what_is_around_it() -> None:
    wanted = "\n".join(str(number) for number in range(30))
    got = wanted.replace("17", "seventeen")
    assert list(contrast(wanted, got)) == ["...", "  15", "  16", "- 17", "+ seventeen", "  18", "  19"]


def test_control_characters_are_shown_not_sent() -> None:
    assert list(contrast("a\x1b[31m", "b\u202e")) == ["- a\\x1b[31m", "+ b\\u202e"]


def test_large_texts_take_no_time() -> None:
    wanted = "\n".join(f"line {number}" for number in range(5_000))
    assert len(list(contrast(wanted, wanted.replace("line 9", "LINE 9")))) > 10
