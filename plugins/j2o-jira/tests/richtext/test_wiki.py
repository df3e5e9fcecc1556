"""Wiki markup as Jira reads it."""

from __future__ import annotations

import random
from typing import Any, List

import pytest

from j2o_core.api import richtext as rt
from j2o_jira.richtext import read_wiki


def blocks(markup: str) -> List[Any]:
    return rt.to_json(read_wiki(markup)[0])


def line(markup: str) -> List[Any]:
    (paragraph,) = blocks(markup)
    assert paragraph[0] == "p"
    return list(paragraph[1])


@pytest.mark.parametrize(
    "text",
    [
        "a*b*c", "*bold *", "snake_case_name", "H~2~O", "x^2^", "pre-built", "1 + 2 + 3", "a[0]", "O(n)", "C:\\temp",
        "\\\\server\\share", "UTF-8 SHA-256 CVE-2021-44228", "f(x) = (y)x", "ls -l -a", "C++ and C++",
        "{html}", "{toc}",
        "[PROJ-1]", "[]", "[ ]", "Wow! What a day !", "a, b - c - d", "{ foobar", "&nbsp; <b>", "x ** y ** z",
    ],
)  # fmt: skip
def test_text_that_only_resembles_markup_stays_text(text: str) -> None:
    assert line(text) == [text]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("*b*", [["t", "b", ["strong"]]]),
        ("_i_", [["t", "i", ["em"]]]),
        ("-s-", [["t", "s", ["strike"]]]),
        ("+u+", [["t", "u", ["underline"]]]),
        ("^a^~b~", [["t", "a", ["sup"]], ["t", "b", ["sub"]]]),
        ("??c??", [["t", "— c", ["cite"]]]),
        ("{{a *b* _c_}}", [["t", "a *b* _c_", ["code"]]]),
        ("{{code}} {{{x}}}", [["t", "code", ["code"]], " ", ["t", "{x}", ["code"]]]),
        ("foo{*}bar{*}baz", ["foo", ["t", "bar", ["strong"]], "baz"]),
        ("*a _b_*", [["t", "a ", ["strong"]], ["t", "b", ["strong", "em"]]]),
        ("\\*a\\* \\{code} \\[x]", ["*a* {code} [x]"]),
        ("a\\\\b", ["a", ["br"], "b"]),
        ("a -- b --- c", ["a – b — c"]),
        ("(/) :)", [["emoji", "✅", ":check_mark:"], " ", ["emoji", "🙂", ":slight_smile:"]]),
        ("{color:red}x{color}y", [["t", "x", [["colour", "#ff0000"]]], "y"]),
        ("[http://x.y]", [["t", "http://x.y", [["link", "http://x.y"]]]]),
        ("[t|http://x.y|a tip]", [["t", "t", [["link", "http://x.y", "a tip"]]]]),
        ("[t|^a.txt|a tip]", [["file", "a.txt", "t"], " (a tip)"]),
        ("[t|http://x.y|smart-link]", [["t", "t", [["link", "http://x.y"]]]]),
        ("[mailto:a@b.c]", [["t", "a@b.c", [["link", "mailto:a@b.c"]]]]),
        ("(http://x.y/z).", ["(", ["t", "http://x.y/z", [["link", "http://x.y/z"]]], ")."]),
        ("[~joe] [~accountid:5b:1]", [["at", "name", "joe"], " ", ["at", "account_id", "5b:1"]]),
        ("[^a b.pdf] [log|^x.log]", [["file", "a b.pdf"], " ", ["file", "x.log", "log"]]),
        ("[#top] {anchor:top}", [["t", "#top", [["link", "#top"]]], " ", ["anchor", "top"]]),
        ("see [it|ACME-1]", ["see ", ["key", "ACME-1", "it"]]),
        ("!a b.png|thumbnail!", [["img", "a b.png"]]),
        ("!x.png|width=300,height=200px!", [["img", "x.png", "", "", 300, 200]]),
        ("!http://x.y/z.png!", [["img", "", "http://x.y/z.png"]]),
        ("!x.png|alt=seen!", [["img", "x.png", "", "seen"]]),
        ("!x.png|title=a tip,alt!", [["img", "x.png", "", "a tip"]]),
        ("!x.png|alt=seen,title=a tip!", [["img", "x.png", "", "seen (a tip)"]]),
        ("javascript [x|javascript:alert(1)]", ["javascript [x|javascript:alert(1)]"]),
    ],
)  # fmt: skip
def test_marks_links_and_signs_within_a_line(markup: str, expected: List[Any]) -> None:
    assert line(markup) == expected


def test_marks_do_not_leave_their_line_but_colours_do() -> None:
    assert line("*a\nb*") == ["*a", ["br"], "b*"]
    assert blocks("{color:red}a\n\nb{color}") == [
        ["p", [["t", "a", [["colour", "#ff0000"]]]]],
        ["p", [["t", "b", [["colour", "#ff0000"]]]]],
    ]


