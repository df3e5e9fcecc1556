"""The setup file: what it can say, and what it says when it is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from j2o_sandbox.openproject.calendar import Calendar
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.setup.document import SetupError, read_setup
from j2o_sandbox.options import SandboxError, SandboxOptions


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("setings: {}", "did you mean 'settings'"),
        ("settings: {page_sise: 3}", "did you mean 'page_size'"),
        ("settings: {page_size: many}", "settings.page_size: 'many'; expected a number"),
        ("settings: {writable_history: 1}", "expected true or false"),
        ("settings: {progress: both}", "expected work or status"),
        ("edition: gold", "expected community or enterprise"),
        ("types: {Story: {defualt: true}}", "types.Story: unknown key 'defualt'; did you mean 'default'?"),
        ("statuses: {QA: {closed: maybe}}", "statuses.QA.closed: 'maybe'; expected true or false"),
        ("custom_fields: {A: {format: color}}", "custom_fields.A.format: 'color'; expected one of string"),
        ("custom_fields: {A: {format: list}}", "custom_fields.A.options"),
        ("custom_fields: {A: {format: int, multi: true}}", "custom_fields.A.multi"),
        ("custom_fields: {A: {format: string, regexp: '('}}", "custom_fields.A.regexp"),
        ("projects: {a: {modules: [magic]}}", "projects.a.modules: 'magic'"),
        ("[]", "expected a map"),
    ],
)
def test_a_wrong_setup_says_where_and_what_was_expected(text, part):
    with pytest.raises(SetupError) as caught:
        read_setup(yaml.safe_load(text))
    assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("workflows: {Task: [New, Gone]}", "no statuses named 'Gone'"),
        ("custom_fields: {A: {format: string, types: [Nope]}}", "no types named 'Nope'"),
        ("projects: {a: {members: {nobody: [Member]}}}", "no user 'nobody'"),
        ("projects: {a: {parent: b}}", "no project 'b' above it"),
    ],
)
def test_a_setup_that_names_what_is_not_there_stops_the_start(tmp_path, text, part):
    file = tmp_path / "setup.yaml"
    file.write_text(text)
    with pytest.raises(SandboxError, match=part):
        Server(SandboxOptions(openproject_setup=str(file)))


def test_the_administrator_adds_and_changes(furnished):
    assert {"Story", "Bare"} <= set(furnished.by_name("types"))
    assert "QA" in furnished.by_name("statuses")
    assert {"Looker", "Everything"} <= set(furnished.by_name("roles"))
    assert furnished.get("users/reader")["name"] == "Rea Der"
    sprints = furnished.elements("projects/template/sprints")
    assert [row["name"] for row in sprints] == ["Sprint 1"]


def test_a_project_has_the_custom_fields_of_its_types(furnished, fields):
    project = furnished.project()
    task = furnished.by_name("types")["Task"]["href"].rsplit("/", 1)[1]
    schema = furnished.get(f"work_packages/schemas/{project['id']}-{task}")
    assert fields["Local origin"] in schema
    assert fields["Bugs only"] not in schema


def test_working_days_are_counted_as_one_by_one():
    calendar = Calendar((6, 7), ("2026-01-06", "2026-01-10", "2026-04-03"))
    for start in (dt.date(2025, 12, 29) + dt.timedelta(days=n) for n in range(10)):
        for days in (0, 1, 5, 6, 7, 8, 30, 100):
            due = start + dt.timedelta(days=days)
            one_by_one = sum(calendar.works(start + dt.timedelta(days=n)) for n in range(days + 1))
            assert calendar.duration(start, due, False) == one_by_one
            assert calendar.duration(start, due, True) == days + 1


def test_the_setup_file_of_the_how_to_is_one_that_works(serve):
    guide = (Path(__file__).parents[4] / "docs" / "how-to" / "sandbox.md").read_text(encoding="utf-8")
    setup = guide.split("## Play the administrator", 1)[1].split("```yaml\n", 1)[1].split("```", 1)[0]
    client = serve(setup)
    assert "Improvement" in {row["name"] for row in client.get("types")["_embedded"]["elements"]}
    assert [row["identifier"] for row in client.get("projects")["_embedded"]["elements"]] == ["acme"]
