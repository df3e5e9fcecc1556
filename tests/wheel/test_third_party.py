"""Plugins of third parties beside the built wheel: the example that comes with j2o, and what `plugins new` makes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, Iterator

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "plugins" / "j2o-example"
pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def example(installed: Any) -> Any:
    """The environment, with the example installed as any other distribution is."""
    installed.install(str(EXAMPLE), "pytest")
    return installed


@pytest.fixture
def systems(example: Any, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A Jira with the app of the example and an OpenProject whose administrator made the custom field."""
    made = example.call("python", "-c", _MAKE_DATA, folder=tmp_path)
    assert made.returncode == 0, made.stderr
    program = str(example.environment / "bin" / "j2o")
    options = ["--jira-data", "issues.ndjson", "--openproject-setup", "setup.yaml"]
    with subprocess.Popen(
        [program, "sandbox", "serve", *options], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as serving:
        assert serving.stdout is not None
        ready = json.loads(serving.stdout.readline())
        (tmp_path / "openproject.env").write_text(f"API_KEY={ready['openproject']['api_key']}\n")
        yield {
            "JIRA_URL": ready["jira"]["url"],
            "JIRA_TOKEN": ready["jira"]["token"],
            "OPENPROJECT_URL": ready["openproject"]["url"],
            "OPENPROJECT_API_KEY": "the key is in openproject.env",
        }
        serving.terminate()


_MAKE_DATA = """
import json
from pathlib import Path
from j2o_example.conformance import SETUP, issues, write_issues
rows = issues(12)
rows[3]["fields"]["customfield_10700"] = "p=9;i=9"
write_issues(Path("issues.ndjson"), rows)
Path("setup.yaml").write_text(json.dumps(SETUP))
"""


def test_it_is_listed_with_all_it_provides(example: Any) -> None:
    listed = {plugin["name"]: plugin for plugin in json.loads(example.call("j2o", "plugins", "list", "--json").stdout)}
    assert listed["example"]["distribution"] == "j2o-example"
    assert listed["example"]["error"] is None
    roles = {entry.split(":")[0] for entry in listed["example"]["provides"]}
    assert roles == {"extractor", "loader", "step", "check", "secret_backend", "schema", "record_schema"}
    shown = example.call("j2o", "plugins", "show", "example").stdout
    assert "option field: The custom field of the app." in shown


def test_its_spec_is_checked_and_moves_each_plausible_risk_once(
    example: Any, systems: dict[str, str], tmp_path: Path
) -> None:
    spec = tmp_path / "risks.yaml"
    spec.write_text((EXAMPLE / "specs" / "risks.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    assert example.call("j2o", "validate", "risks.yaml", folder=tmp_path).stdout == "risks.yaml: valid\n"
    assert example.call("j2o", "test", "risks.yaml", folder=tmp_path).returncode == 0
    counts = []
    for _ in range(2):
        done = example.call("j2o", "run", "risks.yaml", "--json", folder=tmp_path, **systems)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr
        counts.append(json.loads(done.stdout.splitlines()[-1])["entities"]["risks"])
    assert counts[0] == {"source": 8, "created": 7, "updated": 0, "unchanged": 0, "skipped": 1, "failed": 0, "left": 0}
    assert (counts[1]["created"], counts[1]["unchanged"]) == (0, 7)
    verified = example.call("j2o", "verify", "risks.yaml", folder=tmp_path, **systems)
    assert verified.returncode == 0, verified.stdout
    assert (tmp_path / "openproject.env").read_text().strip().split("=")[1] not in done.stdout + done.stderr


def test_a_wrong_option_of_it_is_found_at_its_line(example: Any, tmp_path: Path) -> None:
    text = (EXAMPLE / "specs" / "risks.yaml").read_text(encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(text.replace("jira, field:", "jira, feild:"), encoding="utf-8")
    said = json.loads(example.call("j2o", "validate", "wrong.yaml", "--format", "json", folder=tmp_path).stdout)
    assert {(problem["code"], problem["suggestion"]) for problem in said["problems"]} == {("J2O-S010", "field")}


def test_its_own_tests_pass(example: Any) -> None:
    done = example.call("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE), folder=EXAMPLE)
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_wheel_does_without_it(installed: Any) -> None:
    import zipfile

    assert not [name for name in zipfile.ZipFile(installed.wheel).namelist() if "example" in name]


def test_a_new_plugin_installs_and_its_tests_pass(example: Any, tmp_path: Path) -> None:
    made = example.call("j2o", "plugins", "new", "acme", folder=tmp_path)
    assert made.returncode == 0, made.stderr
    example.install(str(tmp_path / "j2o-acme"))
    try:
        done = example.call("python", "-m", "pytest", "-q", str(tmp_path / "j2o-acme"), folder=tmp_path / "j2o-acme")
        assert done.returncode == 0, done.stdout[-3000:]
        checked = example.call("j2o", "plugins", "check", "acme", folder=tmp_path)
        assert (checked.returncode, "0 failed, 0 unproved" in checked.stdout) == (0, True), checked.stdout
    finally:
        example.call("python", "-m", "pip", "uninstall", "--yes", "--quiet", "j2o-acme")
