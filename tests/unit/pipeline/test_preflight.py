"""What a spec needs, and what is said of it before a run."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar, Mapping

import pytest

from j2o_core.hooks.protocols import Inspector, Need, Prerequisite, Step
from j2o_core.hooks.registry import Registry
from j2o_core.model.outcome import Fatal
from j2o_core.pipeline import preflight
from j2o_core.pipeline.needs import needs_of
from j2o_core.pipeline.previewing import previews
from j2o_core.spec.model import EntitySpec, FieldSpec, LoadSpec, RuntimeSpec, Spec


class Loader:
    name = "fake.items"
    named: ClassVar[Mapping[str, str]] = {"kind": "types", "roles": "roles"}
    named_options: ClassVar[Mapping[str, str]] = {"origin_field": "custom_fields"}


def spec(required: Any = None, **fields: FieldSpec) -> Spec:
    load = LoadSpec("fake.items", options={"origin_field": "Origin"})
    tables = {"kinds": {"Story": "Tale", "Bug": "=", "/x(.*)/": "\\1", "Epic": None, "*": ["Task", "Tale"]}}
    entities = {"items": EntitySpec("items", (), fields, load), "read": EntitySpec("read", (), {}, None)}
    return Spec("s", {}, "", {}, entities, tables, RuntimeSpec(), required=required or {})


def needed(made: Spec) -> dict[tuple[str, str], Need]:
    registry: Any = SimpleNamespace(find=lambda role, name: Loader)
    return {(need.kind, need.name): need for need in needs_of(made, registry).needs}


def test_names_come_from_rows_values_defaults_and_options_and_patterns_do_not():
    found = needed(
        spec(
            kind=FieldSpec("kind", "p", table="kinds", default="Other"),
            roles=FieldSpec("roles", "p", value=["Member", "{{ item.role }}"]),
            title=FieldSpec("title", "p", value="no name of anything"),
        )
    )
    assert set(found) == {
        ("types", "Tale"),
        ("types", "Task"),
        ("types", "Other"),
        ("roles", "Member"),
        ("custom_fields", "Origin"),
    }


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ({"steps": (("trim", None), ("number", None))}, "number"),
        ({"steps": (("day", None),)}, "date"),
        ({"steps": (("rich_text", None),)}, "rich text"),
        ({"ref": "users"}, "person"),
        ({"ref": "groups"}, "person"),
        ({"ref": "versions"}, "version"),
        ({"ref": "work_packages"}, "text"),
        ({}, "text"),
    ],
)
def test_a_custom_field_is_of_the_form_that_its_steps_make(field: Any, form: str):
    assert needed(spec(**{"cf:X": FieldSpec("cf:X", "p", **field)}))[("custom_fields", "X")].form == form


def test_values_of_a_table_are_those_of_a_choice():
    need = needed(spec(**{"cf:X": FieldSpec("cf:X", "p", table="kinds")}))[("custom_fields", "X")]
    assert (need.form, need.values) == ("choice", ("Tale", "Task"))


def test_what_is_required_is_marked_whether_something_names_it_or_not():
    found = needed(spec({"types": ("tale", "Saga")}, kind=FieldSpec("kind", "p", table="kinds")))
    assert found[("types", "Tale")].required and found[("types", "Saga")].required
    assert not found[("types", "Task")].required


class Clocked(Inspector):
    name = "fake"
    offset = 0.0

    def lines(self, needs: Any) -> Any:
        return ()

    def server_time(self) -> float:
        return time.time() + self.offset


@pytest.mark.parametrize(("offset", "words"), [(2.0, "agree"), (-90.0, "90 s behind"), (7200.0, "7,200 s ahead of")])
def test_clocks_that_differ_are_told(offset: float, words: str):
    inspector = Clocked(None)
    inspector.offset = offset
    (line,) = preflight._clock(inspector)
    assert words in line.message and (line.status == "ok") is (offset == 2.0)


def test_fields_that_an_inspector_wants_to_see_are_made_of_the_selected_keys_or_of_a_sample():
    registry = Registry()
    registry.inspector(type("Seeing", (Clocked,), {"previews": {"fake.items": "title"}}))
    registry.step(Step("small", lambda value, argument, scope: str(value).lower(), "Makes it small."))
    made = spec(title=FieldSpec("title", "p", sources=("key",), steps=(("small", None),)))
    made.connections["op"] = SimpleNamespace(plugin="fake")  # type: ignore[index]
    assert previews(replace(made, projects=("OPS", "SHOP")), registry) == {"fake.items": {"OPS": "ops", "SHOP": "shop"}}
    assert previews(made, registry) == {"fake.items": {"ACME": "acme"}}
    assert previews(spec(), registry) == {}


class Lacking(Inspector):
    name = "fake"

    def lines(self, needs: Any) -> Any:
        return ()

    def prerequisites(self, needs: Any) -> list[Prerequisite]:
        return [Prerequisite(need, need.name != "Saga", "kept in words", "Administration") for need in needs.needs]


@pytest.mark.parametrize(("name", "stops"), [("Saga", True), ("Tale", False)])
def test_only_what_is_required_and_missing_stops_a_run(name: str, stops: bool):
    registry = Registry()
    registry.inspector(Lacking)
    made = spec({"types": (name,)}, kind=FieldSpec("kind", "p", value="Saga"))
    made.connections["op"] = SimpleNamespace(plugin="fake")  # type: ignore[index]
    wiring: Any = SimpleNamespace(
        spec=made,
        plugins=SimpleNamespace(registry=SimpleNamespace(find=lambda role, name: registry.find(role, name) or Loader)),
        target_connection="op",
        clients={"op": None},
    )
    if not stops:
        preflight.demand_required(wiring)
        return
    with pytest.raises(Fatal, match="types 'Saga'") as stopped:
        preflight.demand_required(wiring)
    assert stopped.value.exit_code == 3
