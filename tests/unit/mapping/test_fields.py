"""One field: when → from or value → steps → table → default → ref → missing."""

from __future__ import annotations

import copy

import pytest

from j2o_core.mapping.compiled import CompileError, compile_entity
from j2o_core.model.payload import Ref, RichText

from .conftest import make_spec, record

ANN = {"key": "U1", "name": "ann", "displayName": "Ann Lee"}


def test_the_first_source_that_is_not_empty_gives_the_value(mapped):
    result = mapped(
        {"a": "", "b": [], "c": 0, "d": "late"}, {"x": {"from": ["fields.a", "fields.b", "fields.c", "fields.d"]}}
    )
    assert result.payload["x"] == 0


def test_a_name_that_is_no_root_is_a_name_of_the_item(mapped):
    result = mapped({"issuetype": {"name": "Bug"}}, {"x": "fields.issuetype.name", "y": "source.key", "z": "item.key"})
    assert (result.payload["x"], result.payload["y"], result.payload["z"]) == ("Bug", "ACME-1", "ACME-1")


def test_whatever_is_absent_on_the_way_is_empty(mapped):
    result = mapped(
        {"a": "text", "l": [1]}, {"x": "fields.a.b.c", "y": "fields.l[7].n", "z": "fields.no[0]", "u": "fields.l.n"}
    )
    assert [result.payload[name] for name in "xyzu"] == [None] * 4
    assert result.fail is None


def test_keys_with_odd_names_and_indexes_are_reached(mapped):
    result = mapped({"My [odd] key": [{"a.b": 1}, {"a.b": 2}]}, {"x": 'fields["My [odd] key"][-1]["a.b"]'})
    assert result.payload["x"] == 2


def test_a_field_is_found_by_its_display_name_in_paths_and_expressions(mapped):
    fields = {
        "x": 'field("Story Points")',
        "y": {"value": "{{ field('story  points') * 2 }}"},
        "z": 'field("Sprint")[0].name',
    }
    result = mapped({"customfield_1": 5.0, "customfield_5": [{"name": "S1"}]}, fields)
    assert (result.payload["x"], result.payload["y"], result.payload["z"]) == (5.0, 10.0, "S1")


def test_an_ambiguous_display_name_is_refused_with_the_ids_that_bear_it(compiled):
    with pytest.raises(CompileError) as error:
        compiled({"subject": 'field("Team")', "x": {"value": "{{ field('Team') }}"}})
    assert [problem.code for problem in error.value.problems] == ["J2O-M005", "J2O-M005"]
    assert "customfield_3, customfield_4" in error.value.problems[0].message


@pytest.mark.parametrize(
    "form",
    [
        'field("Story Point")',
        'field("Story Point").value',
        {"from": 'field("Story Point")', "steps": ["number"]},
        {"value": "{{ field('Story Point') * 2 }}"},
        {"value": "{{ field('Story Point').value }} points"},
        {"value": "{{ 1 if field('Sprint') else field('Story Point') }}"},
        {"from": "fields.n", "steps": [{"format": "{{ value }} {{ field('Story Point') }}"}]},
        {"from": 'field("Story Point")', "when": "{{ field('Sprint') }}"},
    ],
)
def test_a_display_name_that_this_source_lacks_is_refused_with_the_nearest_one(compiled, form):
    with pytest.raises(CompileError) as error:
        compiled({"subject": "fields.summary", "x": form})
    (problem,) = error.value.problems
    assert (problem.code, problem.severity, problem.suggestion) == ("J2O-M013", "error", "Story Points")


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ({"from": 'field("Nowhere")', "default": "d"}, "d"),
        ({"from": 'field("Nowhere")', "missing": "null"}, None),
        ({"from": ['field("Nowhere")', "fields.summary"]}, "s"),
        ({"value": "{{ field('Nowhere') or 's' }}"}, "s"),
        ({"value": "{{ field('Nowhere').name or 's' }}"}, "s"),
        ({"value": "{{ 's' if not field('Nowhere') else 't' }}"}, "s"),
        ({"value": "{{ field('Nowhere') is defined }}"}, False),
        ({"from": 'field("Nowhere")', "when": "{{ not field('Nowhere') or item.fields.summary }}"}, None),
    ],
)
def test_a_display_name_that_a_source_may_lack_is_a_warning_and_empty(compiled, form, value):
    mapping = compiled({"subject": {"value": "s"}, "x": form})
    assert {(p.code, p.severity) for p in mapping.problems} == {("J2O-M006", "warning")}
    assert mapping.apply(record({"fields": {"summary": "s"}})).payload["x"] == value


