"""The built wheel, installed in an empty environment outside of the checkout, does all that the checkout does."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.wheel


def test_it_carries_every_spec_schema_and_package(installed: Any) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    for folder in ("specs", "schemas"):
        ours = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.suffix in (".yaml", ".json")}
        assert ours
        assert {f"j2o_core/packaged/{path}" for path in ours} <= names
    for package in ("j2o_archive", "j2o_jira", "j2o_openproject", "j2o_sandbox"):
        assert f"{package}/plugin.py" in names
    assert "j2o_core/report/templates/run.html" in names
    assert {"j2o_jira/records.yaml", "j2o_core/packaged/run-codes.yaml"} <= names
    assert not [name for name in names if name.startswith(("tests/", "plugins/", "docs/"))]


def test_its_code_comes_from_the_environment(installed: Any) -> None:
    shown = installed.call("python", "-c", "import j2o_core, j2o_jira; print(j2o_core.__file__, j2o_jira.__file__)")
    assert all(path.startswith(str(installed.environment)) for path in shown.stdout.split())


def test_it_lists_its_plugins(installed: Any) -> None:
    plugins = json.loads(installed.call("j2o", "plugins", "list", "--json").stdout)
    assert {"archive", "jira", "openproject", "sandbox"} <= {plugin["name"] for plugin in plugins}
    assert [plugin["error"] for plugin in plugins if plugin["error"]] == []


def test_its_templates_begin_a_spec_that_is_valid(installed: Any) -> None:
    templates = json.loads(installed.call("j2o", "templates", "list", "--json").stdout)
    assert len(templates) >= 8
    for template in templates:
        file = f"{template['name']}.yaml"
        assert installed.call("j2o", "init", "--template", template["name"], "--output", file).returncode == 0
        checked = installed.call("j2o", "validate", file)
        assert checked.returncode == 0, checked.stdout
        first = (installed.folder / file).read_text(encoding="utf-8").splitlines()[0]
        assert (installed.folder / first.split("$schema=")[1]).is_file()


def test_its_demo_is_valid_and_migrates_everything_once(installed: Any) -> None:
    assert installed.call("j2o", "validate", "j2o:demo").returncode == 0
    first = installed.call("j2o", "run", "j2o:demo", "--json")
    assert first.returncode == 0, first.stderr
    entities = json.loads(first.stdout.splitlines()[-1])["entities"]
    assert entities["work_packages"]["created"] > 0
    for counts in entities.values():
        assert counts["failed"] == counts["left"] == 0
    second = installed.call("j2o", "run", "j2o:demo", "--json")
    assert second.returncode == 0, second.stderr
    for counts in json.loads(second.stdout.splitlines()[-1])["entities"].values():
        assert counts["created"] == counts["updated"] == 0
    runs = json.loads(installed.call("j2o", "runs", "--json").stdout)
    assert len(list((installed.folder / ".j2o" / "reports").glob("*.html"))) == len(runs) == 2
