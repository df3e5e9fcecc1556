"""Reading YAML: what is what, where it stands, and that no input takes long."""

from __future__ import annotations

import time
from typing import Any

import pytest

from j2o_core.spec.node import dotted, find, key_place, plain, walk
from j2o_core.spec.reading import read_yaml


def value(text: str) -> Any:
    node, problems = read_yaml(f"a: {text}\n".encode(), "f")
    assert node is not None, problems
    assert problems == []
    return plain(node)["a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        *[(word, word) for word in ("yes", "No", "On", "off", "True", "FALSE", "y")],
        *[(word, None) for word in ("", "~", "null")],
        ("0", 0),
        ("-12", -12),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        *[
            (text, text)
            for text in ("010", "1_000", "12:30:45", "2020-01-31", "2020-01-31T10:00:00Z", "1.2.3", ".inf", ".nan")
        ],
        ("1e999", "1e999"),
        ("9" * 50, "9" * 50),
        ("'true'", "true"),
        ('"12"', "12"),
        ("!!str 12", "12"),
        ("=", "="),
        ("'<<'", "<<"),
    ],
)
def test_a_plain_scalar_is_what_it_looks_like(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


def test_keys_are_text_as_it_is_written() -> None:
    node, problems = read_yaml(b"{1.10: a, true: b, null: c, 010: d, 2020-01-01: e, ~: f}", "f")
    assert node is not None
    assert problems == []
    assert list(plain(node)) == ["1.10", "true", "null", "010", "2020-01-01", "~"]


def test_places_count_characters_from_one() -> None:
    node, _ = read_yaml('ключ: [é, {日本: "ü"}]\n'.encode(), "f")
    assert node is not None
    places = {dotted(path): (str(key_place(node, path)), str(found.place)) for path, found in walk(node)}
    assert places["ключ"] == ("f:1:1", "f:1:7")
    assert places["ключ[1]"] == ("f:1:11", "f:1:11")
    assert places["ключ[1].日本"] == ("f:1:12", "f:1:16")


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_editors_count_them(line_break: str) -> None:
    text = line_break.join(["a: 'x\u2028y'", "# \u0085 \u2029", "b: 1", "c: {"])
    _, problems = read_yaml((text + line_break + "a: [").encode(), "f")
    assert [str(problem.place) for problem in problems] == ["f:5:5"]
    node, _ = read_yaml(text.replace("{", "2").encode(), "f")
    assert node is not None
    assert str(node.keys["c"]) == "f:4:1"


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    node, problems = read_yaml(b"\xef\xbb\xbfname: x", "f")
    assert node is not None
    assert problems == []
    assert str(node.keys["name"]) == "f:1:1"


def test_an_alias_is_the_value_of_its_anchor_at_its_own_place() -> None:
    node, problems = read_yaml(b"a: &x {b: 1}\nc: *x\n", "f")
    assert node is not None
    assert problems == []
    assert plain(node) == {"a": {"b": 1}, "c": {"b": 1}}
    assert str(find(node, ("c",)).place) == "f:2:4"


def test_every_duplicate_key_is_told_at_its_second_place() -> None:
    _, problems = read_yaml(b"a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n", "f")
    assert [(problem.code, str(problem.place)) for problem in problems] == [
        ("J2O-S005", "f:2:17"),
        ("J2O-S005", "f:3:1"),
    ]


LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(12)
)
HOSTILE = {
    "aliases that multiply": LAUGHS,
    "aliases that multiply in keys": LAUGHS.replace("[", "{? x : [").replace("]\n", "]}\n"),
    "lists in lists": "[" * 1_000_000,
    "mappings in mappings": "{a: " * 300_000,
    "dashes": "- " * 500_000,
    "question marks": "? " * 500_000,
    "empty lists": "a: [" + "[]," * 600_000 + "]",
    "the same key": "k: 1\n" * 300_000,
    "many keys": "".join(f"k{n}: 1\n" for n in range(150_000)),
    "a long key": "a" * 2_000_000 + ": 1",
    "many anchors": "a: [" + "".join(f"&a{n} x," for n in range(150_000)) + "]",
    "50 MB": "a" * 50_000_000,
    "a comment": "#" * 2_000_000,
    "blank lines in quotes": "a: '" + "\n" * 1_900_000 + "'",
    "a long number": "a: " + "9" * 1_900_000,
    "many documents": "---\n" * 400_000,
    "directives": "%TAG ! x\n" * 200_000,
}


@pytest.mark.parametrize("kind", HOSTILE, ids=lambda kind: kind.replace(" ", "-"))
def test_hostile_text_ends_within_a_second_of_processor_time(kind: str) -> None:
    data = HOSTILE[kind].encode()
    before = time.process_time()
    read_yaml(data, "f")
    assert time.process_time() - before < 1.0


def test_aliases_that_multiply_are_refused_by_what_they_expand_to() -> None:
    _, problems = read_yaml(LAUGHS.encode(), "f")
    assert [problem.code for problem in problems] == ["J2O-S007"]