def test_steps_run_before_the_default_and_skip_what_is_empty(mapped):
    form = {"from": "fields.summary", "steps": ["trim", {"truncate": 10}], "default": "(no summary)"}
    assert mapped({"summary": "  Hi  "}, {"x": form}).payload["x"] == "Hi"
    assert mapped({"summary": "   "}, {"x": form}).payload["x"] == "(no summary)"
    assert mapped({}, {"x": form}).payload["x"] == "(no summary)"


def test_a_value_is_an_expression_a_template_or_a_literal(mapped):
    fields = {
        "a": {"value": "{{ item.fields.n }}"},
        "b": {"value": "{{ item.fields.n }} of {{ item.key }}"},
        "c": {"value": "plain"},
        "d": {"value": ["{{ item.key }}", 1, {"k": "{{ item.fields.gone }}"}]},
        "e": {"value": False},
    }
    payload = mapped({"n": 3}, fields).payload
    assert [payload[name] for name in "abcde"] == [3, "3 of ACME-1", "plain", ["ACME-1", 1, {"k": None}], False]


def test_text_of_the_source_that_looks_like_a_template_stays_text(mapped):
    hostile = "{{ 7 * 7 }} {% for x in y %} {{ item.__class__ }} ${env:HOME}"
    fields = {
        "a": {"from": "fields.s", "steps": ["trim"]},
        "b": {"value": "<{{ item.fields.s }}>"},
        "c": {"value": "{{ item.fields.s }}"},
    }
    payload = mapped({"s": hostile}, fields).payload
    assert (payload["a"], payload["b"], payload["c"]) == (hostile, f"<{hostile}>", hostile)


def test_numbers_in_text_stay_text(mapped):
    payload = mapped(
        {"s": "1_000", "t": "None"}, {"a": {"value": "{{ item.fields.s }}"}, "b": {"value": "{{ item.fields.t }}!"}}
    ).payload
    assert (payload["a"], payload["b"]) == ("1_000", "None!")


def test_a_step_takes_an_argument_made_for_each_record(mapped):
    form = {"from": "fields.n", "steps": [{"format": "{{ value }} {{ item.fields.unit }}"}]}
    result = mapped({"n": 5.0, "unit": "h"}, {"x": form})
    assert result.payload["x"] == "5 h"
    assert result.preserved == {}


def test_a_field_whose_when_is_false_is_left_out_and_its_value_preserved(mapped):
    form = {"from": "fields.summary", "when": "{{ item.fields.kind == 'Bug' }}"}
    drop = {"fields.kind": "only a switch"}
    assert "x" not in mapped({"summary": "Hi", "kind": "Task"}, {"x": form}, drop=drop).payload
    assert mapped({"summary": "Hi", "kind": "Task"}, {"x": form}, drop=drop).preserved == {"Summary": "Hi"}
    assert mapped({"summary": "Hi", "kind": "Bug"}, {"x": form}, drop=drop).payload["x"] == "Hi"


def test_an_item_is_skipped_where_when_leaves_out_what_the_target_requires(mapped):
    result = mapped({}, {"subject": {"value": "s", "when": "{{ item.fields.go }}"}})
    assert "subject is left out by its 'when'" in result.skip
    assert result.payload == {}


@pytest.mark.parametrize(
    ("missing", "payload", "skip", "fail", "warned"),
    [
        (None, {"x": None}, False, False, False),
        ("null", {"x": None}, False, False, False),
        ("skip", {}, False, False, True),
        ("fail", {}, False, True, False),
    ],
)
def test_missing_decides_about_a_field_without_value(mapped, missing, payload, skip, fail, warned):
    result = mapped({}, {"x": {"from": "fields.no", "missing": missing}})
    assert {key: value for key, value in result.payload.items() if key == "x"} == payload
    assert (bool(result.skip), bool(result.fail), bool(result.problems)) == (skip, fail, warned)


