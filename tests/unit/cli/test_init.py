"""``j2o init`` and ``j2o templates``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Callable

import pytest
import yaml
from jsonschema import Draft7Validator

from j2o_core.spec.packaged import specs_folder
from j2o_core.spec.templates import packaged_templates

TEMPLATES = [template.name for template in packaged_templates()]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_templates_are_listed_with_what_each_is_for(j2o: Callable[..., Any]) -> None:
    listed = json.loads(j2o("templates", "list", "--json").out)
    assert [set(entry) for entry in listed] == [{"name", "description"}] * 8
    assert [entry["name"] for entry in listed] == TEMPLATES == sorted(TEMPLATES)
    assert all(len(entry["description"].split()) > 4 for entry in listed)
    assert all(entry["description"] in j2o("templates", "list").out for entry in listed)


def test_a_template_is_shown_as_it_is_written(j2o: Callable[..., Any]) -> None:
    text = (specs_folder() / "templates" / "jira-cloud.yaml").read_text(encoding="utf-8")
    assert j2o("templates", "show", "jira-cloud").out == text
    assert j2o("templates", "show", "j2o:jira-cloud").out == text


def test_an_unknown_template_is_refused_with_what_was_meant(j2o: Callable[..., Any], folder: Path) -> None:
    for called in (j2o("templates", "show", "jira-clod"), j2o("init", "--template", "jira-clod")):
        assert called.code == 2
        assert "did you mean 'jira-cloud'?" in called.err
        assert "single-project" in called.err
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("template", TEMPLATES)
def test_what_init_writes_is_valid_at_once_and_short(j2o: Callable[..., Any], folder: Path, template: str) -> None:
    assert j2o("init", "--template", template, "--name", "acme").code == 0
    text = (folder / "acme.yaml").read_text(encoding="utf-8")
    called = j2o("validate", "acme.yaml")
    assert (called.code, called.out.strip()) == (0, "acme.yaml: valid")
    assert f"extends: j2o:{template}\n" in text
    assert len(text.splitlines()) < 40
    assert all(len(line) <= 140 for line in text.splitlines())


def test_the_first_line_leads_editors_to_the_schema(j2o: Callable[..., Any], folder: Path) -> None:
    j2o("init", "-t", "archive", "-o", "specs/acme.yaml")
    first = (folder / "specs" / "acme.yaml").read_text(encoding="utf-8").splitlines()[0]
    schema = first.split("$schema=")[1]
    assert first.startswith("# yaml-language-server: ")
    assert json.loads((folder / "specs" / schema).read_text(encoding="utf-8"))["title"]


def test_it_names_the_migration_after_its_file_and_the_source_after_the_migration(
    j2o: Callable[..., Any], folder: Path
) -> None:
    j2o("init", "-t", "jira-cloud-basic", "-o", "acme.cloud.yaml")
    rendered = json.loads(j2o("render", "acme.cloud.yaml", "--json").out)
    assert rendered["name"] == "acme.cloud"
    assert rendered["connections"]["jira"]["id"] == "acme-cloud"


def test_what_has_to_be_filled_in_stands_there_and_secrets_are_references(j2o: Callable[..., Any]) -> None:
    text = j2o("init", "-t", "single-project", "-o", "-").out
    assert 'url: "${env:JIRA_URL}"' in text
    assert "# from the variable J2O_SECRET_OPENPROJECT" in text
    assert "projects: [ACME]" in text
    assert "never change it" in text


def test_an_existing_file_is_replaced_only_when_asked(j2o: Callable[..., Any], folder: Path) -> None:
    file = folder / "migration.yaml"
    file.write_text("mine", encoding="utf-8")
    called = j2o("init", "-t", "archive")
    assert called.code == 2
    assert "--force" in called.err
    assert file.read_text(encoding="utf-8") == "mine"
    assert j2o("init", "-t", "archive", "--force").code == 0
    assert "extends: j2o:archive" in file.read_text(encoding="utf-8")


def test_without_a_terminal_nothing_is_asked(
    j2o: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("archive\n"))
    called = j2o("init")
    assert called.code == 2
    assert "--template" in called.err and "jira-datacenter" in called.err
    assert list(folder.iterdir()) == []


def test_on_a_terminal_the_choice_is_offered(
    j2o: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("j2o_core.cli.init.is_terminal", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("archive\n"))
    called = j2o("init", "--name", "acme")
    assert called.code == 0
    assert "jira-datacenter" in called.err
    assert (folder / "acme.yaml").exists()


@pytest.mark.parametrize("template", TEMPLATES)
def test_an_editor_finds_nothing_wrong_with_it(
    j2o: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    monkeypatch.delenv("J2O_HOME")
    assert j2o("init", "-t", template, "-o", "specs/acme.yaml").code == 0
    text = (folder / "specs" / "acme.yaml").read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../.j2o/spec.schema.json\n")
    schema = json.loads((folder / ".j2o" / "spec.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(yaml.safe_load(text))] == []


def test_any_name_makes_a_file_here_and_an_id_that_is_allowed(j2o: Callable[..., Any], folder: Path) -> None:
    assert j2o("init", "-t", "archive", "--name", "../Größe: x").code == 0
    (file,) = folder.glob("*.yaml")
    assert file.name == "Gr-e-x.yaml"
    rendered = json.loads(j2o("render", str(file), "--json").out)
    assert rendered["name"] == "../Größe: x"
    assert rendered["connections"]["jira"]["id"] == "Gr-e-x"


def test_a_name_that_no_spec_can_have_is_refused(j2o: Callable[..., Any], folder: Path) -> None:
    called = j2o("init", "-t", "archive", "--name", "x" * 81)
    assert called.code == 2
    assert "--name" in called.err
    assert list(folder.iterdir()) == []
