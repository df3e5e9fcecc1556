"""Streams of texts through a reader and a writer."""

from __future__ import annotations

import json

from j2o_core import richtext as rt
from j2o_jira.richtext import read_adf, read_wiki
from j2o_openproject.richtext import write_markdown


def test_lines_come_back_one_for_one_in_order_whatever_they_hold() -> None:
    lines = [
        json.dumps({"id": 1, "input": "*a*"}),
        "no json\n",
        "[1, 2]",
        "\n",
        json.dumps({"id": "x"}),
        json.dumps({"id": 5, "input": None}).encode(),
    ]
    answers = list(rt.convert_lines(lines, read_wiki, write_markdown))
    assert [answer.id for answer in answers] == [1, None, None, "x", 5]
    assert [answer.markdown for answer in answers] == ["**a**", "", "", "", ""]
    assert [answer.is_bad for answer in answers] == [False, True, True, True, False]
    assert "line 2 is not JSON" in answers[1].warnings[0]
    assert answers[0].as_json() == {"id": 1, "markdown": "**a**", "warnings": []}


def test_a_line_that_breaks_the_converter_costs_no_other() -> None:
    def read(source: object) -> tuple[rt.Document, list[str]]:
        if source == "bad":
            raise RuntimeError("no idea")
        return read_wiki(str(source))

    lines = [json.dumps({"id": number, "input": text}) for number, text in enumerate(("a", "bad", "b"))]
    answers = list(rt.convert_lines([*lines, None], read, write_markdown))
    assert [answer.markdown for answer in answers] == ["a", "", "b", ""]
    assert answers[1].warnings == ["line 2 cannot be converted: RuntimeError: no idea"]
    assert answers[3].warnings == ["line 4 is too long"]


def test_unresolved_references_stay_readable_and_are_listed_once() -> None:
    text, warnings = rt.convert_text("[~joe] and [~joe] see [^log.txt]", read_wiki, write_markdown)
    assert text == "@joe and @joe see log.txt"
    assert warnings == ["unresolved mention 'joe': kept as text", "unresolved attachment 'log.txt': kept as text"]


def test_adf_comes_as_an_object_or_as_text() -> None:
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "hi"}]}]}
    assert rt.convert_text(document, read_adf, write_markdown) == ("hi", [])
    assert rt.convert_text(json.dumps(document), read_adf, write_markdown) == ("hi", [])


def test_input_of_the_wrong_kind_is_a_warning_not_an_error() -> None:
    lines = [
        json.dumps({"id": 1, "input": {"a": 1}}),
        json.dumps({"id": 2, "input": 7}),
        json.dumps({"id": 3, "input": [1]}),
    ]
    for read in (read_wiki, read_adf):
        answers = list(rt.convert_lines(lines, read, write_markdown))
        assert [answer.id for answer in answers] == [1, 2, 3]