@pytest.mark.parametrize(
    ("missing", "skip", "code"), [(None, False, "J2O-M103"), ("skip", True, None), ("fail", False, "J2O-M103")]
)
def test_missing_decides_about_an_item_without_a_required_field(mapped, missing, skip, code):
    result = mapped({}, {"subject": {"from": "fields.summary", "missing": missing}})
    assert (bool(result.skip), result.fail and result.fail.code) == (skip, code)


def test_a_reference_stays_symbolic_with_aliases_label_and_policy(mapped):
    fields = {
        "a": {"from": "fields.who", "ref": "users", "missing": "note"},
        "b": {"from": "fields.who", "ref": "users", "missing": {"use": "migrator"}},
        "c": {"from": "fields.who", "ref": "users"},
        "d": {"from": "fields.all", "ref": "users", "missing": "null"},
    }
    result = mapped({"who": ANN, "all": [ANN, "bob"]}, fields)
    assert result.payload["a"] == Ref("users", ("U1", "ann"), "Ann Lee", "note")
    assert result.payload["b"] == Ref("users", ("U1", "ann"), "Ann Lee", "fail", "migrator")
    assert result.payload["c"] == Ref("users", ("U1", "ann"), "Ann Lee", "fail")
    assert result.payload["d"] == [
        Ref("users", ("U1", "ann"), "Ann Lee", "null"),
        Ref("users", ("bob",), "bob", "null"),
    ]


@pytest.mark.parametrize("missing", [None, "note", "null", "skip", "fail", {"use": "admin"}])
def test_nobody_is_not_a_missing_user(mapped, missing):
    result = mapped({"who": None}, {"x": {"from": "fields.who", "ref": "users", "missing": missing}})
    assert (result.payload["x"], result.fail, result.skip, result.problems) == (None, None, None, ())


def test_a_required_reference_without_value_takes_the_named_fallback(mapped):
    result = mapped({}, {"subject": {"from": "fields.who", "ref": "users", "missing": {"use": "migrator"}}})
    assert result.payload["subject"] == Ref("users", (), "", "fail", "migrator")
    assert mapped({}, {"subject": {"from": "fields.who", "ref": "users", "missing": "skip"}}).skip
    assert mapped({}, {"subject": {"from": "fields.who", "ref": "users", "missing": "note"}}).fail.code == "J2O-M103"


def test_a_value_that_names_nothing_says_what_it_is(mapped):
    form = {"from": "fields.a", "ref": "users", "missing": "note"}
    found = mapped({"a": {"showField": False}}, {"x": form}).payload["x"]
    assert found == Ref("users", (), '{"showField":false}', "note")


def test_references_to_elements_of_another_record_go_by_their_id(mapped):
    assert mapped({"c": {"id": 7, "name": "n"}}, {"x": {"from": "fields.c", "ref": "comments"}}).payload["x"] == Ref(
        "comments", ("7",), "n"
    )


def test_a_mapping_knows_the_entities_it_refers_to(compiled):
    mapping = compiled(
        {
            "subject": "fields.summary",
            "a": {"from": "fields.a", "ref": "users"},
            "b": {"value": "{{ item.b | ref('comments') }}"},
        }
    )
    assert mapping.refers_to == {"users", "comments"}


def test_an_expression_sees_a_references_origin_never_an_id(mapped):
    rules = {"known": {"on": "target", "assert": "{{ target.x.label == 'Ann Lee' and not target.x.id }}"}}
    assert mapped({"who": ANN}, {"x": {"from": "fields.who", "ref": "users"}}, rules=rules).fail is None


def test_rich_text_is_read_by_the_reader_of_its_kind_and_its_warnings_are_listed(mapped):
    form = {"from": "fields.description", "steps": ["rich_text"]}
    wiki = mapped({"description": "a {macro}"}, {"x": form})
    assert wiki.payload["x"] == RichText([["p", ["a {macro}"]]])
    assert [(p.code, p.field) for p in wiki.problems] == [("J2O-M109", "x")]
    assert mapped({"description": {"type": "doc", "content": []}}, {"x": form}).payload["x"] == RichText([["p", ["0"]]])
    assert mapped({"description": " \n"}, {"x": form}).payload["x"] is None


