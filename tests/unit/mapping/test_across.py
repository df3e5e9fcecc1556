"""What an item says to rules that look at all items together."""

from __future__ import annotations

from typing import Any, Mapping

import pytest

from j2o_core.mapping.across import AcrossRule
from j2o_core.mapping.compiled import CompileError

from .conftest import record

FIELDS = {"subject": "fields.summary", "assignee": {"from": "fields.assignee", "ref": "users"}}


@pytest.fixture
def said(compiled: Any) -> Any:
    """The values that one issue says to one rule."""

    def ask(rule: Mapping[str, Any], issue: Mapping[str, Any]) -> list[str]:
        mapping = compiled(FIELDS, rules={"r": rule})
        given = record({"id": "1", "key": "ACME-1", "fields": {"summary": "s", **issue}})
        return list(only(mapping).values(mapping.scope(given, None, mapping.apply(given).payload)))

    return ask


def only(mapping: Any) -> AcrossRule:
    (rule,) = mapping.across
    return rule


def problems(compiled: Any, rule: Mapping[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(CompileError) as raised:
        compiled(FIELDS, rules={"r": rule})
    return [(problem.code, problem.message) for problem in raised.value.problems]


@pytest.mark.parametrize(
    ("value", "issue", "expected"),
    [
        ("{{ target.subject }}", {"summary": "Hi"}, ["Hi"]),
        ("{{ target.subject | lower }}", {"summary": "Hi"}, ["hi"]),
        ("{{ source.fields.n }}", {"n": 5}, ["5"]),
        ("{{ source.fields.n }}", {"n": "5"}, ["5"]),
        ("{{ source.fields.n }}", {"n": ""}, []),
        ("{{ source.fields.n }}", {}, []),
        ("{{ source.fields.n }}", {"n": False}, ["false"]),
        ("{{ source.fields.n }}", {"n": ["b", "a"]}, ['["b", "a"]']),
        ("{{ target.assignee }}", {"assignee": {"name": "ann", "displayName": "Ann Lee"}}, ["ann"]),
        ("{{ [target.assignee, target.subject] }}", {"assignee": {"name": "ann"}}, ['["users ann", "s"]']),
    ],
)
def test_a_value_is_unique_as_a_whole_and_an_empty_one_has_no_part_in_it(said, value, issue, expected):
    assert said({"unique": value}, issue) == expected


def test_a_long_value_is_compared_without_being_kept(said):
    first, second = (said({"unique": "{{ source.fields.n }}"}, {"n": "x" * 100_000 + end})[0] for end in "ab")
    assert first != second and len(first) < 200


def test_each_item_of_a_list_must_exist(said):
    rule = {"exists": {"value": "{{ source.fields.watchers }}", "in": "users"}}
    assert said(rule, {"watchers": ["ann", None, "Bob"]}) == ["ann", "Bob"]


def test_what_is_counted_is_in_the_group_of_its_value_or_in_the_only_one(said):
    epics = {"min": 1, "when": "{{ source.fields.type == 'Epic' }}"}
    assert said({"count": epics}, {"type": "Epic"}) == [""]
    assert said({"count": epics}, {"type": "Task"}) == []
    assert said({"count": {**epics, "per": "{{ source.fields.team }}"}}, {"type": "Epic", "team": "A"}) == ["A"]
    assert said({"count": {**epics, "per": "{{ source.fields.team }}"}}, {"type": "Epic"}) == []


def test_a_message_sees_the_item_the_value_how_many_share_it_and_the_first(compiled):
    message = "{{ source.key }}: {{ value }} is that of {{ first }} ({{ count }})"
    mapping = compiled(FIELDS, rules={"r": {"unique": "{{ target.subject }}", "message": message}})
    scope = mapping.scope(record({"key": "ACME-2"}), None, {})
    assert only(mapping).tell(scope, "Hi", 3, "ACME-1") == "r: ACME-2: Hi is that of ACME-1 (3)"


def test_a_message_takes_a_list_that_must_be_unique_apart(compiled):
    rule = {"unique": "{{ [source.key, source.fields.n] }}", "message": "{{ value[1] }} in {{ value[0] }}"}
    mapping = compiled(FIELDS, rules={"r": rule})
    scope = mapping.scope(record({"key": "ACME-2", "fields": {"n": 5}}), None, {})
    assert only(mapping).tell(scope, '["ACME-2", 5]', 2, "ACME-1") == "r: 5 in ACME-2"


def test_a_message_takes_a_list_by_which_items_are_counted_apart(compiled):
    rule = {
        "count": {"max": 1, "per": "{{ [source.key, source.fields.n] }}"},
        "message": "{{ count }} with {{ value[1] }} in {{ value[0] }}: {{ value }}",
    }
    mapping = compiled(FIELDS, rules={"r": rule})
    scope = mapping.scope(record({"key": "ACME-2", "fields": {"n": 5}}), None, {})
    assert only(mapping).tell(scope, '["ACME-2", 5]', 2) == "r: 2 with 5 in ACME-2: ACME-2, 5"


@pytest.mark.parametrize(
    ("rule", "code", "words"),
    [
        ({"count": {"per": "{{ source.key }}"}}, "J2O-M012", "bounds nothing"),
        ({"count": {"min": 2, "max": 1}}, "J2O-M012", "cannot both be"),
        ({"exists": {"value": "{{ source.key }}", "in": "user"}}, "J2O-M010", "unknown entity 'user'"),
        ({"unique": "source.key"}, "J2O-M004", "not exactly one expression"),
        ({"unique": "{{ sauce.key }}"}, "J2O-M004", "sauce"),
        ({"count": {"max": 1}, "message": "{{ source.key }}"}, "J2O-M004", "source"),
        ({"exists": {"value": "{{ source.key }}", "in": "users"}, "message": "{{ first }}"}, "J2O-M004", "first"),
    ],
)
def test_a_rule_that_cannot_work_is_a_problem_of_the_spec(compiled, rule, code, words):
    ((found, message),) = problems(compiled, rule)
    assert found == code and words in message


def test_a_rule_across_items_leaves_payloads_and_their_digest_as_they_are(compiled):
    plain, ruled = compiled(FIELDS), compiled(FIELDS, rules={"r": {"unique": "{{ target.subject }}"}})
    assert plain.digest == ruled.digest


def test_what_an_item_says_is_asked_again_when_the_rule_asks_something_else(compiled):
    digests = {
        only(compiled(FIELDS, rules={"r": {"unique": value, "message": message}})).digest
        for value in ("{{ source.key }}", "{{ target.subject }}")
        for message in ("a", "b")
    }
    assert len(digests) == 2
