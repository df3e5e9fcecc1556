"""A mark is read only where j2o puts it, and only from its own source."""

from __future__ import annotations

import pytest

from j2o_openproject.marks import ATTACHMENT, COMMENT, RELATION, TIME_ENTRY, WORK_PACKAGE, Marks

MARKS = Marks("acme", "https://jira.example/")


def description(body: str, identifier: str = "10023", key: str = "ACME-12") -> str:
    return f"{body}\n\n{MARKS.link(WORK_PACKAGE, identifier, key, key)}"


def test_the_mark_of_a_work_package_has_the_form_of_the_contract() -> None:
    link = MARKS.link(WORK_PACKAGE, "10023", "ACME-12", "ACME-12")
    assert link == "[ACME-12](https://jira.example/browse/ACME-12#j2o-acme-10023)"


def test_tokens_have_the_forms_of_the_contract() -> None:
    assert MARKS.token(WORK_PACKAGE, "10023") == "j2o-acme-10023"
    assert MARKS.token(COMMENT, "55") == "j2o-acme-c55"
    assert MARKS.ending(ATTACHMENT, "4711") == "j2o-acme-a4711;"
    assert MARKS.ending(TIME_ENTRY, "5") == "j2o-acme-w5;"


def test_a_mark_is_taken_off_the_last_line() -> None:
    read = MARKS.read_last_line(description("Hello\r\n\r\n  world"))
    assert (read.id, read.text) == ("10023", "Hello\n\n  world")


def test_a_mark_survives_blank_lines_and_blanks_that_an_editor_adds() -> None:
    assert MARKS.read_last_line(description("Hello") + "  \r\n\r\n").id == "10023"


def test_a_text_that_is_nothing_but_a_mark_is_empty() -> None:
    assert MARKS.read_last_line(description("")).text == ""


@pytest.mark.parametrize(
    "text",
    [
        description("x") + "\nand more",
        "[ACME-1](https://jira.example/browse/ACME-1#j2o-acme-10001) is a twin",
        "see [ACME-1](https://jira.example/browse/ACME-1#j2o-acme-10001)",
        "[ACME-1](https://jira.example/browse/ACME-1#j2o-other-10001)",
        "[ACME-1](https://jira.example/browse/ACME-1#j2o-acme-eu-10001)",
        "[ACME-1](https://jira.example/browse/ACME-1#j2o-acme-10001",
        "j2o-acme-10001",
        "> [ACME-1](https://jira.example/browse/ACME-1#j2o-acme-10001)",
        "[ACME-1](https://jira.example/browse/ACME-1#j2o-acme-)",
        "",
    ],
)
def test_what_only_looks_like_a_mark_is_none(text: str) -> None:
    assert MARKS.read_last_line(text).id is None


def test_a_lookalike_in_the_text_of_the_source_stays_text() -> None:
    lookalike = "[ACME-1](https://jira.example/browse/ACME-1#j2o-acme-10001)"
    read = MARKS.read_last_line(description(lookalike))
    assert (read.id, read.text) == ("10023", lookalike)


@pytest.mark.parametrize("identifier", ["10023", "a-b", "ü/1", "x;y)", "10 0"])
def test_every_id_comes_back_from_every_kind_of_mark(identifier: str) -> None:
    assert MARKS.read_last_line(description("x", identifier)).id == identifier
    assert MARKS.read_first_line(MARKS.link(COMMENT, identifier, "ACME-1", "Ann") + "\n\nHi").id == identifier
    for kind in (ATTACHMENT, TIME_ENTRY, RELATION):
        assert MARKS.read_ending(kind, f"some text {MARKS.ending(kind, identifier)}").id == identifier


def test_a_comment_gives_back_its_first_line_and_its_text() -> None:
    link = MARKS.link(COMMENT, "55", "ACME-12", r"Ann \[ops\], 2019-01-02 03:04:05 UTC", "?focusedCommentId=55")
    read = MARKS.read_first_line(f"{link}\n\nfirst\n\nsecond")
    assert (read.id, read.label, read.text) == ("55", r"Ann \[ops\], 2019-01-02 03:04:05 UTC", "first\n\nsecond")


def test_a_quoted_comment_is_no_comment_of_ours() -> None:
    link = MARKS.link(COMMENT, "55", "ACME-12", "Ann")
    assert MARKS.read_first_line(f"I answer this:\n{link}").id is None
    assert MARKS.read_first_line(f"> {link}").id is None


def test_an_ending_counts_at_the_end_alone_and_for_its_kind_alone() -> None:
    assert MARKS.read_ending(TIME_ENTRY, "j2o-acme-w5; I did it").id is None
    assert MARKS.read_ending(TIME_ENTRY, "did it j2o-acme-w5").id is None
    assert MARKS.read_ending(TIME_ENTRY, "did it j2o-acme-a5;").id is None
    assert MARKS.read_ending(TIME_ENTRY, "did itj2o-acme-w5;").id is None
    assert MARKS.read_ending(TIME_ENTRY, "j2o-acme-w5; j2o-acme-w6;").text == "j2o-acme-w5;"


def test_the_custom_field_holds_the_mark_and_nothing_else() -> None:
    assert MARKS.read_value("j2o-acme-10023") == "10023"
    assert MARKS.read_value("j2o-acme-10023 or so") is None
    assert MARKS.read_value("j2o-acme-eu-10023") is None
    assert MARKS.read_value(None) is None


def test_a_key_with_odd_signs_cannot_break_the_link() -> None:
    link = MARKS.link(WORK_PACKAGE, "1", "A) [x](y", r"A) \[x\](y")
    assert MARKS.read_last_line(link).id == "1"
