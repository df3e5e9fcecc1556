"""Every source value is mapped, dropped by a line, or preserved."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.expressions.names import FieldNames
from j2o_core.expressions.paths import follow
from j2o_core.mapping.claims import Get, Pick, Taken
from j2o_core.mapping.compiled import compile_entity
from j2o_core.mapping.readable import is_blank, note_text
from j2o_core.model.payload import RichText, to_json

from .conftest import NAMES, make_registry, make_spec, record


def test_what_no_field_takes_is_preserved_under_its_display_name(mapped):
    issue = {
        "summary": "taken",
        "customfield_1": 5.0,
        "customfield_3": {"value": "A", "child": {"value": "B"}},
        "customfield_4": {"self": "http://x", "displayName": "Ann", "name": "ann"},
        "unnamed": [{"name": "1.0"}, {"name": "2.0"}],
        "odd": {"progress": 1, "total": 2},
        "zero": 0,
        "no": False,
    }
    result = mapped(issue, {"subject": "fields.summary"})
    assert result.preserved == {
        "Story Points": 5.0,
        "Team (customfield_3)": "A / B",
        "Team (customfield_4)": "Ann",
        "no": False,
        "odd": {"progress": 1, "total": 2},
        "unnamed": ["1.0", "2.0"],
        "zero": 0,
    }
    assert list(result.preserved) == sorted(result.preserved)


def test_a_table_that_is_asked_about_the_record_takes_its_names_alone(compiled):
    mapping = compiled({"subject": {"from": "item", "table": "people"}}, tables={"people": {"ann": "ann.lee"}})
    result = mapping.apply(
        record({"id": "1", "key": "U1", "name": "ann", "self": "http://x", "timeZone": "Asia/Tokyo"})
    )
    assert result.payload == {"subject": "ann.lee"}
    assert result.preserved == {"self": "http://x", "timeZone": "Asia/Tokyo"}


@pytest.mark.parametrize("blank", [None, "", "  \r\n", [], {}, [None, ""], {"a": None, "b": []}])
def test_blanks_are_no_values(mapped, blank):
    assert mapped({"x": blank}, {}).preserved == {}


@pytest.mark.parametrize(
    "form",
    [
        "fields.x",
        "source.fields.x",
        'item["fields"]["x"].name',
        {"from": ["fields.y", "fields.x"]},
        {"value": "{{ item.fields.x }}"},
        {"value": "a {{ source.fields['x'].name }}"},
        {"value": None, "default": "{{ item.fields.x }}"},
        {"value": "{{ item | json }}"},
        {"value": "{{ item.fields }}"},
    ],
)
def test_what_a_path_or_an_expression_reads_is_taken(mapped, form):
    assert mapped({"x": {"name": "n"}}, {"f": form}).preserved == {}


@pytest.mark.parametrize(
    "form",
    [{"value": "c", "when": "{{ item.fields.x }}"}, {"value": "{{ item.fields.xy }}"}, {"value": "{{ item.x }}"}],
)
def test_a_condition_takes_nothing(mapped, form):
    assert mapped({"x": {"name": "n"}}, {"f": form}).preserved == {"x": "n"}


def test_a_field_read_by_its_display_name_is_taken(mapped):
    assert mapped({"customfield_1": 1}, {"f": 'field("Story Points")'}).preserved == {}


@pytest.mark.parametrize(
    "line", ["fields.x", "source.fields.x", 'field("Story Points")', "fields.x.name", 'field("Gone")']
)
def test_drop_lines_take_by_path_and_by_name(mapped, line):
    preserved = mapped({"x": {"name": "n"}, "customfield_1": 1}, {}, drop={line: "why"}).preserved
    assert ("x" in preserved) == ("fields.x" not in line)
    assert ("Story Points" in preserved) == ("Story" not in line)


def test_a_name_that_several_fields_bear_is_dropped_for_all(mapped):
    assert mapped({"customfield_3": "a", "customfield_4": "b"}, {}, drop={'field("Team")': "why"}).preserved == {}


def test_what_becomes_other_entities_is_taken(mapped):
    issue = {"comment": {"comments": [{"id": "1"}], "total": 1}, "attachment": [{"id": "2"}]}
    assert mapped(issue, {}).preserved == {}


@pytest.mark.parametrize(
    ("form", "issue", "payload", "preserved"),
    [
        # what is not used is preserved
        ({"from": ["fields.a", "fields.b"]}, {"a": "one", "b": "two"}, "one", {"b": "two"}),
        ({"from": ["fields.a", "fields.b"]}, {"b": "two"}, "two", {}),
        ({"from": ["fields.a", "fields.b", "fields.c"]}, {"a": "1", "b": "2", "c": "3"}, "1", {"b": "2", "c": "3"}),
        ({"from": ["fields.a", "fields.b"]}, {"a": 0, "b": 5}, 0, {"b": 5}),
        # what says the same is not said twice
        ({"from": ["fields.a", "fields.b"]}, {"a": "one", "b": "one"}, "one", {}),
        ({"from": ["fields.a", "fields.b"]}, {"a": "one", "b": " one "}, "one", {}),
        ({"from": ["fields.a", "fields.b"]}, {"a": {"name": "n", "id": 1}, "b": "n"}, {"name": "n", "id": 1}, {}),
        ({"from": ["fields.a", "fields.b"]}, {"a": "one", "b": "One"}, "one", {"b": "One"}),
        # ... nor what a field of its own takes or a line drops
        ({"from": ["fields.a", "fields.dropped"]}, {"a": "one", "dropped": "two"}, "one", {}),
        # a value that comes to nothing leaves every alternative
        (
            {"from": ["fields.a", "fields.b"], "steps": [{"regex": "^x"}]},
            {"a": "one", "b": "two"},
            None,
            {"a": "one", "b": "two"},
        ),
        # expressions take what they looked at
        ({"value": "{{ item.fields.a or item.fields.b }}"}, {"a": "one", "b": "two"}, "one", {"b": "two"}),
        ({"value": "{{ item.fields.a or item.fields.b }}"}, {"b": "two"}, "two", {}),
        ({"value": "{{ item.fields.a and item.fields.b }}"}, {"b": "two"}, None, {"b": "two"}),
        (
            {"value": "{{ item.fields.a if item.fields.c else item.fields.b }}"},
            {"a": "one", "b": "two", "c": True},
            "one",
            {"b": "two"},
        ),
        (
            {"value": "{{ field('Story Points') or item.fields.b.name }}"},
            {"customfield_1": 3, "b": {"name": "two"}},
            3,
            {"b": "two"},
        ),
        # ... a condition is one question, and a truth value that was not asked for would change nothing
        (
            {"value": "{{ 'x' if item.fields.a or item.fields.b else 'y' }}"},
            {"a": "one", "b": "two"},
            "x",
            {},
        ),
        ({"value": "{{ item.fields.a or item.fields.b }}"}, {"a": True, "b": False}, True, {}),
        ({"value": "{{ not (item.fields.a or item.fields.b) }}"}, {"a": 1, "b": 2}, False, {}),
        ({"value": "{{ first(item.fields.a) }}"}, {"a": ["one", "two"]}, "one", {"a": ["one", "two"]}),
        ({"value": "{{ first(item.fields.a) }}"}, {"a": ["one", "one"]}, "one", {}),
        ({"from": "fields.a", "default": "{{ item.fields.b }}"}, {"a": "one", "b": "two"}, "one", {"b": "two"}),
        ({"from": "fields.a", "default": "{{ item.fields.b }}"}, {"b": "two"}, "two", {}),
        ({"from": "fields.a", "steps": [{"format": "{{ value }} {{ item.fields.b }}"}]}, {"b": "h"}, None, {"b": "h"}),
        # a list that a step thins out, or cuts a text into
        ({"from": "fields.a", "steps": [{"regex": "^P.*"}]}, {"a": ["P1", "x"]}, ["P1"], {"a": ["P1", "x"]}),
        ({"from": "fields.a", "steps": ["trim"]}, {"a": ["P1", " "]}, ["P1"], {}),
        ({"from": "fields.a", "steps": ["split", "first"]}, {"a": "x, y"}, "x", {"a": "x, y"}),
        ({"from": "fields.a", "steps": ["split", "first"]}, {"a": "x"}, "x", {}),
    ],
)
def test_what_a_field_could_take_and_does_not_is_preserved(mapped, form, issue, payload, preserved):
    result = mapped(issue, {"f": form}, drop={"fields.dropped": "why"})
    assert (result.payload["f"], result.preserved) == (payload, preserved)


def test_an_alternative_that_refers_to_the_same_item_is_not_said_twice(mapped):
    form = {"from": ["fields.parent", "fields.epic"], "ref": "users"}
    parent = {"key": "U1", "name": "ann", "displayName": "Ann"}
    assert mapped({"parent": parent, "epic": "U1"}, {"f": form}).preserved == {}
    assert mapped({"parent": parent, "epic": "U2"}, {"f": form}).preserved == {"epic": "U2"}
    assert mapped({"parent": parent, "epic": ["ann", "U1"]}, {"f": form}).preserved == {}


CASCADE = {"self": "http://x", "id": "1", "value": "A", "child": {"self": "http://y", "id": "2", "value": "B"}}


@pytest.mark.parametrize(
    ("form", "value", "left"),
    [
        # a plain object is taken key by key
        ("fields.x.amount", {"amount": 5, "currency": "EUR"}, {"currency": "EUR"}),
        ("fields.x.amount", {"amount": 5}, None),
        ("fields.x.amount", {"currency": "EUR", "note": ""}, {"currency": "EUR", "note": ""}),
        ("fields.x.deep.a", {"deep": {"a": 1, "b": 2}, "c": 3}, {"deep": {"b": 2}, "c": 3}),
        ("fields.x.amount", {"amount": 5, "name": "n", "unit": "EUR"}, {"name": "n", "unit": "EUR"}),
        ({"value": "{{ item.fields.x.amount }} {{ item.fields.x.currency }}"}, {"amount": 5, "currency": "EUR"}, None),
        ({"from": "fields.x", "steps": [{"get": "amount"}]}, {"amount": 5, "currency": "EUR"}, {"currency": "EUR"}),
        (
            {"from": "fields.x", "steps": [{"get": "amount"}]},
            [{"amount": 5, "of": "a"}, {"of": "b"}],
            [{"of": "a"}, {"of": "b"}],
        ),
        (
            {"from": "fields.x", "steps": ["first", {"get": "amount"}]},
            [{"amount": 5, "of": "a"}, {"amount": 6}],
            [{"of": "a"}, {"amount": 6}],
        ),
        ({"from": "fields.x", "steps": [{"get": "amount"}, "first"]}, [{"amount": 5}], None),
        ({"from": "fields.x", "steps": [{"get": "amount"}, "first"]}, [{"amount": 5}, {"amount": 6}], "whole"),
        # what has an identity of its own is taken by any of its names
        ("fields.x.name", {"self": "http://x", "id": "3", "name": "Open", "iconUrl": "i"}, None),
        ("fields.x.nme", {"self": "http://x", "id": "3", "name": "Open"}, "Open"),
        # but for the second level of a cascading option
        ("fields.x.value", CASCADE, "B"),
        ("fields.x.child.value", CASCADE, "A"),
        ("fields.x", CASCADE, None),
        ({"from": "fields.x", "steps": ["option"]}, CASCADE, None),
        # a path takes nothing of a value of another shape
        ("fields.x.amount", "text", "text"),
        ("fields.x.amount", [{"amount": 1}], [{"amount": 1}]),
        ("fields.x[0]", "text", "text"),
        ({"from": "fields.x", "steps": ["first"]}, "text", None),
    ],
)
def test_what_is_taken_in_part_leaves_the_other_parts(mapped, form, value, left):
    preserved = mapped({"x": value}, {"f": form}).preserved
    assert preserved.get("x") == (value if left == "whole" else left)


def test_what_two_fields_take_of_an_object_is_taken(mapped):
    fields = {"a": "fields.x.value", "b": "fields.x.child.value"}
    assert mapped({"x": CASCADE}, fields).preserved == {}
    assert mapped({"x": {"a": 1, "b": 2, "c": 3}}, {"f": "fields.x.a"}, drop={"fields.x.b": "why"}).preserved == {
        "x": {"c": 3}
    }


def test_a_list_that_becomes_other_items_takes_its_paging_and_nothing_else(compiled):
    issue = {"comment": {"comments": [{"id": "1"}], "total": 1, "maxResults": 5, "startAt": 0, "self": "u", "pin": "x"}}
    mapping = compiled({"subject": {"value": "s"}})
    assert mapping.apply(record({"id": "1", "fields": issue})).preserved == {}
    del issue["comment"]["self"]
    assert mapping.apply(record({"id": "1", "fields": issue})).preserved == {"comment": {"pin": "x"}}


@pytest.mark.parametrize(
    ("form", "left"),
    [
        ("fields.fixVersions[0].name", ["2", "3"]),
        ("fields.fixVersions[-1]", ["1", "2"]),
        ({"from": "fields.fixVersions", "steps": ["first", {"get": "name"}]}, ["2", "3"]),
        ({"from": "fields.fixVersions", "steps": ["labels", "last"]}, ["1", "2"]),
        ({"from": "fields.fixVersions", "steps": ["labels"]}, None),
    ],
)
def test_one_of_several_leaves_the_others(mapped, form, left):
    preserved = mapped({"fixVersions": [{"name": "1"}, {"name": "2"}, {"name": "3"}]}, {"v": form}).preserved
    assert preserved.get("Fix Version/s") == left


def test_a_value_that_a_step_makes_nothing_of_is_preserved(mapped):
    form = {"from": "fields.x", "steps": [{"regex": r"PR-(\d+)"}]}
    assert mapped({"x": "see PR-12"}, {"f": form}).preserved == {}
    assert mapped({"x": "none"}, {"f": form}).preserved == {"x": "none"}


def test_documents_are_preserved_as_rich_text_and_sprints_by_name(mapped):
    sprint = "com.atlassian.greenhopper.service.sprint.Sprint@a8[id=1,state=ACTIVE,name=S, 1]=,goal=<null>]"
    preserved = mapped({"d": {"type": "doc", "content": []}, "s": [sprint]}, {}).preserved
    assert preserved == {"d": RichText([["p", ["0"]]]), "s": ["S, 1]= (active)"]}


@pytest.mark.parametrize(
    ("unmapped", "fails", "codes"), [("preserve", False, 0), ("warn", False, 2), ("freeze", True, 1)]
)
def test_unmapped_decides_what_is_said_about_it(mapped, unmapped, fails, codes):
    result = mapped({"a": 1, "b": 2}, {}, unmapped=unmapped)
    assert (bool(result.fail), len(result.problems)) == (fails, codes)
    assert {p.code for p in result.problems} <= {"J2O-M107"}
    assert set(result.preserved) == {"a", "b"}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        (5.0, "5"),
        (True, "true"),
        (["a", 1.0], "a, 1"),
        ({"b": 1, "a": [2]}, '{"a":[2],"b":1}'),
        ([{"a": 1}], '[{"a":1}]'),
    ],
)
def test_a_preserved_value_reads_as_text(value, text):
    assert note_text(value) == text


names = st.sampled_from(["summary", "a", "b", "c", "fixVersions", "customfield_1", "customfield_3", "customfield_4"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "value", "x"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.dictionaries(names, values), st.sets(names), st.sets(names))
def test_every_value_is_mapped_or_dropped_or_preserved(fields, taken, dropped):
    registry = make_registry()
    spec = make_spec(
        {"subject": {"value": "s"}, **{f"t-{name}": f"fields.{name}" for name in sorted(taken)}},
        drop={f"fields.{name}": "why" for name in dropped},
    )
    mapping = compile_entity(spec.entities["work_packages"], spec, registry, NAMES)
    result = mapping.apply(record({"id": "1", "key": "A-1", "fields": fields}))
    left = {name for name, value in fields.items() if not is_blank(value) and name not in taken | dropped}
    assert len(result.preserved) == len(left)
    assert {FieldNames(NAMES).display(name) for name in left} == set(result.preserved)
    assert all(result.payload[f"t-{name}"] == fields.get(name) or is_blank(fields.get(name)) for name in taken)


@pytest.mark.shared
def test_real_issues_are_accounted_for_and_come_out_as_plain_data(registry):
    path = Path(__file__).parents[4] / "shared" / "data" / "jira-titanium" / "issues.ndjson.gz"
    if not path.exists():
        pytest.skip(f"no shared data at {path}")
    spec = make_spec({"subject": "fields.summary", "type": "fields.issuetype.name"})
    mapping = compile_entity(spec.entities["work_packages"], spec, registry, NAMES)
    taken = {"summary", "issuetype", "comment", "attachment"}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            issue = json.loads(line)
            result = mapping.apply(record(issue))
            left = [name for name, value in issue["fields"].items() if name not in taken and not is_blank(value)]
            assert len(result.preserved) == len(left), issue["key"]
            json.dumps(to_json(dict(result.preserved)))
            assert all(isinstance(note_text(value), (str, RichText)) for value in result.preserved.values())


# ------------------------------------------------------------------ parts of values

plain_names = st.sampled_from(["a", "b", "c"])
plain_values = st.recursive(
    st.integers(0, 99).map(lambda number: f"leaf {number}"),
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(plain_names, inner, min_size=1, max_size=3),
    max_leaves=8,
)
ways = st.lists(
    plain_names | st.integers(-2, 2) | plain_names.map(Get) | st.sampled_from([0, -1]).map(Pick), max_size=3
)


@given(plain_values, st.lists(ways, max_size=3))
def test_of_a_plain_value_each_leaf_is_taken_or_left(value, taken):
    found = Taken()
    for way in taken:
        found.add(way)
    before = copy.deepcopy(value)
    left = sorted(_leaves(found.left(value)))
    whole = sorted(_leaves(value))
    reached = sorted(leaf for way in taken for leaf in _reached(value, list(way)))
    assert value == before
    assert not set(whole) - set(left) - set(reached), "lost"
    for leaf in set(whole):
        assert whole.count(leaf) - left.count(leaf) <= reached.count(leaf)


def _leaves(value):
    if isinstance(value, (dict, list)):
        return [leaf for item in (value.values() if isinstance(value, dict) else value) for leaf in _leaves(item)]
    return [] if value is None else [value]


def _reached(value, way):
    """What a mapping along ``way`` gets to see, as the steps and paths do it."""
    if not way:
        return _leaves(value)
    first, rest = way[0], way[1:]
    if isinstance(first, Pick):
        items = value if isinstance(value, list) else [value]
        return _reached(items[first.position], rest)
    if isinstance(first, Get):
        items = value if isinstance(value, list) else [value]
        return [leaf for item in items if isinstance(item, dict) for leaf in _reached(item.get(first.name), rest)]
    return _reached(follow(value, (first,)), rest)
