"""Entities that wait for each other are told while the spec is checked, all of them."""

from __future__ import annotations

from pathlib import Path

from j2o_core.hooks.manager import load_plugins
from j2o_core.mapping import builtin
from j2o_core.spec.load import load_spec

REGISTRY = load_plugins({"J2O_PLUGINS": "jira,openproject,sandbox"}, [(builtin.NAME, builtin)]).registry


def circles(tmp_path: Path, entities: str) -> list[tuple[int, str]]:
    path = tmp_path / "spec.yaml"
    path.write_text(
        f"apiVersion: j2o/v1\nkind: Migration\nname: a\nextends: j2o:demo\nentities:\n{entities}", encoding="utf-8"
    )
    found = load_spec(path, registry=REGISTRY, variables={}).problems
    assert {one.code for one in found} <= {"J2O-S041"}
    return [(one.place.line if one.place else 0, one.message.partition(": ")[2]) for one in found]


def test_what_waits_for_its_own_parts_waits_for_ever(tmp_path: Path) -> None:
    assert circles(tmp_path, "  work_packages: {after: [comments]}\n") == [
        (6, "work_packages -> comments -> work_packages")
    ]


def test_people_who_are_found_in_items_are_no_parts_of_them(tmp_path: Path) -> None:
    assert circles(tmp_path, "  groups: {after: users}\n") == []


def test_circles_that_have_nothing_in_common_are_told_together(tmp_path: Path) -> None:
    found = circles(tmp_path, "  users: {after: work_packages}\n  projects: {after: [versions]}\n")
    assert found == [
        (6, "users -> work_packages -> users"),
        (7, "projects -> versions -> projects"),
    ]
