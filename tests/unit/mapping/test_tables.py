"""Tables: exact → case, space and Unicode folded → /regex/ → "*"; never a silent fallback."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.expressions.names import fold
from j2o_core.mapping.patterns import compile_pattern
from j2o_core.mapping.tables import NoRow, Table

plain = st.text(min_size=1, max_size=12).filter(lambda text: text != "*" and text[0] != "/" and text.strip())


def test_the_exact_row_wins_over_the_folded_one_over_the_pattern_over_the_star():
    table = Table("t", {"*": "star", "/^do/": "pattern", "done": "exact", "Done ": "other"})
    assert [table.look_up(text) for text in ("done", "Done ", "DONE", "doing", "x")] == [
        "exact",
        "other",
        "exact",
        "pattern",
        "star",
    ]


def test_patterns_are_tried_in_the_order_of_the_spec():
    table = Table("t", {"/a/": 1, "/ab/": 2, "/^b/": 3})
    assert [table.look_up(text) for text in ("ab", "ba")] == [1, 1]


def test_a_value_without_a_row_is_told_with_value_table_and_what_was_meant():
    with pytest.raises(NoRow) as error:
        Table("statuses", {"In Progress": "x"}).look_up("In Progres")
    assert "'In Progres' has no row in table 'statuses'" in str(error.value)
    assert "did you mean 'In Progress'?" in str(error.value)


def test_the_equals_sign_keeps_and_null_empties():
    table = Table("t", {"keep": "=", "gone": None, "*": "="})
    assert [table.look_up(value) for value in ("keep", "gone", "other")] == ["keep", None, "other"]


def test_numbers_and_truth_are_looked_up_as_their_text():
    table = Table("t", {"5": "five", "true": "yes"})
    assert (table.look_up(5), table.look_up(5.0), table.look_up(True)) == ("five", "five", "yes")


def test_a_list_is_looked_up_element_by_element(mapped):
    fields = {"x": {"from": "fields.l", "steps": ["labels"], "table": "t"}}
    result = mapped({"l": ["a", {"name": "b"}, "c"]}, fields, tables={"t": {"a": "A", "b": None, "*": "="}})
    assert result.payload["x"] == ["A", "c"]


def test_a_row_that_empties_lets_the_default_come(mapped):
    fields = {"x": {"from": "fields.a", "table": "t", "default": "d"}}
    result = mapped({"a": "gone"}, fields, tables={"t": {"gone": None}})
    assert result.payload["x"] == "d"
    assert result.preserved == {}


@given(st.dictionaries(plain, st.integers(), max_size=6), plain)
def test_every_key_finds_its_own_row_however_it_is_spelt(rows, other):
    table = Table("t", rows)
    for key, value in rows.items():
        assert table.look_up(key) == value
    if len({fold(key) for key in rows}) == len(rows):
        for key, value in rows.items():
            assert table.look_up(f"  {key} ") == value
            assert table.look_up(unicodedata.normalize("NFD", key)) == value


@given(st.dictionaries(plain, st.integers(), max_size=6), plain)
def test_a_table_gives_a_row_of_its_own_or_none_at_all(rows, text):
    try:
        assert Table("t", rows).look_up(text) in rows.values()
    except NoRow as error:
        assert "'t'" in str(error)


@given(plain)
def test_a_star_leaves_nothing_without_a_row(text):
    assert Table("t", {"*": "d", "x": "y"}).look_up(text) in ("d", "y")


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a*)*b", "((a+)b?)*c", "(a|b+)*c", "([a-z]+)*!", "(?:(?:x+))+y"])
def test_a_pattern_that_could_take_exponential_time_is_refused(pattern):
    with pytest.raises(ValueError, match="exponential"):
        compile_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(\w+,)*\w+", r"^[A-Z]+-\d+$", r"(?i)done|closed", r"(ab)+", r"a{1,3}b*", r"(\d+\.)+"]
)
def test_a_pattern_that_cannot_is_taken_and_fast(pattern):
    compiled = compile_pattern(pattern)
    began = time.process_time()
    compiled.search("a1," * 2_000 + "!")
    assert time.process_time() - began < 5
