"""How many items of what was read need each thing that an administrator makes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, Iterator, Mapping

import pytest

from j2o_core.hooks.protocols import Need, Needs
from j2o_core.mapping.compiled import CompileError
from j2o_core.model.origin import Origin
from j2o_core.model.record import Record
from j2o_core.pipeline.demand import counted
from j2o_core.pipeline.needs import needs_of
from j2o_core.pipeline.records import Records
from j2o_core.snapshot.store import Snapshot
from j2o_core.spec.model import EntitySpec, FieldSpec, LoadSpec, RuleSpec, RuntimeSpec, Spec

from ..mapping.conftest import FakeLoader, make_registry

TABLES = {"kinds": {"Story": "Tale", "*": "="}, "areas": {"n": "North", "*": "="}}
ITEMS = [
    {"kind": "Story", "status": "Open", "area": "n", "groups": ["a", "b"]},
    {"kind": "Bug", "status": "Open", "area": "s", "groups": ["b"]},
    {"kind": "bug", "status": "Done", "area": None, "groups": []},
    {"kind": "Secret", "status": "Open", "area": "n", "hidden": True, "groups": ["c"]},
    *({"kind": "Bug", "status": "Open", "area": "x" * 200, "groups": None} for _ in range(3)),
]


class Counting(FakeLoader):
    name = "fake.counted"
    named: ClassVar[Mapping[str, str]] = {"kind": "types", "status": "statuses", "groups": "groups"}
    named_together: ClassVar[Mapping[str, tuple[str, ...]]] = {"workflows": ("kind", "status")}
    named_options: ClassVar[Mapping[str, str]] = {"origin_field": "custom_fields"}
    required: ClassVar[tuple[str, ...]] = ("subject",)
    notes_field = "text"


def spec(**more: FieldSpec) -> Spec:
    fields = {
        "subject": FieldSpec("subject", "p", ("fields.nowhere",)),
        "kind": FieldSpec("kind", "p", ("kind",), table="kinds"),
        "status": FieldSpec("status", "p", ("status",)),
        "groups": FieldSpec("groups", "p", ("groups",)),
        "cf:Area": FieldSpec("cf:Area", "p", ("area",), table="areas"),
        **more,
    }
    rule = RuleSpec("open", "source", "{{ not item.hidden }}", "hidden", "skip")
    load = LoadSpec("fake.counted", options={"origin_field": "Origin"})
    entity = EntitySpec("items", (), fields, load, rules=(rule,), on_fail="skip")
    return Spec("s", {}, "", {}, {"items": entity}, TABLES, RuntimeSpec())


@pytest.fixture
def count(tmp_path: Path) -> Iterator[Any]:
    registry: Any = make_registry()
    registry.add("loader", "fake.counted", Counting)
    snapshot = Snapshot(tmp_path / "s.db", "s")
    snapshot.begin(1)
    records = [Record(Origin("s", "items", str(at)), f"A-{at}", data) for at, data in enumerate(ITEMS, 1)]
    with snapshot.transaction() as connection:
        snapshot.put(connection, [(record, 0, True) for record in records])

    def made(of: Spec) -> dict[tuple[str, str], Need]:
        wiring = SimpleNamespace(spec=of, plugins=SimpleNamespace(registry=registry), field_names={})
        recorded: Any = SimpleNamespace(snapshot=snapshot, wiring=wiring, records=Records(snapshot, []))
        needs: Needs = counted(needs_of(of, registry), recorded)
        return {(need.kind, need.name): need for need in needs.needs}

    yield made
    snapshot.close()


def test_each_value_is_counted_with_the_first_keys_also_where_a_table_keeps_what_it_does_not_list(count: Any):
    found = count(spec())
    kinds = {name: (need.count, need.examples) for (kind, name), need in found.items() if kind == "types"}
    assert kinds == {"Tale": (1, ("A-1",)), "Bug": (5, ("A-2", "A-3", "A-5"))}, "case tells nothing apart"
    assert {name: need.count for (kind, name), need in found.items() if kind == "groups"} == {"a": 1, "b": 2}
    assert all(need.on_fail == "skip" for (kind, _), need in found.items() if kind == "types")


def test_what_must_go_together_is_counted_in_pairs(count: Any):
    pairs = {name: (need.count, need.parts) for (kind, name), need in count(spec()).items() if kind == "workflows"}
    assert pairs == {
        "Tale: Open": (1, ("Tale", "Open")),
        "Bug: Open": (4, ("Bug", "Open")),
        "bug: Done": (1, ("bug", "Done")),
    }


def test_items_that_the_spec_leaves_out_ask_for_nothing(count: Any):
    assert not any("Secret" in name for _, name in count(spec()))


def test_custom_fields_are_counted_where_they_have_a_value_and_their_short_values_are_told(count: Any):
    found = count(spec())
    area = found[("custom_fields", "Area")]
    assert area.count == 5 and area.options == (("North", 1), ("s", 1)), "no value is no need, long text no option"
    assert found[("custom_fields", "Origin")].count == 6, "each item that is written has an origin"


def test_what_no_item_needs_is_counted_as_nothing_and_what_was_not_read_is_not_counted(count: Any):
    of = spec(kind=FieldSpec("kind", "p", ("kind",), table="kinds", default="Other"))
    assert count(of)[("types", "Other")].count == 0
    registry: Any = SimpleNamespace(find=lambda role, name: Counting)
    assert all(need.count is None for need in needs_of(of, registry).needs)


def test_a_mapping_that_cannot_be_compiled_says_so(count: Any):
    with pytest.raises(CompileError):
        count(spec(kind=FieldSpec("kind", "p", ("kind",), steps=(("no such step", None),))))
