"""The check of a whole snapshot: what is wrong, by root cause."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional

import pytest

from j2o_core.checks import codes
from j2o_core.checks.checker import Checker
from j2o_core.checks.findings import CAUSES, Findings
from j2o_core.hooks.registry import Registry
from j2o_core.mapping.model import Mapped
from j2o_core.model.origin import Origin
from j2o_core.model.payload import Ref
from j2o_core.model.problem import ERROR, WARNING, Problem
from j2o_core.model.record import Record
from j2o_core.spec.model import EntitySpec, ExtractSpec, LoadSpec, RuntimeSpec, Spec


class FakeLoader:
    parent_field = "parent"

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        if len(str(payload.get("subject", ""))) > 255:
            yield Problem("X-1", "longer than 255 characters", ERROR, field="subject")


LOAD = LoadSpec("fake")
SPEC = Spec(
    "test",
    {},
    "",
    {},
    {
        "users": EntitySpec("users", (ExtractSpec(plugin="fake.users"),), {}, LOAD),
        "work_packages": EntitySpec("work_packages", (ExtractSpec(plugin="fake.issues"),), {}, LOAD),
        "comments": EntitySpec("comments", (ExtractSpec(of="work_packages", each="c"),), {}, None),
    },
    {},
    RuntimeSpec(),
)


@pytest.fixture
def checker() -> Checker:
    registry = Registry()
    registry.record_schema("fake.users", {"name": {"type": "string"}})
    made = Checker(SPEC, registry, {"users": FakeLoader(), "work_packages": FakeLoader()})  # type: ignore[dict-item]
    made.feed("users", record("users", "u1", "ann"), Mapped({}, {}))
    return made


def record(entity: str, identifier: str, key: str, parent: Optional[Origin] = None, **data: Any) -> Record:
    return Record(Origin("acme", entity, identifier), key, data, parent=parent)


def feed(checker: Checker, number: int, entity: str = "work_packages", **payload: Any) -> None:
    checker.feed(entity, record(entity, str(number), f"ACME-{number}"), Mapped(payload, {}))


def told(checker: Checker) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.severity, problem.message) for problem in checker.finish()]


def test_a_sound_snapshot_has_no_problem(checker):
    feed(checker, 1, subject="a", parent=Ref("work_packages", ("2",)), assignee=Ref("users", ("ANN",)))
    feed(checker, 2, subject="b", parent=None, watchers=[Ref("users", ("u1",)), Ref("users", ("x", "ann"))])
    assert checker.finish() == []


def test_a_reference_may_come_before_what_it_refers_to(checker):
    feed(checker, 1, parent=Ref("work_packages", ("ACME-9",)))
    feed(checker, 9)
    assert checker.finish() == []


def test_a_reference_to_nothing_is_told_once_with_count_and_examples(checker):
    for number in range(1, 9):
        feed(checker, number, assignee=Ref("users", ("bob",), "Bob Lee"))
    assert told(checker) == [
        (
            "J2O-C003",
            "error",
            "8 work_packages: assignee: 'Bob Lee' is not among the users (ACME-1, ACME-2, ACME-3, ACME-4, ACME-5, …)",
        )
    ]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"missing": "note"}, "missing: note"),
        ({"use": "admin"}, "missing: use admin"),
        ({"missing": "skip"}, "missing: skip"),
    ],
)
def test_a_reference_that_the_spec_provides_for_is_a_warning(checker, policy, words):
    feed(checker, 1, assignee=Ref("users", ("bob",), "Bob", **policy))
    ((code, severity, message),) = told(checker)
    assert (code, severity) == ("J2O-C004", "warning")
    assert words in message


def test_what_is_already_known_elsewhere_answers_a_reference():
    checker = Checker(SPEC, Registry(), {}, known=lambda entity, alias: (entity, alias) == ("users", "bob"))
    feed(checker, 1, "users")
    feed(checker, 2, assignee=Ref("users", ("x", "bob")), author=Ref("users", ("eve",)))
    assert [message for _, _, message in told(checker)] == ["author: 'eve' is not among the users"]


def test_one_id_twice_is_told(checker):
    checker.feed("users", record("users", "u1", "other"), Mapped({}, {}))
    assert told(checker)[0] == ("J2O-C002", "error", "the id u1 occurs twice")


def test_the_same_id_in_two_entities_is_fine(checker):
    feed(checker, 7)
    checker.feed("comments", record("comments", "7", "", Origin("acme", "work_packages", "7")), Mapped({}, {}))
    assert checker.finish() == []


def test_a_part_of_nothing_is_told(checker):
    feed(checker, 7)
    checker.feed("comments", record("comments", "1", "c", Origin("acme", "work_packages", "8")), Mapped({}, {}))
    assert told(checker) == [("J2O-C007", "error", "belongs to none of the work_packages")]


def test_items_that_are_their_own_ancestors_are_told_once_per_circle(checker):
    for child, parent in ((1, "ACME-2"), (2, "ACME-3"), (3, "1"), (4, "1"), (5, "5"), (6, "4"), (8, "9")):
        feed(checker, child, parent=Ref("work_packages", (parent,)))
    feed(checker, 9)
    assert [message for code, _, message in told(checker) if code == codes.CIRCLE] == [
        "its own ancestor: ACME-1 → ACME-2 → ACME-3",
        "its own ancestor: ACME-5",
    ]


def test_a_long_chain_of_parents_is_no_circle_and_no_deep_recursion(checker):
    for number in range(1, 5_000):
        feed(checker, number, parent=Ref("work_packages", (str(number + 1),)))
    feed(checker, 5_000)
    assert checker.finish() == []


def test_what_the_loader_would_refuse_is_told_with_the_item(checker):
    feed(checker, 1, subject="x" * 256)
    (problem,) = checker.finish()
    assert (problem.code, problem.entity, problem.key, problem.field) == ("X-1", "work_packages", "ACME-1", "subject")


def test_a_malformed_record_is_told(checker):
    checker.feed("users", record("users", "u2", "bob", name=5), Mapped({}, {}))
    assert told(checker)[0] == ("J2O-C001", "error", "name: must be of string type")


def test_an_entity_without_any_record_is_told(checker):
    assert told(checker) == [("J2O-C006", "warning", "no record of work_packages was extracted")]


def test_mapping_problems_are_ranked_by_how_many_items_have_them(checker):
    def failure(value: str, number: int) -> Problem:
        return Problem(
            "J2O-M102", f"'{value}' has no row", ERROR, entity="work_packages", key=f"ACME-{number}", field="status"
        )

    values = ["QA", "Review", "QA", "QA"]
    for number, value in enumerate(values, 1):
        item = record("work_packages", str(number), f"ACME-{number}")
        warning = Problem("J2O-M108", "subject: cut", WARNING, entity="work_packages", key=item.key, field="subject")
        checker.feed(
            "work_packages", item, Mapped({"x": Ref("users", ("?",))}, {}, (warning,), None, failure(value, number))
        )
    assert [message for _, _, message in told(checker)] == [
        "3 work_packages: 'QA' has no row (ACME-1, ACME-3, ACME-4)",
        "'Review' has no row",
        "4 work_packages: subject: cut (ACME-1, ACME-2, ACME-3, ACME-4)",
    ]


def test_thousands_of_different_causes_stay_few():
    findings = Findings()
    for number in range(5_000):
        findings.add(Problem("X", f"cannot read {number}", ERROR, entity="users", key=str(number), field="f"))
    ranked = findings.ranked()
    assert len(ranked) == CAUSES + 1
    assert sum(finding.count for finding in ranked) == 5_000
    assert ranked[0].problem.message.endswith("and others like it")


def test_every_code_is_explained():
    named = {value for name, value in vars(codes).items() if isinstance(value, str) and value.startswith("J2O-")}
    assert named == set(codes.CODES)
    assert all(code.title and code.explanation and code.fix for code in codes.CODES.values())
