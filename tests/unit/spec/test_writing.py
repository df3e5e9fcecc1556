"""Plain data as YAML that reads back as the same data."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.spec.node import plain
from j2o_core.spec.reading import read_yaml
from j2o_core.spec.writing import write_yaml

ODD = (
    *("yes", "no", "On", "010", "1e5", "0x1f", "0o17", "1.10", ".5", "1_000", ".inf", ".NaN", "2019-01-01", "12:30:45"),
    *(
        "~",
        "null",
        "Null",
        "true",
        "True",
        "<<",
        "=",
        "...",
        "---",
        "a:",
        ":a",
        "a#",
        "#a",
        "j2o:demo",
        "https://x/a?b=c",
    ),
    *"*&-?:#!|>@`%,[]{}",
)
TEXT = st.one_of(
    st.text(max_size=10),
    st.text(alphabet="aZ0 9é日😀\"\\'{}[]#:,&*!|>%@`~<=-.?\n\t\r\x85\u2028\ufeff", max_size=14),
    st.sampled_from([*ODD, "", " ", " a", "a ", "a: b", "a #b", "- a", "a\nb", "a\n", "\na", "a\n\n b\n", "k" * 1_500]),
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**38), 10**38), st.floats(allow_nan=False, allow_infinity=False), TEXT
)
DATA = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=15,
)


def read(text: str) -> Any:
    found, problems = read_yaml(text.encode(), "f")
    assert problems == [], text
    assert found is not None
    return plain(found)


@given(st.dictionaries(TEXT, DATA, min_size=1, max_size=3))
def test_what_is_written_is_read_as_it_was_with_remarks_or_without(document: Any) -> None:
    for remark in (lambda path: "", lambda path: "odd\nname: x.yaml:3"):
        text = write_yaml(document, remark)
        again = read(text)
        assert repr(again) == repr(document), text
        assert write_yaml(again, remark) == text


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_text_is_text_for_readers_of_other_versions_of_yaml_too(texts: list[str]) -> None:
    document = {"a": texts, "b": {"c": texts[0]}, "d": [{"e": text} for text in texts]}
    assert yaml.safe_load(write_yaml(document)) == document


@pytest.mark.parametrize("text", ODD)
def test_an_odd_key_is_the_same_key_for_other_readers_too(text: str) -> None:
    assert list(yaml.safe_load(write_yaml({text: 1}))) == [text]


def test_it_reads_as_people_write() -> None:
    document = {
        "name": "acme",
        "url": "${env:URL}",
        "list": ["trim", {"truncate": 255}, []],
        "short": ["a", "b: c", 1],
        "empty": {},
        "text": "one\n\ntwo\n",
        "n": None,
    }
    assert (
        write_yaml(document, lambda path: "f:1" if path == ("name",) else "")
        == """\
name: acme                                                    # f:1
url: "${env:URL}"
list:
  - trim
  - truncate: 255
  - []
short: [a, "b: c", 1]
empty: {}
text: |
  one

  two
n: null
"""
    )


def test_a_number_longer_than_a_reader_takes_stays_a_number() -> None:
    number = int("f" * 38, 16)
    assert read(write_yaml({"a": number})) == {"a": number}
