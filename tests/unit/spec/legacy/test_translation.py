"""A configuration of the older tool becomes a spec, and every key of it is accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from j2o_core.model.problem import ERROR, Place
from j2o_core.spec.legacy import Line, report_lines, translate, vocabulary
from j2o_core.spec.load import LoadResult
from j2o_core.spec.node import tree
from j2o_core.spec.show import render_problem

#: a component for each set of entities that some component becomes
ENTITIES = {
    str(entry["entities"]): name for name, entry in vocabulary().components.items() if "entities" in entry
}.values()
Read = Callable[..., LoadResult]
URLS = "jira: {url: https://jira.example/}\nopenproject: {url: https://op.example}\n"
SHIPPED = """
jira:
  url: "https://jira.local/"
  username: ""
  api_token: ""
  projects: [ACME, OPS]
  batch_size: 50
  fields: "summary,customfield_*"
  scriptrunner:
    enabled: false
    custom_field_options_endpoint: "/rest/scriptrunner/latest/custom/all"
openproject:
  url: "https://openproject.local/"
  api_token: ""
  batch_size: 50
migration:
  component_order: [users, custom_fields, projects, versions, issues, relations, worklogs, attachments, comments]
  mapping_file: "data/id_mapping.json"
  attachment_path: "data/attachments"
  mapping: {refresh_interval: "24h", fallback_strategy: "skip", fallback_admin_user_id: ""}
  batch_size: 1000
  skeleton_batch_size: 100
  rate_limit_requests: 1000
  rate_limit_period: 60
  skip_existing: true
  enable_rails_meta_writes: true
  enable_runner_fallback: true
  use_idempotent_workflows: false
  preserve_debug_files_on_error: true
  unit_test_mode: false
  ssl_verify: true
  log_level: "INFO"
