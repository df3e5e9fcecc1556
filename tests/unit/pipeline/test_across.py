"""Rules across items, judged over a snapshot."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator, Mapping

import pytest

from j2o_core.mapping.compiled import compile_entity
from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.pipeline.across import Across
from j2o_core.pipeline.interrupt import Interrupted
from j2o_core.snapshot.facts import Facts
from j2o_core.snapshot.store import Snapshot

from ..mapping.conftest import NAMES, make_registry, make_spec

FIELDS = {"subject": {"from": "fields.summary", "missing": "fail"}}


class Items:
    """What was written before."""

    def __init__(self) -> None:
        self.written: set[str] = set()

    def get(self, entity: str, origins: Any) -> dict[str, object]:
        return {origin: object() for origin in origins if origin in self.written}


class Judged:
    """Issues in a snapshot, and who breaks the rules that a test gives."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.items, self.mapped = snapshot, Items(), 0
        self.stop = threading.Event()
        self.across: Any = None

    def put(self, *summaries: Any) -> None:
        with self.snapshot.transaction() as connection:
            for number, summary in enumerate(summaries, 1):
                data = {"key": f"ACME-{number}", "fields": {"summary": summary}}
                record = Record(Origin("acme", "work_packages", str(number)), f"ACME-{number}", data)
                self.snapshot.put(connection, [(record, 0, True)])

    def judge(self, **rules: Mapping[str, Any]) -> dict[str, list[str]]:
        spec = make_spec(FIELDS, rules=rules)
        mapping = compile_entity(spec.entities["work_packages"], spec, make_registry(), NAMES)
        apply = mapping.apply

        def counted(*arguments: Any) -> Any:
            self.mapped += 1
            return apply(*arguments)

        mapping.apply = counted  # type: ignore[method-assign]
        wiring: Any = SimpleNamespace(
            entities=["work_packages"], mappings={"work_packages": mapping}, derivations=[], spec=spec
        )
        items: Any = self.items
        self.across = Across(wiring, self.snapshot, items, lambda event: None, self.stop)
        self.across.look()
        ids = [stub.id for stubs in self.snapshot.stubs("work_packages") for stub in stubs]
        broken = Facts(self.snapshot).broken("work_packages", ids)
        return {id: [f"{one.rule} {one.value} {one.count} {one.first}".strip() for one in broken[id]] for id in broken}

    def told(self) -> list[tuple[str, str, int, tuple[str, ...]]]:
        findings = [*self.across.stops.ranked(), *self.across.told.ranked()]
        return [(one.problem.severity, one.problem.message, one.count, one.examples) for one in findings]


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[Judged]:
    snapshot = Snapshot(tmp_path / "snapshot.db", "acme")
    snapshot.begin(1)
    yield Judged(snapshot)
    snapshot.close()


UNIQUE = {"unique": "{{ target.subject | lower }}"}


def test_every_item_after_the_first_breaks_uniqueness(judged):
    judged.put("a", "A", "b", "a")
    assert judged.judge(r=UNIQUE) == {"2": ["r a 3 ACME-1"], "4": ["r a 3 ACME-1"]}


def test_an_item_that_was_written_before_keeps_the_value(judged):
    judged.put("a", "a", "a")
    judged.items.written = {"3"}
    assert judged.judge(r=UNIQUE) == {"1": ["r a 3 ACME-3"], "2": ["r a 3 ACME-3"]}


def test_what_the_mapping_leaves_out_has_no_say(judged):
    judged.put("a", None, "b")
    assert judged.judge(r={"unique": "{{ 'x' if item.key != 'ACME-3' else item.key }}"}) == {}


def test_an_item_without_counterpart_breaks_existence_whatever_the_case(judged):
    judged.put("acme-1", "ACME-9", "3")
    rule = {"exists": {"value": "{{ target.subject }}", "in": "work_packages"}}
    assert judged.judge(r=rule) == {"2": ["r acme-9 1"]}


@pytest.mark.parametrize(
    ("bounds", "broken"),
    [({"max": 1}, {"1": ["r a 2"], "3": ["r a 2"]}), ({"min": 2}, {"2": ["r b 1"]}), ({"min": 1, "max": 2}, {})],
)
def test_all_items_of_a_group_of_a_wrong_size_break_the_rule(judged, bounds, broken):
    judged.put("a", "b", "a")
    assert judged.judge(r={"count": {**bounds, "per": "{{ target.subject }}"}}) == broken


@pytest.mark.parametrize(("on_fail", "severity"), [("stop", "error"), ("warn", "warning")])
def test_a_group_is_told_once_where_no_item_is_left_out_for_it(judged, on_fail, severity):
    judged.put(*["a"] * 7, "b")
    count = {"max": 1, "per": "{{ target.subject }}"}
    rule = {"count": count, "message": "{{ count }} of {{ value }}", "on_fail": on_fail}
    assert judged.judge(r=rule) == {}
    examples = tuple(f"ACME-{number}" for number in range(1, 6))
    assert judged.told() == [(severity, "r: 7 of a", 7, examples)]
    assert bool(judged.across.stops) is (on_fail == "stop")


def test_the_message_about_a_group_takes_apart_what_it_has_in_common(judged):
    judged.put("a", "a", "b")
    count = {"max": 1, "per": "{{ [target.subject, len(target.subject)] }}"}
    message = "{{ count }} of {{ value[0] }} with {{ value[1] }} letter"
    assert judged.judge(r={"count": count, "message": message, "on_fail": "warn"}) == {}
    assert [text for _, text, _, _ in judged.told()] == ["r: 2 of a with 1 letter"]


@pytest.mark.parametrize(("on_fail", "severity"), [("fail", "error"), ("skip", "warning"), ("stop", "error")])
def test_no_item_at_all_is_a_group_too_where_all_are_one(judged, on_fail, severity):
    rule = {"count": {"min": 1}, "message": "{{ count }} there", "on_fail": on_fail}
    assert judged.judge(r=rule) == {}
    assert judged.told() == [(severity, "r: 0 there", 1, ())]


def test_a_value_that_cannot_be_made_breaks_the_rule_by_its_reason(judged):
    judged.put("a", "b")
    broken = judged.judge(r={"unique": "{{ target.nothing > 5 if item.key == 'ACME-2' else 1 }}"})
    assert list(broken) == ["2"] and "cannot be evaluated" in broken["2"][0]


def test_what_is_known_of_a_record_is_not_asked_again_until_it_or_the_rules_change(judged):
    judged.put("a", "a", "b")
    judged.judge(r=UNIQUE)
    assert judged.mapped == 3
    assert judged.judge(r={**UNIQUE, "on_fail": "warn"}) == {"2": ["r a 2 ACME-1"]}
    assert judged.mapped == 3
    judged.put("a", "c", "b")
    assert judged.judge(r=UNIQUE) == {}
    assert judged.mapped == 4
    judged.judge(r={"unique": "{{ target.subject }}"})
    assert judged.mapped == 7


def test_asking_can_be_stopped(judged):
    judged.put("a")
    judged.stop.set()
    with pytest.raises(Interrupted):
        judged.judge(r=UNIQUE)
