"""``j2o convert``: a text or a stream of lines in, Markdown out."""

from __future__ import annotations

import io
import json
import sys
from typing import Any, Callable, Union

import pytest

from j2o_core.cli import convert

Convert = Callable[..., Any]


@pytest.fixture()
def fed(j2o: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Convert:
    """Call ``j2o convert`` with something on standard input."""

    def call(given: Union[str, bytes], *arguments: str) -> Any:
        data = given.encode("utf-8") if isinstance(given, str) else given
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return j2o("convert", *arguments)

    return call


def lines(called: Any) -> list[Any]:
    return [json.loads(line) for line in called.out.splitlines()]


def doc(*texts: str) -> dict[str, Any]:
    return {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": t}]} for t in texts]}


def test_a_text_becomes_markdown_and_warnings_go_to_stderr(fed: Convert) -> None:
    called = fed("h1. Größe\r\n\r\n*a* by [~joe]\n", "--from", "wiki")
    assert (called.code, called.out) == (0, "# Größe\n\n**a** by @joe\n")
    assert called.err == "j2o: warning: unresolved mention 'joe': kept as text\n"


def test_a_document_becomes_markdown(fed: Convert) -> None:
    called = fed(json.dumps(doc("a", "b")), "--from", "adf", "--to", "markdown")
    assert (called.code, called.out, called.err) == (0, "a\n\nb\n", "")


@pytest.mark.parametrize("source", ["wiki", "adf"])
@pytest.mark.parametrize("given", ["", " \n\n"])
def test_nothing_becomes_nothing(fed: Convert, source: str, given: str) -> None:
    assert fed(given, "--from", source).out == ""
    called = fed(given, "--from", source, "--jsonl")
    assert (called.code, called.out) == (0, "")


def test_lines_come_back_one_for_one_in_order(fed: Convert) -> None:
    given = [{"id": 7, "input": "*a*"}, {"id": "x", "input": "h2. b"}, {"id": None, "input": ""}]
    called = fed("\n".join(map(json.dumps, given)), "--from", "wiki", "--jsonl")
    assert called.code == 0
    assert lines(called) == [
        {"id": 7, "markdown": "**a**", "warnings": []},
        {"id": "x", "markdown": "## b", "warnings": []},
        {"id": None, "markdown": "", "warnings": []},
    ]
    called = fed(json.dumps({"id": 1, "input": doc("a")}), "--from", "adf", "--jsonl")
    assert lines(called) == [{"id": 1, "markdown": "a", "warnings": []}]


def test_a_bad_line_is_told_where_it_stood_and_costs_no_other(fed: Convert) -> None:
    given = b'{"id": 1, "input": "a"}\n{"id": 2, "inp\n\xff\xfe\n[]\n{"id": 5}\n{"id": 6, "input": "b"}\n'
    called = fed(given, "--from", "wiki", "--jsonl")
    answers = lines(called)
    assert called.code == 1
    assert [(one["id"], one["markdown"]) for one in answers] == [
        (1, "a"), (None, ""), (None, ""), (None, ""), (5, ""), (6, "b"),
    ]  # fmt: skip
    assert ["line 2" in answers[1]["warnings"][0], "line 5" in answers[4]["warnings"][0]] == [True, True]
    assert "4 lines could not be converted" in called.err


def test_a_line_that_is_too_long_is_told_and_skipped(fed: Convert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "LONGEST", 100)
    given = "\n".join(json.dumps({"id": n, "input": "a" * size}) for n, size in ((1, 5), (2, 300_000), (3, 5)))
    called = fed(given, "--from", "wiki", "--jsonl")
    assert called.code == 1
    assert [one["markdown"] for one in lines(called)] == ["aaaaa", "", "aaaaa"]
    assert lines(called)[1]["warnings"] == ["line 2 is too long"]


def test_a_text_that_is_too_long_is_refused(fed: Convert, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "LONGEST", 1_048_576)
    called = fed("a" * 1_048_577, "--from", "wiki")
    assert (called.code, called.out) == (2, "")
    assert "more than 1 MiB" in called.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b"line\n\x89PNG\xff", "byte 0x89 at offset 5 (line 2)"),
        ("text".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_text_is_refused_with_the_place(fed: Convert, given: bytes, told: str) -> None:
    called = fed(given, "--from", "wiki")
    assert (called.code, called.out) == (2, "")
    assert told in called.err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('{"type": "doc",\n "content": [', "line 2, column 14: Expecting value; is it cut off?"),
        ('{"type": "do', "is it cut off?"),
        ("[" * 200_000, "standard input is"),
        ('"text"', "expected an object"),
        ("h1. wiki", "no JSON: line 1, column 1"),
    ],
)
def test_what_is_no_document_is_refused_with_the_place(fed: Convert, given: str, told: str) -> None:
    called = fed(given, "--from", "adf")
    assert (called.code, called.out) == (2, "")
    assert told in called.err


def test_a_byte_order_mark_is_no_text(fed: Convert) -> None:
    assert fed("a".encode("utf-8-sig"), "--from", "wiki").out == "a\n"
    assert lines(fed('{"id": 1, "input": "a"}'.encode("utf-8-sig"), "--from", "wiki", "--jsonl"))[0]["markdown"] == "a"


def test_half_of_a_surrogate_pair_harms_nothing(fed: Convert) -> None:
    called = fed('{"id": "\\ud800", "input": "a\\ud800b"}', "--from", "wiki", "--jsonl")
    assert lines(called)[0]["id"] == "\ud800"
    assert lines(called)[0]["markdown"] == "a b"


def test_an_unknown_form_is_refused_with_those_there_are(fed: Convert) -> None:
    called = fed("a", "--from", "html")
    assert called.code == 2
    assert "adf" in called.err and "wiki" in called.err
    assert fed("a").code == 2
    assert "markdown" in fed("a", "--from", "wiki", "--to", "pdf").err
