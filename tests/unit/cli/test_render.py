"""``j2o render``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

BASE = """\
apiVersion: j2o/v1
kind: Migration
name: base
extends: j2o:demo
connections:
  jira: {auth: {token: "${file:token.txt}"}}
environments:
  inline: {runtime: {workers: 1}}
"""
OVERLAY = """\
connections:
  openproject: {auth: {api_key: "${secret:staging}"}}
select: {projects: [ACME]}
entities: {watchers: null}
"""


@pytest.fixture()
def spec(tmp_path: Path) -> Path:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "staging.yaml").write_text(OVERLAY, encoding="utf-8")
    (tmp_path / "token.txt").write_text("geheim-123", encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text(BASE, encoding="utf-8")
    return path


def test_the_merged_spec_is_one_document_in_which_secrets_stay_references(
    j2o: Callable[..., Any], spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("J2O_SECRET_STAGING", "geheim-456")
    called = j2o("render", str(spec), "-e", "staging")
    assert called.code == 0
    assert 'token: "${file:token.txt}"' in called.out
    assert 'api_key: "${secret:staging}"' in called.out
    assert "geheim" not in called.out + called.err
    assert "projects: [ACME]" in called.out
    assert "extends:" not in called.out
    assert "environments:" not in called.out
    assert "  watchers:" not in called.out


def test_the_rendering_of_a_rendering_is_itself_and_means_the_same(j2o: Callable[..., Any], spec: Path) -> None:
    for name in ("staging", "inline"):
        first = j2o("render", str(spec), "--env", name).out
        once = spec.with_name("once.yaml")
        once.write_text(first, encoding="utf-8")
        assert j2o("render", str(once)).out == first
        commented = j2o("render", str(spec), "--env", name, "--origins").out
        once.write_text(commented, encoding="utf-8")
        assert j2o("render", str(once)).out == first
        merged = json.loads(j2o("render", str(spec), "--env", name, "--json").out)
        assert json.loads(j2o("render", str(once), "--json").out) == merged


def test_origins_tell_the_file_and_line_that_set_each_value(j2o: Callable[..., Any], spec: Path) -> None:
    lines = j2o("render", str(spec), "-e", "staging", "--origins").out.splitlines()
    by_text = {line.split("  # ")[0].strip(): line.split("  # ")[1] for line in lines if "  # " in line}
    assert by_text["name: base"] == f"{spec}:3"
    assert by_text['token: "${file:token.txt}"'] == f"{spec}:6"
    assert by_text["projects: [ACME]"] == f"{spec.parent / 'environments' / 'staging.yaml'}:3"
    assert by_text['url: "${env:JIRA_URL}"'].startswith("specs/demo.yaml:")
    values = [line for line in lines if not line.rstrip().endswith(":")]
    assert [line for line in values if "  # " not in line] == []


def test_what_came_with_j2o_is_called_by_its_name_where_its_files_are_not_at_hand(
    j2o: Callable[..., Any], spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(spec.parent)
    rules = "entities: {users: {rules: {use: [j2o:users]}}}\n"
    spec.write_text(BASE.replace("j2o:demo", "j2o:jira-datacenter") + rules, encoding="utf-8")
    called = j2o("render", "spec.yaml", "-e", "staging", "--origins")
    places = {line.split("  # ")[1].rpartition(":")[0] for line in called.out.splitlines() if "  # " in line}
    names = {"j2o:demo", "j2o:jira-server-basic", "j2o:jira-datacenter", "j2o:users"}
    assert places - {"j2o:projects"} == {"spec.yaml", "environments/staging.yaml", *names}
    document = json.loads(j2o("render", "spec.yaml", "--origins", "--json").out)
    assert document["origins"]["entities.users.rules.one-login.unique"]["file"] == "j2o:users"


def test_the_json_form_gives_an_origin_for_every_path(j2o: Callable[..., Any], spec: Path) -> None:
    document = json.loads(j2o("render", str(spec), "-e", "staging", "--origins", "--json").out)
    assert document["spec"]["select"] == {"projects": ["ACME"]}
    origin = document["origins"]["select.projects"]
    assert (Path(origin["file"]).name, origin["line"], origin["column"]) == ("staging.yaml", 3, 20)


def test_j2o_env_picks_the_environment(j2o: Callable[..., Any], spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("J2O_ENV", "inline")
    assert "workers: 1" in j2o("render", str(spec)).out


def test_a_faulty_spec_is_not_rendered_and_its_literal_secret_not_shown(j2o: Callable[..., Any], spec: Path) -> None:
    spec.write_text(BASE.replace("${file:token.txt}", "geheim-123"), encoding="utf-8")
    called = j2o("render", str(spec))
    assert (called.code, called.out) == (2, "")
    assert "J2O-S032" in called.err
    assert "geheim" not in called.err
