"""The grammar of paths."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.expressions.errors import AmbiguousName, ExpressionSyntaxError
from j2o_core.expressions.names import FieldNames
from j2o_core.expressions.paths import Path, compile_path, parse_path

NAMES = FieldNames({"c1": "Story Points", "c2": "Team", "c3": "team", "c4": "Twin", "c5": "Twin", "c6": 'Say "hi"'})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("key", Path("item", ("key",))),
        ("item.key", Path("item", ("key",))),
        ("source", Path("source", ())),
        ("parent.fields.a", Path("parent", ("fields", "a"))),
        ("history[0].items[-1]", Path("history", (0, "items", -1))),
        ('fields["a.b"]["]"].c', Path("item", ("fields", "a.b", "]", "c"))),
        ("fields['it\\'s']", Path("item", ("fields", "it's"))),
        ('["source"].x', Path("item", ("source", "x"))),
        ("fields.größe-2", Path("item", ("fields", "größe-2"))),
        ('field("Story Points")', Path("field", (), "Story Points", "c1")),
        ("field( 'Story Points' )[0].name", Path("field", (0, "name"), "Story Points", "c1")),
        ('field("Say \\"hi\\"")', Path("field", (), 'Say "hi"', "c6")),
        ('field("team")', Path("field", (), "team", "c3")),
        ('field("Gone")', Path("field", (), "Gone", None)),
    ],
)
def test_a_path_is_read(text, path):
    assert parse_path(text, NAMES) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".a",
        "a.",
        "a..b",
        "a[",
        "a[x]",
        "a b",
        "a.b c",
        "field(x)",
        "field()",
        'x.field("A")',
        "a()",
        "a[1.5]",
        '"a"',
        "a|lower",
    ],
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ExpressionSyntaxError):
        parse_path(text, NAMES)


@pytest.mark.parametrize("name", ["Twin", "TEAM", " twin "])
def test_a_name_that_several_fields_bear_is_ambiguous(name):
    with pytest.raises(AmbiguousName, match="2 fields"):
        parse_path(f'field("{name}")', NAMES)


@given(st.text(max_size=30))
def test_reading_a_path_never_does_anything_but_read_or_refuse(text):
    try:
        path = parse_path(text, NAMES)
    except ExpressionSyntaxError as error:
        assert str(error)
    else:
        assert path.root in ("item", "source", "parent", "target", "history", "field")


keys = st.text(min_size=1, max_size=6) | st.integers(-3, 3)
data = st.recursive(
    st.none() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(data, st.lists(keys, max_size=4))
def test_following_a_path_never_fails_and_changes_nothing(value, way):
    before = copy.deepcopy(value)
    for path in (Path("item", tuple(way)), Path("field", tuple(way), "x", "x")):
        get = compile_path(path)
        assert get({"item": value, "source": value}) == get({"item": before, "source": before})
    assert value == before


@given(st.dictionaries(st.text(min_size=1, max_size=5), st.integers(), min_size=1, max_size=3), st.integers(0, 2))
def test_what_is_there_is_found(inner, index):
    record = {"list": [inner] * 3}
    for key, value in inner.items():
        assert compile_path(Path("item", ("list", index, key)))({"item": record}) == value


def test_a_display_name_is_unambiguous_where_it_is_shown():
    assert [NAMES.display(name) for name in ("c1", "c4", "c5", "unknown")] == [
        "Story Points",
        "Twin (c4)",
        "Twin (c5)",
        "unknown",
    ]
