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
    table = Table("t", {"*": "star", "/^do/": "pattern", "done": "exact", "Doing so ": "folded"})
    assert [table.look_up(text) for text in ("done", "DONE", "doing so", "doing", "x")] == [
        "exact",
        "exact",
        "folded",
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


def test_the_value_of_a_pattern_row_may_name_the_groups_of_the_match():
    rows = {r"/^(.+) \(old\)$/": r"\1", r"/^(?P<n>\d+)\.x$/": r"v\g<n>", "/^C:/": r"\\", r"/^(a)?-/": r"\1", "*": "="}
    table = Table("t", rows)
    values = ("Done (old)", "7.x", "C:x", "-", "else")
    assert [table.look_up(value) for value in values] == ["Done", "v7", "\\", "", "else"]


@pytest.mark.parametrize("value", [r"\2", r"\g<no>", r"\q", "\\"])
def test_a_pattern_row_that_names_no_group_is_refused(value):
    with pytest.raises(ValueError, match="is no replacement"):
        Table("t", {"/^(a)$/": value})
    assert Table("t", {"a": value}).look_up("a") == value


def test_rows_that_look_the_same_decide_by_their_exact_spelling_alone():
    table = Table("t", {"Done": 1, "DONE": 2, "Open": 3, "open ": 3, "*": 4})
    assert [table.look_up(text) for text in ("Done", "DONE", "OPEN")] == [1, 2, 3]
    with pytest.raises(NoRow, match="'done' could be row 'Done' or row 'DONE'"):
        table.look_up("done")


USER = {"self": "http://x", "accountId": "5b1", "emailAddress": "ann@x.example", "displayName": "Ann Lee", "name": "al"}


@pytest.mark.parametrize("alias", ["al", "5b1", "ann@x.example", "Ann Lee", "ann  lee", "ANN@X.EXAMPLE", "/^ann@/"])
def test_an_object_is_looked_up_under_each_of_its_names(alias):
    assert Table("users", {alias: "ann", "bob": "bob"}).look_up(USER) == "ann"


def test_an_object_without_a_row_takes_the_default_or_is_a_problem():
    assert Table("users", {"bob": "b", "*": "migrator"}).look_up(USER) == "migrator"
    assert Table("users", {"al": "="}).look_up(USER) == USER
    assert Table("users", {"al": None}).look_up(USER) is None
    with pytest.raises(NoRow, match="'Ann Lee' has no row in table 'users'"):
        Table("users", {"bob": "b"}).look_up(USER)


def test_an_object_whose_names_have_different_rows_is_a_problem():
    with pytest.raises(NoRow, match="'al' and 'Ann Lee' are one thing and have different rows"):
        Table("users", {"al": "a", "Ann Lee": "b"}).look_up(USER)
    assert Table("users", {"al": "a", "5b1": "a", "ann lee": "b"}).look_up(USER) == "a"


def test_a_long_text_is_not_searched_for_patterns():
    with pytest.raises(NoRow, match="too long"):
        Table("t", {"/a/": "b", "*": "c"}).look_up("a" * 10_001)
    assert Table("t", {"a": "b", "*": "c"}).look_up("a" * 10_001) == "c"


def test_what_a_table_takes_of_an_object_are_its_names(mapped):
    form = {"from": "fields.u", "table": "t"}
    tables = {"t": {"Ann": "a", "*": "d"}}
    assert mapped({"u": {"displayName": "Ann", "phone": "1"}}, {"f": form}, tables=tables).preserved == {
        "u": {"phone": "1"}
    }
    assert mapped({"u": [{"displayName": "Ann"}, "Bob"]}, {"f": form}, tables=tables).preserved == {}
    assert mapped({"u": "Ann"}, {"f": form}, tables=tables).payload["f"] == "a"


def test_a_mapping_tells_the_tables_it_uses(compiled):
    tables = {"a": {"x": "y"}, "b": {"x": "y"}, "c": {"x": "y"}}
    fields = {"subject": {"from": "fields.s", "table": "a"}, "f": {"value": "{{ table(item.x, 'b') }}"}}
    assert compiled(fields, tables=tables).tables == {"a", "b"}


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


def test_elements_of_a_list_without_a_row_are_left_out_and_told_where_the_spec_says_skip(mapped):
    form = {"from": "fields.l", "table": "t", "missing": "skip"}
    tables = {"t": {"a": "A", "c": None}}
    some = mapped({"l": [{"name": "a"}, {"name": "b"}, {"name": "c"}]}, {"x": form}, tables=tables)
    assert some.payload["x"] == ["A"] and some.fail is None
    (told,) = some.problems
    assert (told.code, told.field) == ("J2O-M109", "x") and "'b' has no row in table 't'" in told.message
    assert [*some.preserved] == ["l"]
    none = mapped({"l": ["b"]}, {"x": form}, tables=tables)
    assert "x" not in none.payload and [one.code for one in none.problems] == ["J2O-M104", "J2O-M109"]
    assert mapped({"l": ["b"]}, {"x": {**form, "missing": None}}, tables=tables).fail.code == "J2O-M102"
    assert mapped({"l": "b"}, {"x": form}, tables=tables).fail.code == "J2O-M102"


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