def test_a_reader_that_is_not_installed_fails_the_item_by_name(mapped):
    result = mapped({"d": "x"}, {"x": {"from": "fields.d", "steps": [{"rich_text": "latex"}]}})
    assert result.fail.code == "J2O-M101"
    assert "latex" in result.fail.message and "wiki" in result.fail.message


def test_every_failing_field_is_told_the_first_as_the_cause(mapped):
    fields = {"a": {"from": "fields.a", "steps": ["number"]}, "b": {"from": "fields.b", "table": "t"}}
    result = mapped({"a": "x", "b": "QA"}, fields, tables={"t": {"Done": "Closed"}})
    assert (result.fail.code, result.fail.field, result.fail.key) == ("J2O-M101", "a", "ACME-1")
    assert [(p.code, p.severity) for p in result.problems] == [("J2O-M102", "error")]
    assert "'QA' has no row in table 't'" in result.problems[0].message


def test_a_step_of_a_plugin_that_breaks_fails_the_item_and_not_the_run(registry, mapped):
    from j2o_core.api import Step

    if registry.find("step", "broken") is None:
        registry.step(Step("broken", lambda value, argument, scope: value.nonsense, "Breaks.", {"type": "null"}))
    for form in ({"from": "fields.a", "steps": ["broken"]}, {"value": "{{ item.fields.a | broken }}"}):
        result = mapped({"a": "x"}, {"x": form})
        assert "nonsense" in result.fail.message


def test_a_cut_value_is_told_and_preserved_whole(mapped):
    result = mapped({"summary": "abcdefgh"}, {"x": {"from": "fields.summary", "steps": [{"truncate": 5}]}})
    assert result.payload["x"] == "abcd…"
    assert result.preserved == {"Summary": "abcdefgh"}
    assert [problem.code for problem in result.problems] == ["J2O-M108"]


def test_mapping_changes_nothing_of_the_record_and_repeats_itself(compiled):
    data = {
        "id": "1",
        "key": "A-1",
        "fields": {"summary": " Hi ", "labels": ["b", "a"], "o": {"value": "A", "child": {"value": "B"}}},
    }
    before = copy.deepcopy(data)
    mapping = compiled(
        {"subject": {"from": "fields.summary", "steps": ["trim"]}, "l": {"from": "fields.labels", "steps": ["labels"]}},
        rules={
            "r": {
                "on": "target",
                "assert": "{{ target.l | len == 1 }}",
                "on_fail": "fix",
                "fix": {"l": "{{ [target.l[0]] }}"},
            }
        },
    )
    first, second = mapping.apply(record(data)), mapping.apply(record(data))
    assert first == second
    assert data == before
    assert first.preserved == {"o": "A / B"}


def test_a_child_sees_its_own_data_as_item_and_its_parents_as_source(compiled):
    issue = record({"id": "1", "key": "A-1", "fields": {"summary": "s"}})
    comment = record({"id": "9", "body": "b", "extra": {"name": "e"}}, "comments")
    mapping = compiled(
        {"subject": "fields.summary"},
        comments={
            "text": "body",
            "of": "source.key",
            "parent": "parent.key",
            "id": "id",
            "sum": {"value": "{{ field('Summary') }}"},
        },
        entity="comments",
    )
    result = mapping.apply(comment, issue)
    assert result.payload == {"text": "b", "of": "A-1", "parent": "A-1", "id": "9", "sum": "s"}
    assert result.preserved == {"extra": "e"}
    assert mapping.reads_source


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("body", False),
        ({"value": "{{ item.body }}", "when": "{{ parent.key }}"}, True),
        ("source.key", True),
        ('field("Summary")', True),
        ({"value": "{{ first_change(history, 'status').date }}"}, True),
    ],
)
def test_a_childs_mapping_knows_whether_it_depends_on_the_parent(compiled, text, reads):
    assert compiled({"subject": "source.key"}, comments={"text": text}, entity="comments").reads_source is reads
    assert not compiled({"subject": "source.key"}).reads_source


def test_display_names_are_not_missed_where_they_are_not_known(registry):
    spec = make_spec({"subject": {"from": 'field("Nowhere")', "default": "d"}})
    assert compile_entity(spec.entities["work_packages"], spec, registry, None).problems == ()
    assert len(compile_entity(spec.entities["work_packages"], spec, registry, {}).problems) == 1