def test_a_code_block_without_language_is_java_and_stays_untouched() -> None:
    body = "  if (a[0]) { *b*; }\n\n\tx"
    assert blocks("{code}\n" + body + "\n{code}") == [["code", body, "java"]]


def test_code_blocks_have_languages_and_titles_wherever_they_stand() -> None:
    assert blocks("{code:title=Foo.xml|borderStyle=solid|xml}<a/>{code}") == [["code", "<a/>", "xml", "Foo.xml"]]
    assert blocks("{noformat}{code}x{code}{noformat}") == [["code", "{code}x{code}"]]
    assert blocks("* a\n{code:sql}x{code}\n* b") == [
        ["ul", [["li", [["p", ["a"]], ["code", "x", "sql"]]], ["li", [["p", ["b"]]]]]]
    ]
    assert blocks("|{code}a|b\nc{code}|d|") == [
        ["table", [["tr", [["td", [["code", "a|b\nc", "java"]]], ["td", [["p", ["d"]]]]]]]]
    ]


def test_an_unclosed_code_macro_loses_no_text() -> None:
    tree, warnings = read_wiki("a {code} b\nc")
    assert rt.visible_text(tree).split() == ["a", "b", "c"]
    assert warnings == ["{code} is never closed: it became an empty block"]


def test_lists_nest_by_the_length_of_their_symbols() -> None:
    assert blocks("# a\n#* b\n#* c\n# d\ngoes on") == [
        ["ol", [["li", [["p", ["a"]], ["ul", [["li", [["p", ["b"]]]], ["li", [["p", ["c"]]]]]]]],
                ["li", [["p", ["d", ["br"], "goes on"]]]]]]
    ]  # fmt: skip
    assert blocks("# a\n**** b")[0][0] == "ol"
    assert [block[0] for block in blocks("* a\n# b\n\n* c")] == ["ul", "ol", "ul"]


def test_more_than_twenty_levels_are_text() -> None:
    assert line("*" * 21 + " x") == ["*" * 21 + " x"]


def test_tables_have_headers_and_cells_over_several_lines() -> None:
    cell = ["td", [["p", ["a", ["br"], "b"]]]]
    assert blocks("||h||k|\n|a\nb|[x|http://y]|\nafter") == [
        ["table", [
            ["tr", [["td", [["p", [["t", "h", ["strong"]]]]], True], ["td", [["p", [["t", "k", ["strong"]]]]], True]]],
            ["tr", [cell, ["td", [["p", [["t", "x", [["link", "http://y"]]]]]]]]],
        ]],
        ["p", ["after"]],
    ]  # fmt: skip


@pytest.mark.parametrize("bars", ["|", "||", "|||||"])
def test_bars_without_cells_are_text(bars: str) -> None:
    assert blocks(bars) == [["p", [bars]]]
    assert blocks(f"a\n{bars}\nb") == [["p", ["a", ["br"], bars, ["br"], "b"]]]
    assert blocks(f"{{quote}}{bars}{{quote}}") == [["quote", [["p", [bars]]]]]


def test_a_line_that_begins_with_a_colour_is_no_row() -> None:
    assert line("{color:red}|a|b|{color}") == [["t", "|a|b|", [["colour", "#ff0000"]]]]
    assert [block[0] for block in blocks("{color:red} {color}|a|\n|b|")] == ["p", "table"]


def test_whatever_a_line_begins_with_is_read_to_its_end() -> None:
    signs = [
        "{color:red}",
        "{color}",
        "|",
        "||",
        "a",
        "\n",
        " ",
        "*",
        "-",
        "h1.",
        "bq.",
        "----",
        "#",
        "{quote}",
        "{code}",
    ]
    drawn = random.Random(1)
    for _ in range(2000):
        text = "".join(drawn.choices(signs, k=6))
        assert rt.visible_text(read_wiki(text)[0]).count("a") == text.count("a"), text


def test_blocks_begin_at_line_starts_only() -> None:
    assert [block[0] for block in blocks("h1. a\nbq. b\n----\nc h1. d")] == ["h", "quote", "hr", "p"]
    assert line("a ---- b") == ["a ---- b"]


def test_quotes_and_panels_hold_blocks() -> None:
    assert blocks("{quote}\n* a\n{quote}") == [["quote", [["ul", [["li", [["p", ["a"]]]]]]]]]
    assert blocks("{panel:title=T|bgColor=red}h2. a{panel}") == [["panel", "error", "T", [["h", 2, ["a"]]]]]
    assert blocks("{info}a{info} {info}") == [["panel", "info", "", [["p", ["a"]]]], ["p", ["{info}"]]]


def test_line_ends_and_control_characters_are_cleaned_with_a_warning() -> None:
    tree, warnings = read_wiki("a\r\nb\rc\x00d \x08e\u00a0f ‏ע🙂")
    assert rt.visible_text(tree) == "a\nb\nc d e\u00a0f ‏ע🙂"
    assert warnings == ["control characters were left out"]


@pytest.mark.parametrize("text", [None, "", " \r\n "])
def test_nothing_gives_an_empty_document(text: Any) -> None:
    assert read_wiki(text) == (rt.Document(), [])
