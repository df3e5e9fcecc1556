"""``runtime.log``: what is logged, and how long logs are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from j2o_core.hooks.log_components import log_components
from j2o_core.hooks.manager import load_plugins
from j2o_core.model.log_components import COMPONENTS
from j2o_core.model.log_policy import LEVELS, LogPolicy
from j2o_core.model.outcome import Fatal
from j2o_core.pipeline.log_policy import log_policy_of
from j2o_core.spec.load import load_spec
from j2o_core.spec.model import RuntimeSpec, Spec
from j2o_core.spec.runtime import build_runtime

SCHEMA = json.loads((Path(__file__).parents[3] / "schemas" / "migration.schema.json").read_text(encoding="utf-8"))
HEAD = """\
apiVersion: j2o/v1
kind: Migration
name: acme
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
  target: {plugin: target, url: "https://target.example"}
entities:
  users:
    extract: {plugin: jira.users}
    map: {login: {from: name}}
    load: {plugin: target.users}
"""
LOG: dict[str, Any] = SCHEMA["$defs"]["runtime"]["properties"]["log"]


def test_what_the_schema_calls_standard_is_what_holds_where_nothing_is_said() -> None:
    rows = LOG["properties"]
    standard = {name: row["default"] for name, row in rows.items() if "default" in row}
    nested = {
        name: {key: one["default"] for key, one in rows[name]["properties"].items()} for name in ("rotate", "keep")
    }
    assert build_runtime({"log": {**standard, **nested}}).log == LogPolicy() == RuntimeSpec().log
    assert set(rows["level"]["enum"]) == set(LEVELS)
    assert all(name in rows["levels"]["description"] for name in COMPONENTS)


def test_everything_can_be_said_otherwise() -> None:
    stated = {
        "level": "warning",
        "levels": {"requests": "debug"},
        "terminal": "error",
        "rotate": {"size": "1MB", "hours": 0.5},
        "compress": False,
        "keep": {"days": 0, "size": "off"},
        "archive": "old",
        "personal": "shown",
    }
    built = build_runtime({"log": stated}).log
    assert built == LogPolicy("warning", {"requests": "debug"}, "error", 10**6, 1800.0, False, 0.0, 0, "old", True)


@pytest.mark.parametrize("runtime", ["", "runtime: {workers: 3}\n"])
def test_what_is_logged_is_no_part_of_the_hash_by_which_runs_know_their_spec(tmp_path: Path, runtime: str) -> None:
    def digest(text: str) -> str:
        (tmp_path / "own.yaml").write_text(HEAD + text, encoding="utf-8")
        spec = load_spec(tmp_path / "own.yaml", variables={}).spec
        assert spec is not None
        return spec.digest

    assert digest(runtime) == digest(runtime.replace("}", ", log: {level: debug}}") or "runtime: {log: {level: debug}}")


def test_the_environment_changes_levels_for_one_call(tmp_path: Path) -> None:
    spec = Spec("x", {}, "", {}, {}, {}, RuntimeSpec(log=LogPolicy(archive="old")))
    policy = log_policy_of(spec, {"J2O_LOG": "warning,requests=debug"}, tmp_path)
    assert (policy.level, policy.levels, policy.archive) == ("warning", {"requests": "debug"}, str(tmp_path / "old"))
    with pytest.raises(Fatal, match="J2O_LOG: loud: expected one of") as caught:
        log_policy_of(spec, {"J2O_LOG": "loud"}, tmp_path)
    assert caught.value.exit_code == 2


def test_a_component_that_the_environment_misspells_is_told(tmp_path: Path) -> None:
    spec = Spec("x", {}, "", {}, {}, {}, RuntimeSpec(log=LogPolicy(levels={"told by the spec's own check": "info"})))
    registry = load_plugins({"J2O_PLUGINS": "jira"}).registry
    assert log_components(registry) == {*COMPONENTS, "jira"}
    policy = log_policy_of(spec, {"J2O_LOG": "jira=debug,ledger=info"}, tmp_path, registry)
    assert {**policy.levels, **spec.runtime.log.levels} == policy.levels
    with pytest.raises(Fatal, match=r"J2O_LOG: requets: expected one of .*jira.*requests") as caught:
        log_policy_of(spec, {"J2O_LOG": "requets=debug"}, tmp_path, registry)
    assert caught.value.exit_code == 2
