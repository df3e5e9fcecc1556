"""The demo: any Jira onto a factory-fresh OpenProject."""

from __future__ import annotations

from pathlib import Path

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.spec.load import load_spec
from j2o_core.spec.model import Spec
from j2o_core.spec.packaged import packaged_names, specs_folder

ENTITIES = [
    "users",
    "groups",
    "projects",
    "memberships",
    "versions",
    "work_packages",
    "attachments",
    "comments",
    "relations",
    "watchers",
    "time_entries",
]


def demo() -> Spec:
    result = load_spec("j2o:demo", variables={})
    assert result.problems == []
    assert result.spec is not None
    return result.spec


def test_the_demo_is_packaged_and_migrates_eleven_entities() -> None:
    assert "demo" in packaged_names()
    assert list(demo().entities) == ENTITIES


def test_every_table_of_the_demo_states_a_default() -> None:
    assert {name: "*" in rows for name, rows in demo().tables.items()} == dict.fromkeys(demo().tables, True)
    assert {"types", "statuses", "priorities"} <= set(demo().tables)


def test_the_demo_preserves_whatever_it_does_not_map_and_says_why_it_drops() -> None:
    for entity in demo().entities.values():
        assert entity.unmapped == "preserve"
        assert all(len(reason.split()) > 2 for reason in entity.drop.values()), entity.name


def test_the_demo_needs_the_sandbox_unless_real_systems_are_named() -> None:
    spec = demo()
    assert spec.system is not None
    assert spec.system.plugin == "sandbox"
    assert spec.system.unless == ("JIRA_URL", "JIRA_TOKEN", "OPENPROJECT_URL", "OPENPROJECT_API_KEY")
    assert spec.system.optional == ("JIRA_USER",)
    assert spec.connections["jira"].options["id"] == "demo"


def test_the_demo_is_sound_with_the_plugins_that_come_with_j2o() -> None:
    plugins = load_plugins({}, builtin=[(builtin.NAME, builtin)])
    result = load_spec(specs_folder() / "demo.yaml", registry=plugins.registry, variables={})
    assert [str(problem.place) + " " + problem.message for problem in result.problems] == []


def test_every_spec_in_the_folder_names_its_schema_for_editors() -> None:
    for path in Path(specs_folder()).rglob("*.yaml"):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert first.startswith("# yaml-language-server: $schema="), path
        assert (path.parent / first.split("=", 1)[1]).resolve().is_file(), path
