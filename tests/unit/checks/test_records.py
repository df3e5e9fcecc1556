"""Records against the schemas of their extractors."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from j2o_core.checks.records import LIMIT, check_against_any, check_record
from j2o_core.model.origin import Origin
from j2o_core.model.record import Record

SCHEMA = {
    "id": {"type": "string", "required": True, "empty": False},
    "fields": {
        "type": "dict",
        "required": True,
        "allow_unknown": True,
        "schema": {
            "summary": {"type": "string", "nullable": True},
            "links": {"type": "list", "schema": {"type": "dict"}},
        },
    },
}


def record(data: Any, key: str = "ACME-1") -> Record:
    return Record(Origin("acme", "work_packages", "1"), key, data)


def test_a_record_as_expected_has_no_problem_and_may_hold_more():
    assert check_record(record({"id": "1", "fields": {"summary": None, "other": 1}, "self": "x"}), SCHEMA) == []


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"fields": {}}, "id", "required"),
        ({"id": "", "fields": {}}, "id", "empty"),
        ({"id": "1", "fields": {"summary": 5}}, "fields.summary", "string"),
        ({"id": "1", "fields": {"links": [{}, 5]}}, "fields.links[1]", "dict"),
        ({"id": "1"}, "fields", "required"),
    ],
)
def test_a_malformed_record_is_told_by_key_and_field(data, field, words):
    (problem,) = check_record(record(data), SCHEMA)
    assert (problem.code, problem.severity, problem.entity, problem.key) == (
        "J2O-C001",
        "error",
        "work_packages",
        "ACME-1",
    )
    assert problem.field == field
    assert words in problem.message


def test_a_record_with_endless_problems_tells_some():
    data = {"id": "1", "fields": {"links": [1] * 100}}
    assert len(check_record(record(data), SCHEMA)) == LIMIT


def test_checking_changes_nothing_and_repeats_itself():
    data = {"id": "1", "fields": {"summary": 5}}
    assert check_record(record(data), SCHEMA) == check_record(record(data), SCHEMA)
    assert data == {"id": "1", "fields": {"summary": 5}}


def test_threads_do_not_disturb_each_other():
    found: list[int] = []

    def work(bad: bool) -> None:
        for _ in range(200):
            found.append(len(check_record(record({"id": "1", "fields": {"summary": 5 if bad else "x"}}), SCHEMA)) - bad)

    threads = [threading.Thread(target=work, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0] * 800


def test_one_of_several_schemas_is_enough():
    other = {"accountId": {"type": "string", "required": True}}
    assert check_against_any(record({"accountId": "a"}), [SCHEMA, other]) == []
    assert check_against_any(record({}), [SCHEMA, other])[0].field == "fields"
    assert check_against_any(record({}), []) == []
