"""Loading a spec: from a file to its typed form."""

from __future__ import annotations

from pathlib import Path

from j2o_core.spec.load import load_spec
from j2o_core.spec.model import UNSET

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: acme
connections:
  jira: {plugin: jira, id: acme, url: "${env:JIRA_URL}", auth: {token: "${secret:jira}"}}
  openproject: {plugin: openproject, url: "${env:OPENPROJECT_URL}", auth: {api_key: "${env:KEY}"}}
tables:
  types: {Story: User story, 1.10: Task, Yes: "=", Gone: null}
runtime: {workers: 4, tolerate: {failed: 1%, after: 50}, retry: {attempts: 3, wait: {max: 9}}}
select: {projects: [ACME], jql: "updated > 2019"}
system: {plugin: sandbox, unless: [JIRA_URL], optional: [JIRA_USER], seed: 7}
entities:
  users:
    extract:
      - {plugin: jira.users}
      - {of: work_packages, split: jira.people}
    map: {login: name}
    load: {plugin: openproject.users}
  work_packages:
    extract: {plugin: jira.issues, page: 50}
    after: users
    map:
      subject: {from: fields.summary, steps: [trim, {truncate: 255}], default: (no summary)}
      type: {from: fields.issuetype.name, table: types}
      assignee: {from: [fields.assignee, fields.owner], ref: users, missing: note}
      parent: {from: fields.parent, ref: work_packages, missing: null}
      cf:Origin: {value: null, when: "{{ source.key }}"}
    drop: {fields.lastViewed: belongs to the reader}
    rules:
      named: {on: source, assert: "{{ source.key }}", message: no key}
    load: {plugin: openproject.work_packages}
"""


def write(folder: Path, text: str = SPEC, name: str = "acme.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_spec_file_becomes_its_typed_form(tmp_path: Path) -> None:
    result = load_spec(write(tmp_path), variables={})
    assert result.problems == []
    spec = result.spec
    assert spec is not None
    assert spec.name == "acme"
    assert spec.projects == ("ACME",)
    assert spec.jql == "updated > 2019"
    assert spec.connections["jira"].options["auth"] == {"token": "${secret:jira}"}
    assert spec.tables["types"] == {"Story": "User story", "1.10": "Task", "Yes": "=", "Gone": None}
    assert (spec.runtime.workers, spec.runtime.batch_size) == (4, 100)
    assert (spec.runtime.tolerate.failed, spec.runtime.tolerate.after) == (0.01, 50)
    assert (spec.runtime.retry.attempts, spec.runtime.retry.initial, spec.runtime.retry.maximum) == (3, 0.5, 9)
    assert spec.system is not None
    assert (spec.system.plugin, spec.system.unless, spec.system.optional) == ("sandbox", ("JIRA_URL",), ("JIRA_USER",))
    assert spec.system.options == {"seed": 7}


def test_an_entity_keeps_the_order_and_form_of_its_fields(tmp_path: Path) -> None:
    spec = load_spec(write(tmp_path), variables={}).spec
    assert spec is not None
    issues = spec.entities["work_packages"]
    assert list(issues.map) == ["subject", "type", "assignee", "parent", "cf:Origin"]
    subject = issues.map["subject"]
    assert subject.sources == ("fields.summary",)
    assert subject.steps == (("trim", None), ("truncate", 255))
    assert (subject.value, subject.default, subject.missing) == (UNSET, "(no summary)", None)
    assert issues.map["assignee"].sources == ("fields.assignee", "fields.owner")
    assert issues.map["parent"].missing == "null"
    assert issues.map["cf:Origin"].value is None
    assert issues.map["cf:Origin"].when == "{{ source.key }}"
    assert issues.extract[0].connection == "jira"
    assert issues.extract[0].options == {"page": 50}
    assert issues.load is not None
    assert issues.load.connection == "openproject"
    assert issues.after == ("users",)
    assert issues.rules[0].on_fail == "fail"
    users = spec.entities["users"]
    assert [(part.plugin, part.of, part.split) for part in users.extract] == [
        ("jira.users", None, None),
        (None, "work_packages", "jira.people"),
    ]
    assert users.map["login"].sources == ("name",)


def test_every_path_has_a_place_for_its_key_and_for_its_value(tmp_path: Path) -> None:
    path = write(tmp_path)
    spec = load_spec(path, variables={}).spec
    assert spec is not None
    subject = "entities.work_packages.map.subject"
    assert str(spec.places[subject]) == f"{path}:23:7"
    assert str(spec.values[subject]) == f"{path}:23:16"
    assert str(spec.places[f"{subject}.steps[1].truncate"]) == f"{path}:23:54"
    assert str(spec.values[f"{subject}.steps[1].truncate"]) == f"{path}:23:64"
    assert str(spec.places['entities.work_packages.drop["fields.lastViewed"]']) == f"{path}:28:12"
    assert spec.entities["work_packages"].map["subject"].place == spec.places[subject]


def test_all_problems_are_told_at_once_and_then_there_is_no_spec(tmp_path: Path) -> None:
    text = SPEC.replace("workers: 4", "workrs: 4").replace("unmapped", "x").replace("kind: Migration", "kind: Migrate")
    result = load_spec(write(tmp_path, text), variables={})
    assert result.spec is None
    assert [(problem.code, problem.place.line) for problem in result.problems if problem.place] == [
        ("J2O-S018", 2),
        ("J2O-S010", 9),
    ]
