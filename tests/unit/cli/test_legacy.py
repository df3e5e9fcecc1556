"""``j2o config import-legacy`` writes a spec and says what became of each key; other commands read the old file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
import yaml

TOKEN = "s3cr3t-token-of-jira"
TEXT = f"""
jira: {{url: https://jira.example, api_token: {TOKEN}, projects: [ACME]}}
openproject: {{url: https://op.example, batch_size: 50}}
migration: {{mapping_file: data/id_mapping.json, nonsense: 1}}
"""


@pytest.fixture()
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "old" / "config" / "config.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(TEXT, encoding="utf-8")
    (tmp_path / "old" / "data").mkdir()
    (tmp_path / "old" / "data" / "id_mapping.json").write_text('{"ACME-1": 7}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("J2O_JIRA_API_TOKEN", "")  # so that what the call sets is taken back
    monkeypatch.delenv("J2O_JIRA_API_TOKEN")
    monkeypatch.delenv("J2O_SHARED_REQUIRED", raising=False)  # of the tests, and no key of the older tool
    return path


def test_a_spec_is_written_without_any_token(j2o: Callable[..., Any], config: Path, tmp_path: Path) -> None:
    spec = tmp_path / "specs" / "acme.yaml"
    called = j2o("config", "import-legacy", str(config), "-o", str(spec))
    assert called.code == 0
    text = spec.read_text(encoding="utf-8")
    assert TOKEN not in text + called.out + called.err
    assert text.startswith("# yaml-language-server: $schema=")
    document = yaml.safe_load(text)
    assert document["connections"]["jira"]["auth"] == {"token": "${env:J2O_JIRA_API_TOKEN}"}
    assert document["takeover"]["files"] == ["../old/data/id_mapping.json"]
    assert "-> select.projects" in called.out
    assert j2o("validate", str(spec)).code == 0
    again = j2o("config", "import-legacy", str(config), "-o", str(spec))
    assert (again.code, "--force" in again.err) == (2, True)


def test_the_report_is_one_json_document(j2o: Callable[..., Any], config: Path) -> None:
    report = json.loads(j2o("config", "import-legacy", str(config), "--json").out)
    outcomes = {key["name"]: key["outcome"] for key in report["keys"]}
    assert outcomes["jira.projects"] == "became"
    assert outcomes["openproject.batch_size"] == "gone"
    assert outcomes["migration.nonsense"] == "unknown"
    assert yaml.safe_load(report["spec"])["kind"] == "Migration"
    assert [problem["code"] for problem in report["problems"]] == ["J2O-L003", "J2O-L001"]
    assert TOKEN not in json.dumps(report)


def test_every_command_that_takes_a_spec_reads_the_old_file(j2o: Callable[..., Any], config: Path) -> None:
    for command in (("validate",), ("render",), ("test",)):
        called = j2o(*command, str(config))
        assert called.code == 0, called.err
        assert "is a configuration of the older jira-to-openproject tool" in called.err
        assert "nonsense" in called.err
        assert TOKEN not in called.out + called.err


def test_named_files_of_variables_are_read_and_must_be_there(
    j2o: Callable[..., Any], config: Path, tmp_path: Path
) -> None:
    named = tmp_path / "prod.env"
    named.write_text("J2O_JIRA_PROJECTS=OPS, HR\n", encoding="utf-8")
    report = json.loads(j2o("config", "import-legacy", str(config), "--env-file", str(named), "--json").out)
    assert yaml.safe_load(report["spec"])["select"]["projects"] == ["OPS", "HR"]
    assert j2o("config", "import-legacy", str(config), "--env-file", "none.env").code == 2


def test_what_is_no_such_configuration_is_refused(j2o: Callable[..., Any], tmp_path: Path) -> None:
    for name, content in (
        ("spec.yaml", b"apiVersion: j2o/v1\n"),
        ("binary.yaml", b"\x00\xff\x00"),
        ("empty.yaml", b""),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        called = j2o("config", "import-legacy", str(path))
        assert (called.code, called.out) == (2, "")
        assert "older tool" in called.err
    assert j2o("config", "import-legacy", str(tmp_path / "none.yaml")).code == 2


def test_with_errors_nothing_is_written(j2o: Callable[..., Any], config: Path, tmp_path: Path) -> None:
    config.write_text(TEXT.replace("batch_size: 50", "url2: 5").replace("[ACME]", "5.5"), encoding="utf-8")
    spec = tmp_path / "acme.yaml"
    called = j2o("config", "import-legacy", str(config), "-o", str(spec))
    assert (called.code, spec.exists()) == (2, False)
    assert "J2O-L002" in called.err
