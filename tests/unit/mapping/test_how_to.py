"""The guide to mappings says what is true: its examples are sound, and every step that it names is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml

from j2o_core.hooks.manager import Plugins, load_plugins
from j2o_core.mapping import builtin
from j2o_core.mapping.offline import check_mappings
from j2o_core.spec.load import load_spec

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "write-a-mapping.md"
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEAD: dict[str, Any] = {
    "apiVersion": "j2o/v1",
    "kind": "Migration",
    "name": "guide",
    "connections": {
        "jira": {"plugin": "jira", "id": "a", "url": "https://jira.example", "auth": {"token": "${env:T}"}},
        "openproject": {"plugin": "openproject", "url": "https://op.example", "auth": {"api_key": "${env:K}"}},
    },
    "tables": {"types": {"*": "Task"}, "people": {"*": None}},
}


@pytest.fixture(scope="module")
def plugins() -> Plugins:
    return load_plugins({}, [(builtin.NAME, builtin)])


def examples() -> Iterator[Any]:
    for text in BLOCK.findall(GUIDE.read_text(encoding="utf-8")):
        yield pytest.param(yaml.safe_load(text), id=text.split("\n", 1)[0])


def users(**fields: Any) -> dict[str, Any]:
    return {
        "extract": {"plugin": "jira.users"},
        "map": {"login": "name", "email": "emailAddress", "firstName": "name", "lastName": "name", **fields},
    }


def issues(**fields: Any) -> dict[str, Any]:
    needed = {"project": {"from": "fields.project", "ref": "projects"}, "subject": "fields.summary", "type": "fields.t"}
    return {"extract": {"plugin": "jira.issues"}, "map": {**needed, **fields}}


@pytest.mark.parametrize("example", list(examples()))
def test_an_example_is_sound(example: Any, plugins: Plugins, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(
        re.findall(r"^```text\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)[0],
        encoding="utf-8",
    )
    entities: dict[str, Any] = {"users": users(), "work_packages": issues()}
    tables: dict[str, Any] = {**HEAD["tables"]}
    more: dict[str, Any] = example.get("entities", {})
    if "tables" in example:
        tables.update(example["tables"])
    if "work_packages" in more:
        of_issues = more["work_packages"]
        entities["work_packages"] = {**of_issues, "map": {**issues()["map"], **of_issues["map"]}}
    elif "comments" in example:
        entities["comments"] = {**example["comments"], "load": {"plugin": "openproject.comments"}}
    elif set(example) <= {"login", "lastName"}:
        entities["users"] = users(**example)
    elif "tables" not in example:
        entities["work_packages"] = issues(**example)
    entities["projects"] = {"extract": {"plugin": "jira.projects"}, "map": {"identifier": "key", "name": "name"}}
    entities["projects"]["map"].update(more.get("projects", {}).get("map", {}))
    for name, entity in entities.items():
        entity.setdefault("load", {"plugin": f"openproject.{name}"})
    (tmp_path / "spec.yaml").write_text(
        yaml.safe_dump({**HEAD, "tables": tables, "entities": entities}, sort_keys=False), encoding="utf-8"
    )
    result = load_spec(tmp_path / "spec.yaml", registry=plugins.registry, variables={})
    errors = [problem for problem in result.problems if problem.severity == "error"]
    assert not errors and result.spec is not None, errors
    assert [problem for problem in check_mappings(result.spec, plugins.registry) if problem.severity == "error"] == []


def test_every_step_of_the_guide_is_there(plugins: Plugins) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    rows = text[text.index("| field of Jira | steps |") : text.index("Each step is a function")]
    named = set()
    for code in re.findall(r"`([^`]+)`", rows):
        named |= set(re.findall(r"^[\[{]*([a-z_]+)", code)) | set(re.findall(r", ([a-z_]+)[,\]]", code))
    named -= {"hours_per_day"}
    assert len(named) > 25
    assert named <= set(plugins.registry.names("step")), named - set(plugins.registry.names("step"))
