"""Rules on the source before mapping and on the payload after it."""

from __future__ import annotations

import pytest

DATES = {"startDate": "fields.start", "dueDate": "fields.due"}
LATE = {"start": "2024-02-02", "due": "2024-01-01"}


def due_after_start(on_fail: str, **more: object) -> dict[str, object]:
    return {
        "due-after-start": {
            "on": "target",
            "assert": "{{ not target.dueDate or not target.startDate or target.dueDate >= target.startDate }}",
            "message": "due date {{ target.dueDate }} lies before start date {{ target.startDate }}",
            "on_fail": on_fail,
            **more,
        }
    }


def test_a_rule_that_holds_says_nothing(mapped):
    for issue in ({}, {"start": "2024-01-01"}, {"start": "2024-01-01", "due": "2024-01-01"}):
        result = mapped(issue, DATES, rules=due_after_start("fail"))
        assert (result.fail, result.skip, result.problems) == (None, None, ())


def test_a_broken_rule_fails_the_item_with_its_message(mapped):
    result = mapped(LATE, DATES, rules=due_after_start("fail"))
    assert result.fail.code == "J2O-M105"
    assert result.fail.message == "due-after-start: due date 2024-01-01 lies before start date 2024-02-02"
    assert result.fail.key == "ACME-1"


def test_a_broken_rule_skips_the_item(mapped):
    result = mapped(LATE, DATES, rules=due_after_start("skip"))
    assert result.fail is None
    assert "lies before" in result.skip


def test_a_broken_rule_warns_and_the_item_is_written(mapped):
    result = mapped(LATE, DATES, rules=due_after_start("warn"))
    assert result.payload["dueDate"] == "2024-01-01"
    assert [(p.code, p.severity) for p in result.problems] == [("J2O-M105", "warning")]


def test_a_fix_writes_typed_values_into_the_payload_and_is_listed(mapped):
    result = mapped(LATE, DATES, rules=due_after_start("fix", fix={"dueDate": "{{ target.startDate }}"}))
    assert result.payload["dueDate"] == "2024-02-02"
    assert [p.code for p in result.problems] == ["J2O-M106"]


def test_a_fix_may_exchange_two_fields(mapped):
    fix = {"dueDate": "{{ target.startDate }}", "startDate": "{{ target.dueDate }}"}
    payload = mapped(LATE, DATES, rules=due_after_start("fix", fix=fix)).payload
    assert (payload["startDate"], payload["dueDate"]) == ("2024-01-01", "2024-02-02")


def test_a_fix_that_does_not_help_fails_the_item(mapped):
    result = mapped(LATE, DATES, rules=due_after_start("fix", fix={"dueDate": "2000-01-01"}))
    assert "its fix did not help" in result.fail.message


@pytest.mark.parametrize(("on_fail", "skip", "fail"), [("skip", True, False), ("fail", False, True)])
def test_a_rule_on_the_source_comes_before_mapping(mapped, on_fail, skip, fail):
    rules = {
        "open": {
            "on": "source",
            "assert": "{{ not source.fields.security }}",
            "message": "restricted: {{ source.fields.security.name }}",
            "on_fail": on_fail,
        }
    }
    result = mapped(
        {"security": {"name": "top"}, "n": "x"}, {"n": {"from": "fields.n", "steps": ["number"]}}, rules=rules
    )
    assert (bool(result.skip), bool(result.fail), result.payload) == (skip, fail, {})
    assert "restricted: top" in (result.skip or result.fail.message)


def test_a_rule_that_cannot_be_evaluated_fails_the_item_with_the_expression(mapped):
    rules = {"r": {"on": "target", "assert": "{{ target.dueDate > target.startDate }}"}}
    result = mapped({}, DATES, rules=rules)
    assert result.fail.code == "J2O-M110"
    assert "target.dueDate > target.startDate" in result.fail.message


@pytest.mark.parametrize("on", ["source", "target"])
def test_a_rule_that_stops_is_told_as_such_and_the_item_fails(mapped, on):
    rules = {"r": {"on": on, "assert": "{{ source.fields.ok }}", "message": "no", "on_fail": "stop"}}
    result = mapped({}, DATES, rules=rules)
    assert result.stops == (result.fail,)
    assert (result.fail.code, result.fail.message) == ("J2O-M105", "r: no")
    assert mapped({"ok": True}, DATES, rules=rules).stops == ()
