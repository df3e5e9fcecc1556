"""What the comparison holds for equal, and what not."""

from __future__ import annotations

from typing import Any

import pytest

from .moments import days, instant, seconds
from .target import preserved_lines
from .values import lacks
from .words import adf_words, markdown_words, missing_words, wiki_words


def test_instants_are_equal_across_offsets_and_differ_by_a_second() -> None:
    assert (
        instant("2024-01-02T03:04:05.000+0100") == instant("2024-01-02 02:04:05 UTC") == instant("2024-01-02T02:04:05Z")
    )
    assert instant("2024-01-02T03:04:05.000+0100") != instant("2024-01-02T03:04:06.000+0100")
    assert instant("2024-01-02") is None
    assert days("from 2024-01-02 to 2024-02-30") == ["2024-01-02", "2024-02-30"]


def test_durations_are_seconds() -> None:
    told = ("PT1H30M", "P1DT2H", "PT45S", "PT0S", "P", "", None, "an hour")
    assert [seconds(text) for text in told] == [5400, 93_600, 45, 0, None, None, None, None]


def test_words_have_to_stand_in_their_order() -> None:
    assert missing_words(["a", "b", "c"], ["a", "x", "b", "c"]) == []
    assert missing_words(["a", "b", "c"], ["a", "c"]) == ["b"]
    assert missing_words(["one", "two"], ["two", "one"]) != []
    assert missing_words(["same", "same"], ["same"]) == ["same"]


def test_markup_is_no_word_and_what_is_shown_is() -> None:
    assert wiki_words("h1. Title\r\n{code:java}int a_b{code} !p.png|width=3! [t|https://x.example] (/)") == [
        *("title", "int", "a", "b", "p", "png", "t", "https", "x", "example"),
    ]
    document = {
        "type": "doc",
        "content": [
            {
                "type": "paragraph",
                "content": [{"type": "text", "text": "Hi "}, {"type": "mention", "attrs": {"text": "@Ann"}}],
            }
        ],
    }
    assert adf_words(document) == ["hi", "ann"]
    assert markdown_words('<mention data-text="@Ann">@Ann</mention> **b** &lt;c&gt;') == ["ann", "b", "c"]


@pytest.mark.parametrize(
    ("value", "kind", "text", "is_there"),
    [
        (3.0, "number", "**Points:** 3", True),
        (3.0, "number", "**Points:** 31", False),
        (1234567.5, "number", "1,234,567.5", True),
        (0.0, "number", "0", True),
        (0.0, "number", "", False),
        ("2024-01-02", "date", "2024-01-02", True),
        ("2024-01-02", "date", "2024-01-03", False),
        ("2024-01-02T03:04:05.000+0100", "datetime", "2024-01-02 03:04:05 +01:00", True),
        ("2024-01-02T03:04:05.000+0100", "datetime", "2024-01-02", False),
        ({"value": "Europe", "child": {"value": "Wien"}}, "cascadingselect", "Europe / Wien", True),
        ({"value": "Europe", "child": {"value": "Wien"}}, "cascadingselect", "Europe", False),
        ([{"value": "a"}, {"value": "b"}], "multiselect", "a, b", True),
        ([{"value": "a"}, {"value": "b"}], "multiselect", "a", False),
        ({"score": 41, "tags": ["red"]}, "", '{"score": 41, "tags": ["red"]}', True),
        ({"score": 41, "tags": ["red"]}, "", '{"score": 41, "tags": []}', False),
        (["x.Sprint@1[id=1,name=One, two,startDate=<null>]"], "gh-sprint", "One, two (closed)", True),
        (["x.Sprint@1[id=1,name=One, two,startDate=<null>]"], "gh-sprint", "One", False),
        (True, "", "true", True),
    ],
)
def test_a_text_holds_a_value_or_does_not(value: Any, kind: str, text: str, is_there: bool) -> None:
    assert (lacks(value, kind, text) == []) is is_there


def test_preserved_lines_end_before_the_origin_mark() -> None:
    block = "\n\n- **One:** 1\n- **Two:**\n\n  more\n\n[A-1](http://x/browse/A-1#j2o-demo-7)"
    assert preserved_lines(block) == {"One": "1", "Two": "more"}