"""


def line(result: LoadResult, name: str) -> Line:
    assert result.translation is not None
    (found,) = [one for one in result.translation.lines if one.name == name]
    return found


def codes(result: LoadResult) -> list[str]:
    return [problem.code for problem in result.problems]


def at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document[part]
    return document


def test_the_configuration_that_came_with_the_tool_is_valid_and_every_key_has_its_line(read: Read) -> None:
    result = read(SHIPPED)
    assert codes(result) == ["J2O-L012"]
    assert result.spec is not None
    assert result.spec.projects == ("ACME", "OPS")
    assert result.spec.runtime.batch_size == 1000
    assert result.spec.connections["jira"].options["auth"] == {"token": "${env:J2O_JIRA_API_TOKEN}"}
    assert result.spec.connections["openproject"].options["url"] == "https://openproject.local"
    assert "groups" not in result.spec.entities and "watchers" not in result.spec.entities
    assert result.spec.entities["work_packages"].map["assignee"].missing == "skip"
    assert result.translation is not None
    named = {one.name for one in result.translation.lines}
    for key in ("jira.fields", "migration.rate_limit_period", "migration.log_level", "migration.mapping_file"):
        assert key in named
    assert {one.outcome for one in result.translation.lines} <= {"became", "gone"}


def test_what_a_line_says_it_became_stands_in_the_spec(read: Read, older: Path) -> None:
    (older / "data" / "id_mapping.json").write_text('{"ACME-1": 4}', encoding="utf-8")
    result = read(SHIPPED)
    assert result.translation is not None
    for one in result.translation.lines:
        for path in one.became:
            at(result.translation.document, path)
    assert line(result, "migration.mapping_file").became == ("takeover.files",)
    assert result.spec is not None and result.spec.takeover is not None
    assert result.spec.takeover.files == ("../data/id_mapping.json",)
    assert result.spec.takeover.existing == "keep"


def test_each_key_and_each_variable_has_a_line_whatever_it_holds(older: Path) -> None:
    start = Place("config.yaml", 1, 1)
    keys = [name for key in vocabulary().keys for name in key.names]
    document: dict[str, Any] = {}
    for name in keys:
        holder = document
        for part in name.split(".")[:-1]:
            holder = holder.setdefault(part, {})
        holder[name.split(".")[-1]] = "7"
    for value in ("7", "", "true", "a,b"):
        variables = {name: value for key in vocabulary().keys for name in key.variables}
        made = translate(tree(document, start), older / "config" / "config.yaml", variables, files=[])
        lines = [one for one in made.lines if not one.name.startswith("component ")]
        assert {one.name for one in lines} == {*keys, *variables}
        assert {one.outcome for one in lines} <= {"became", "overruled", "gone"}


def test_variables_win_over_the_file_and_local_ones_over_those_of_all(read: Read, older: Path) -> None:
    (older / ".env").write_text("J2O_JIRA_URL=https://first.example\nJ2O_BATCH_SIZE=5\n", encoding="utf-8")
    (older / ".env.local").write_text("export J2O_BATCH_SIZE='6'  # here\n", encoding="utf-8")
    result = read(f"{URLS}migration: {{batch_size: 7}}\n", {"J2O_JIRA_URL": "https://second.example"})
    assert result.spec is not None
    assert result.spec.runtime.batch_size == 6
    assert result.spec.connections["jira"].options["url"] == "${env:J2O_JIRA_URL}"
    assert line(result, "migration.batch_size").outcome == "overruled"
    assert line(result, "jira.url").outcome == "overruled"
    assert result.translation is not None
    assert result.translation.variables == {}  # the process has the one that is referred to


def test_a_token_in_the_file_is_never_copied_and_told(read: Read) -> None:
    result = read(
        "jira: {url: https://jira.example, api_token: s3cr3t-of-jira}\nopenproject: {url: https://op.example}\n"
    )
    assert codes(result) == ["J2O-L003"]
    assert result.spec is not None and result.translation is not None
    everything = json.dumps(result.spec.document) + "".join(report_lines(result.translation)) + repr(result.translation)
    assert "s3cr3t" not in everything
    assert not [problem for problem in result.problems if "s3cr3t" in problem.message]
    assert result.translation.variables == {"J2O_JIRA_API_TOKEN": "s3cr3t-of-jira"}  # so that it keeps working


@pytest.mark.parametrize(
    "key", ["pat: hunter22", "api_token: [hunter22]", "password: {of: hunter22}", "api_token: hunter22"]
)
def test_no_excerpt_shows_what_may_be_a_secret(read: Read, key: str) -> None:
    result = read(f"jira:\n  {key}\nopenproject: {{url: https://op.example}}\n")
    shown = "".join(render_problem(p, result.texts.get(p.place.file, "") if p.place else "") for p in result.problems)
    assert result.problems
    assert key.split(":")[0] in shown
    assert "hunter22" not in shown


def test_an_empty_variable_of_the_process_says_nothing(read: Read, older: Path) -> None:
    (older / ".env").write_text("J2O_JIRA_API_TOKEN=abc\n", encoding="utf-8")
    result = read(URLS, {"J2O_JIRA_API_TOKEN": ""})
    assert result.translation is not None
    assert result.translation.variables == {"J2O_JIRA_API_TOKEN": "abc"}


def test_problems_point_at_the_line_of_the_old_file(read: Read) -> None:
    result = read(
        "jira:\n  url: https://jira.example\n  batch_size: many\n  projets: [A]\nmigration:\n  ssl_verify: maybe\n"
    )
    found = {problem.code: problem for problem in result.problems}
    assert result.spec is None
    assert [(p.place.line, p.place.column) for p in result.problems if p.code == "J2O-L002" and p.place] == [
        (3, 3),
        (6, 3),
    ]
    assert found["J2O-L001"].place is not None and found["J2O-L001"].place.line == 4
    assert found["J2O-L001"].suggestion == "jira.projects"
    assert found["J2O-L001"].severity != ERROR


def test_a_key_that_resembles_none_is_not_taken_for_another_of_its_section(read: Read) -> None:
    result = read(f"{URLS}migration: {{whatever: 3, bach_size: 5}}\n")
    told = {
        problem.message.split("'")[1]: problem.suggestion for problem in result.problems if problem.code == "J2O-L001"
    }
    assert told == {"migration.whatever": "", "migration.bach_size": "migration.batch_size"}


@pytest.mark.parametrize(
    ("strategy", "missing"),
    [("skip", "skip"), ("create_placeholder", "note"), ("assign_admin", {"use": "alice"})],
)
def test_the_strategy_for_unknown_users_is_what_becomes_of_references(read: Read, strategy: str, missing: Any) -> None:
    result = read(f"{URLS}migration: {{mapping: {{fallback_strategy: {strategy}, fallback_admin_user_id: alice}}}}\n")
    assert result.spec is not None
    assert at(result.spec.document, "entities.work_packages.map.assignee")["missing"] == missing


@pytest.mark.parametrize(("known", "missing"), [("5", {"use": "alice"}), ("6", "note")])
def test_an_admin_by_number_is_whom_the_id_map_names(read: Read, older: Path, known: str, missing: Any) -> None:
    (older / "data" / "user_mapping.json").write_text('{"alice": {"openproject_id": 5}}', encoding="utf-8")
    result = read(
        f"{URLS}migration: {{mapping: {{fallback_strategy: assign_admin, fallback_admin_user_id: {known}}}}}\n"
    )
    assert result.spec is not None
    assert at(result.spec.document, "entities.work_packages.map.assignee")["missing"] == missing


def test_certificates_that_were_not_verified_are_not_and_it_is_said(read: Read) -> None:
    result = read(f"{URLS}migration: {{ssl_verify: false}}\n")
    assert result.spec is not None
    assert result.spec.connections["openproject"].options["tls"] == {"verify": False}
    assert "anybody on the way" in line(result, "migration.ssl_verify").says


@pytest.mark.parametrize(
    ("components", "kept"),
    [
        (["users"], {"users"}),
        (["groups"], {"users", "groups"}),
        (["projects"], {"users", "projects", "memberships"}),
        (["worklogs"], {"users", "projects", "memberships", "work_packages", "time_entries"}),
        (["work_packages_skeleton", "watchers"], {"users", "projects", "memberships", "work_packages", "watchers"}),
    ],
)
def test_components_are_entities_with_those_that_they_need(read: Read, components: list[str], kept: set[str]) -> None:
    result = read(URLS, components=components)
    assert codes(result) == []
    assert result.spec is not None
    assert set(result.spec.entities) == kept


@pytest.mark.parametrize("component", sorted(ENTITIES))
def test_a_spec_of_each_component_alone_is_valid(read: Read, component: str) -> None:
    result = read(URLS, components=[component])
    assert codes(result) == []
    assert result.spec is not None


def test_a_component_that_is_none_is_told_with_the_nearest(read: Read) -> None:
    (found,) = read(f"{URLS}migration: {{component_order: [users, worklog]}}\n").problems
    assert (found.code, found.suggestion) == ("J2O-L004", "worklogs")


@pytest.mark.parametrize(
    ("url", "template", "auth"),
    [
        ("https://acme.atlassian.net", "j2o:jira-cloud-basic", None),
        ("https://jira.example", "j2o:jira-server-basic", "either"),
    ],
)
def test_the_host_tells_the_template_and_how_the_user_logs_in(
    read: Read, url: str, template: str, auth: Optional[str]
) -> None:
    result = read(f"jira: {{url: '{url}', username: ann@example.org}}\nopenproject: {{url: https://op.example}}\n")
    assert result.translation is not None and result.spec is not None
    assert result.translation.document["extends"] == template
    assert result.spec.connections["jira"].options["auth"].get("type") == auth


def test_variables_of_j2o_itself_are_none_of_the_older_tool(read: Read, older: Path) -> None:
    (older / ".env").write_text("J2O_HOME=elsewhere\nJ2O_ENV=staging\nJ2O_JIRA_PROJEKTS=A\nPATH=/x\n", encoding="utf-8")
    result = read(URLS, {"J2O_HOME": "here", "J2O_PLUGINS": "a", "J2O_SECRET_JIRA": "secret"})
    assert line(result, "J2O_ENV").outcome == "ours"
    assert line(result, "J2O_JIRA_PROJEKTS").suggestion == "J2O_JIRA_PROJECTS"
    assert codes(result) == ["J2O-L001"]
    assert result.translation is not None
    assert "secret" not in repr(result.translation.lines)
    assert not {"PATH", "J2O_PLUGINS", "J2O_SECRET_JIRA"} & {one.name for one in result.translation.lines}


def test_its_own_overlays_by_environment_are_laid_over_it(read: Read, older: Path) -> None:
    folder = older / "config" / "environments"
    folder.mkdir()
    (folder / "production.yaml").write_text(
        "migration: {batch_size: 200}\ndatabase: {postgres_db: prod}\ntest_mode: false\n", encoding="utf-8"
    )
    result = read(f"{URLS}migration: {{batch_size: 7}}\n", environment="production")
    assert result.spec is not None
    assert (result.spec.runtime.batch_size, result.spec.environment) == (200, "production")
    assert line(result, "database").outcome == "gone"
    assert codes(read(URLS, environment="produktion")) == ["J2O-S023"]


def test_a_spec_is_none_of_these_configurations(read: Read) -> None:
    text = "apiVersion: j2o/v1\nkind: Migration\nname: x\nextends: j2o:demo\njira: {url: https://jira.example}\n"
    result = read(text)
    assert result.translation is None
    assert "J2O-S010" in codes(result)


@pytest.mark.parametrize(
    "text",
    [
        "jira: [1, 2]\nmigration: {}\n",
        "jira: {url: [a]}\nopenproject: {url: {a: b}, api_token: [x]}\nmigration: {mapping: 5}\n",
        "jira: {}\nmigration: {component_order: {a: 1}}\n",
        "jira: {projects: [[a]], batch_size: 1.5, username: [x]}\nmigration: {mapping_file: [a]}\n",
        "jira: {}\nmigration: {mapping: {fallback_strategy: maybe}}\n",
        "jira: {url: 'https://jira.example/${oops'}\n",
        f"jira: {{batch_size: {'9' * 400}}}\n",
    ],
)
def test_wrong_types_are_told_and_nothing_else_happens(read: Read, text: str) -> None:
    result = read(text)
    assert result.spec is None
    assert result.problems
    assert all(problem.place is not None for problem in result.problems)


def test_addresses_and_names_that_can_be_none_break_nothing(read: Read) -> None:
    result = read("jira: {url: 'http://[::1'}\nmigration: {mapping_file: \"a\\0b\"}\n")
    assert "J2O-L012" in codes(result)


def test_keys_that_stand_twice_are_told_at_their_second_place(read: Read) -> None:
    result = read("jira:\n  url: https://a.example\n  url: https://b.example\n")
    assert [(p.code, p.place.line if p.place else 0) for p in result.problems if p.code == "J2O-S005"] == [
        ("J2O-S005", 3)
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00J", b"J2O_A=\x00", b"x" * 1_100_000, b"no assignment at all"])
def test_a_file_of_variables_that_is_none_is_told(read: Read, older: Path, content: bytes) -> None:
    (older / ".env").write_bytes(content)
    assert "J2O-L005" in codes(read(URLS))


def test_the_words_of_the_data_are_those_that_the_code_reads() -> None:
    words = vocabulary()
    for key in words.keys:
        assert key.becomes or key.gone or key.values, key.name
        assert not (key.becomes and key.gone), key.name
        if key.gone.startswith("as "):
            assert any(other.name.endswith(f".{key.gone[3:]}") for other in words.keys), key.name
    for name, entry in words.components.items():
        assert ("entities" in entry) != ("gone" in entry), name
    assert set(words.needs) | set(words.without) <= set(words.entities)
    assert set(words.maps.sections.values()) | set(words.maps.files.values()) <= set(words.entities)
