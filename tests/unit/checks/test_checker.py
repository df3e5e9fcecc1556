"""The check of one item: what is to become of it, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence

import pytest

from j2o_core.checks import codes
from j2o_core.checks.checker import Checker, Verdict
from j2o_core.checks.left_out import LeftOut
from j2o_core.hooks.protocols import Extractor, Meant, Page, Selection
from j2o_core.hooks.registry import Registry
from j2o_core.mapping.model import Mapped
from j2o_core.model.origin import Origin
from j2o_core.model.payload import Ref
from j2o_core.model.problem import ERROR, WARNING, Place, Problem
from j2o_core.model.record import Record
from j2o_core.spec.model import EntitySpec, ExtractSpec, FieldSpec, LoadSpec, RuleSpec, RuntimeSpec, Spec

LOAD = LoadSpec("fake")
SPEC = Spec(
    "test",
    {},
    "",
    {},
    {
        "users": EntitySpec("users", (ExtractSpec(plugin="fake.users"),), {}, LOAD),
        "groups": EntitySpec("groups", (ExtractSpec(plugin="fake.users"), ExtractSpec(plugin="x")), {}, LOAD),
        "work_packages": EntitySpec(
            "work_packages",
            (ExtractSpec(plugin="fake.issues"),),
            {"owner": FieldSpec("owner", "owner", missing="fail"), "kind": FieldSpec("kind", "kind", table="kinds")},
            LOAD,
            rules=(RuleSpec("named", "source", "", "", "fail", path="a rule"),),
        ),
        "stand_ins": EntitySpec("stand_ins", (ExtractSpec(of="files", split="x"),), {}, LOAD),
        "files": EntitySpec("files", (ExtractSpec(plugin="x"),), {}, LOAD, on_fail="fail"),
        "links": EntitySpec("links", (ExtractSpec(plugin="x"),), {}, LOAD, on_fail="skip"),
        "comments": EntitySpec("comments", (ExtractSpec(of="work_packages", each="c"),), {}, LOAD),
    },
    {"kinds": {"Story": "Tale"}},
    RuntimeSpec(),
    places={"tables.kinds.Story": Place("spec.yaml", 7, 3)},
)
KNOWN = {
    ("users", "ann"): ("u1", "ann"),
    ("stand_ins", "ann"): ("u1", "ann"),
    ("work_packages", "ACME-9"): ("9", "ACME-9"),
}


class FakeUsers(Extractor):
    name = "fake.users"

    def pages(self, selection: Selection, slice: str, cursor: Optional[Any]) -> Iterator[Page]:
        yield Page([])

    @staticmethod
    def aliases(value: Any) -> Sequence[str]:
        return (value["name"],)


class FakeLoader:
    required = ("project",)
    stands_in_for: Optional[str] = None
    needs_one_of = ("person", "group")

    def refusal(self) -> str:
        return ""

    def problems(self, payload: Mapping[str, Any]) -> Iterable[Problem]:
        if len(str(payload.get("subject", ""))) > 255:
            yield Problem("X-1", "longer than 255 characters", ERROR, field="subject")
        if payload.get("subject") == "":
            yield Problem("X-2", "blank", WARNING, field="subject")

    def problems_at(self, payload: Mapping[str, Any], meant: Meant) -> Iterable[Problem]:
        place = meant(payload["project"]) if "project" in payload else None
        if place is not None:
            yield Problem("X-3", f"not in {place}", ERROR, field="project")


class FakeStandIns(FakeLoader):
    """What stands in for users; the target may have none."""

    stands_in_for = "users"
    asked, reason = 0, ""

    def refusal(self) -> str:
        self.asked += 1
        return self.reason


class FakeMapping:
    """Gives what it was told to give."""

    mapped = Mapped({}, {})

    def apply(self, record: Record, source: Optional[Record]) -> Mapped:
        return self.mapped


class Checking:
    """A checker over fake mappings and loaders."""

    named: Any = 5

    def __init__(self) -> None:
        registry = Registry()
        registry.record_schema("fake.users", {"name": {"type": "string"}})
        registry.record_schema("fake.issues[c]", {"name": {"type": "string"}})
        registry.extractor(FakeUsers)
        self.left_out = LeftOut()
        self.mapping = FakeMapping()
        mappings: Any = dict.fromkeys(SPEC.entities, self.mapping)
        self.stand_ins = FakeStandIns()
        loaders: Any = {**dict.fromkeys(SPEC.entities, FakeLoader()), "stand_ins": self.stand_ins}
        self.checker = Checker(
            SPEC,
            registry,
            mappings,
            loaders,
            lambda entity, alias: KNOWN.get((entity, alias)),
            self.left_out,
            meant=lambda ref: {"identifier": "acme"} if ref.aliases == ("ACME",) else None,
        )

    def check(self, entity: str = "work_packages", new: bool = True, **mapped: Any) -> Verdict:
        """The verdict on a work package ``ACME-1`` (or another record) that maps like this."""
        self.mapping.mapped = Mapped(**{"payload": {}, "preserved": {}, **mapped})
        parent = Origin("acme", "work_packages", "1") if entity == "comments" else None
        data = {"name": self.named}
        record = Record(Origin("acme", entity, "1"), "ACME-1", data, parent=parent)
        return self.checker.check(record, None, new)


@pytest.fixture
def checking() -> Checking:
    return Checking()


def problem(code: str = "J2O-M102", severity: str = ERROR, field: str = "status") -> Problem:
    return Problem(code, "'QA' has no row", severity, entity="work_packages", key="ACME-1", field=field)


def test_a_loader_is_told_what_the_items_are_that_a_payload_refers_to(checking):
    verdict = checking.check(payload={"project": Ref("users", ("ACME", "ann"))})
    assert verdict.stops == () and verdict.mapped is not None, "it knows that one by another name"
    (stop,) = checking.check(payload={"project": Ref("users", ("ACME",), use="ann")}).stops
    assert (stop.code, stop.message) == ("X-3", "not in {'identifier': 'acme'}")


def test_a_sound_item_is_to_be_written(checking):
    payload = {"subject": "a", "assignee": Ref("users", ("x", "ann")), "watchers": [Ref("users", ("ann",))]}
    verdict = checking.check(payload=payload)
    assert verdict.mapped is not None and verdict.mapped.payload == payload
    assert (verdict.cause, verdict.problems, verdict.replaced, verdict.stops) == (None, (), (), ())


def test_what_mapping_refuses_has_failed_and_what_it_leaves_out_is_skipped(checking):
    broken = replace(problem(), path="a rule")
    failed, skipped = checking.check(fail=broken), checking.check(skip="restricted")
    assert failed.mapped is None and failed.cause is not None
    assert (failed.cause.code, failed.cause.severity, failed.stops) == (broken.code, ERROR, ())
    assert skipped.cause is not None
    assert (skipped.cause.severity, skipped.cause.message) == (WARNING, "restricted")
    assert (skipped.cause.entity, skipped.cause.key) == ("work_packages", "ACME-1")


@pytest.mark.parametrize(
    ("outcome", "words"),
    [({"fail": problem("J2O-M103", field="owner")}, "has failed"), ({"skip": "no"}, "was skipped")],
)
def test_what_belongs_to_an_item_left_out_shares_its_fate_unless_it_was_written_before(checking, outcome, words):
    of_the_parent = checking.check(**outcome)
    verdict = checking.check("comments")
    assert verdict.cause is not None and of_the_parent.cause is not None
    assert (verdict.cause.code, verdict.cause.severity) == ("J2O-E010", of_the_parent.cause.severity)
    assert words in verdict.cause.message
    assert checking.check("comments", new=False).cause is None


ANN = Ref("users", ("ann",), "Ann Lee", "placeholder", stand_in="stand_ins")


def left_out(checking: Checking, entity: str) -> None:
    checking.left_out.add(Origin("acme", entity, "u1"), problem(severity=WARNING))


def test_nothing_is_made_for_who_has_an_item_and_one_for_who_has_none(checking):
    checking.named = "ann"
    assert checking.check("stand_ins").is_none
    left_out(checking, "users")
    needed = checking.check("stand_ins")
    assert needed.mapped is not None and not needed.is_none
    checking.named = "bob"
    assert checking.check("stand_ins").mapped is not None


def test_a_target_without_such_things_is_asked_once_and_all_are_skipped(checking):
    checking.stand_ins.reason = "this edition has none"
    checking.named = "bob"
    for _ in range(2):
        verdict = checking.check("stand_ins")
        assert verdict.cause is not None
        assert (verdict.cause.code, verdict.cause.severity) == ("J2O-E013", WARNING)
        assert verdict.cause.message == "this edition has none"
    assert checking.stand_ins.asked == 1


def test_a_reference_leads_to_what_stands_in_and_where_that_is_left_out_too_to_nothing(checking):
    left_out(checking, "users")
    assert checking.check(payload={"assignee": ANN}).replaced == ()
    left_out(checking, "stand_ins")
    (told,) = checking.check(payload={"assignee": ANN}).replaced
    assert "Ann Lee" in told.message and "missing: placeholder" in told.message


def test_an_item_that_needs_one_of_several_and_has_none_is_left_out(checking):
    nobody, nothing = Ref("users", ("bob",), "Bob", "skip"), Ref("groups", ("devs",), "Devs", "skip")
    ann = Ref("users", ("ann",), "Ann", "skip")
    assert checking.check(payload={"person": ann, "group": nothing}).cause is None
    verdict = checking.check(payload={"person": nobody})
    assert verdict.cause is not None
    assert (verdict.cause.code, verdict.cause.severity) == ("J2O-E012", WARNING)


def test_a_reference_to_nothing_fails_the_item_where_its_field_says_so(checking):
    verdict = checking.check(payload={"owner": Ref("users", ("bob",), "Bob Lee")})
    assert verdict.cause is not None
    assert verdict.cause.severity == ERROR
    assert verdict.cause.message == "owner: 'Bob Lee' is not among the migrated users"


def test_a_reference_to_an_item_left_out_is_one_to_nothing(checking):
    checking.left_out.add(Origin("acme", "users", "u1"), problem())
    assert checking.check(payload={"assignee": Ref("users", ("ann",))}).cause.code == "J2O-E011"


def test_an_item_that_cannot_be_without_its_reference_is_skipped(checking):
    verdict = checking.check(payload={"project": Ref("projects", ("p",), missing="skip")})
    assert verdict.cause is not None
    assert (verdict.cause.code, verdict.cause.severity) == ("J2O-E012", WARNING)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({"missing": "note"}, "missing: note"),
        ({"missing": "note", "use": "admin"}, "missing: use admin"),
        ({"missing": "skip"}, "missing: skip"),
    ],
)
def test_a_reference_that_the_spec_provides_for_is_told_and_the_item_written(checking, policy, words):
    verdict = checking.check(payload={"assignee": Ref("users", ("bob",), "Bob", **policy)})
    assert verdict.mapped is not None
    ((replaced,), problems) = verdict.replaced, verdict.problems
    assert (replaced.code, replaced.severity, problems) == (codes.MISSING_REFERENCE, WARNING, ())
    assert words in replaced.message


def test_another_item_named_by_the_policy_answers_the_reference(checking):
    verdict = checking.check(payload={"assignee": Ref("users", ("bob",), "Bob", missing="fail", use="ann")})
    assert (verdict.cause, verdict.replaced) == (None, ())


@pytest.mark.parametrize(
    "mapped",
    [
        {"fail": Problem("J2O-M101", "no number", ERROR, field="owner")},
        {"fail": Problem("J2O-M103", "empty", ERROR, field="kind")},
        {"payload": {"kind": Ref("users", ("bob",), "Bob")}},
        {"payload": {"subject": "x" * 256}},
    ],
)
def test_what_no_policy_covers_stops_the_run_and_leaves_nothing_out(checking, mapped):
    verdict = checking.check(**mapped)
    (stop,) = verdict.stops
    assert (verdict.mapped, verdict.cause, stop.severity, stop.key) == (None, None, ERROR, "ACME-1")
    assert checking.check("comments").cause is None


@pytest.mark.parametrize(("entity", "severity"), [("files", ERROR), ("links", WARNING)])
def test_an_entity_can_say_that_such_items_fail_or_are_skipped(checking, entity, severity):
    verdict = checking.check(entity, payload={"subject": "x" * 256})
    assert (verdict.cause.code, verdict.cause.severity, verdict.stops) == ("X-1", severity, ())


def test_the_row_of_the_table_is_the_line_to_change_and_what_would_do_is_told(checking):
    wrong = Problem("X-3", "no such kind", ERROR, field="kind", expected="Epic, Task", suggestion="Task")
    (stop,) = checking.check(payload={"kind": "Tale"}, fail=wrong).stops
    assert str(stop.place) == "spec.yaml:7:3"
    assert stop.message == "no such kind (expected: Epic, Task; did you mean 'Task'?)"


def test_what_the_target_would_refuse_fails_and_what_it_would_mind_is_told(checking):
    refused, minded = checking.check("files", payload={"subject": "x" * 256}), checking.check(payload={"subject": ""})
    assert refused.cause is not None and refused.cause.code == "X-1"
    assert minded.mapped is not None
    assert [(found.code, found.key) for found in minded.problems] == [("X-2", "ACME-1")]


def test_a_malformed_record_is_told_and_the_mapping_decides(checking):
    verdict = checking.check("users")
    assert verdict.mapped is not None
    assert [(found.code, found.severity, found.message) for found in verdict.problems] == [
        ("J2O-C001", WARNING, "name: must be of string type")
    ]


def test_an_element_of_a_list_in_records_has_a_schema_of_its_own(checking):
    (found,) = checking.check("comments").problems
    assert (found.code, found.entity, found.key, found.field) == ("J2O-C001", "comments", "ACME-1", "name")


def test_a_record_that_may_come_from_an_extractor_without_schema_is_not_judged(checking):
    assert checking.check("groups").problems == ()


def test_what_stops_the_run_leaves_out_nothing_so_that_everything_below_is_checked_too(checking):
    stop, other = problem(code="J2O-M107"), problem(code="J2O-M103")
    verdict = checking.check(fail=stop, problems=(other,), stops=(stop,))
    assert (verdict.mapped, verdict.cause, verdict.stops, verdict.problems) == (None, None, (stop,), (other,))
    assert checking.check("comments").mapped is not None


def test_every_code_is_explained():
    named = {value for name, value in vars(codes).items() if isinstance(value, str) and value.startswith("J2O-")}
    assert named == set(codes.CODES)
    assert all(code.title and code.explanation and code.fix for code in codes.CODES.values())
