"""A spec that is proposed for two running systems: sound, complete, and good for a run once everything is decided."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from j2o_core.cli.program import main

from ..running import Migration, Sandbox, explained, sandbox
from .test_odd_records import issue, person

pytestmark = pytest.mark.newest

SIZE = {"projects": 2, "issues": 22, "seed": 23}
SETUP = """
settings: {writable_history: true}
types:
  Bug: {default: true}
  User story: {default: true}
  Epic: {default: true}
custom_fields:
  Labels: {format: string, for_all: true, types: all}
  Story points: {format: float, for_all: true, types: all}
  Platform: {format: list, multi: true, options: [Web, iOS, Android], for_all: true, types: all}
  Cost estimate: {format: string, for_all: true, types: all}
  Deployed at: {format: date, for_all: true, types: all}
  Testers: {format: user, multi: true, for_all: true, types: all}
  Found in: {format: version, for_all: true, types: all}
  Customer: {format: int, for_all: true, types: all}
projects: {template: {name: Template}}
"""
READS = re.compile(r"GET |POST /rest/api/[23]/(search|search/jql|search/approximate-count)$")


@dataclass
class Called:
    """How a command ended."""

    code: int
    out: str
    errors: str


def call(made: Sandbox, folder: Path, *arguments: str, **environment: str) -> Called:
    """A command of j2o in this process."""
    variables = {**made.environment, "J2O_HOME": str(folder / "home"), **environment}
    out, errors = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(errors):
        for name, value in variables.items():
            patch.setenv(name, value)
        code = main(list(arguments))
    return Called(code, out.getvalue(), errors.getvalue())


def init(made: Sandbox, folder: Path, *arguments: str, **environment: str) -> Called:
    """``j2o init --from-live`` into ``acme.yaml``."""
    return call(made, folder, "init", "--from-live", "-o", str(folder / "acme.yaml"), *arguments, **environment)


def decided(file: Path, **values: str) -> None:
    """Answer every TODO of a spec: with the value for its row, else ``Task``."""
    text = file.read_text(encoding="utf-8")

    def answer(found: re.Match[str]) -> str:
        key = found.group(1).strip().strip("'\"")
        return f"{found.group(1)}: {values.get(key, 'Task')}"

    file.write_text(re.sub(r"^(    \S.*?): TODO(?= +#)", answer, text, flags=re.MULTILINE), encoding="utf-8")


def run(made: Sandbox, folder: Path) -> Any:
    valid = call(made, folder, "validate", str(folder / "acme.yaml"))
    assert valid.code == 0, valid.out
    ended = Migration(made, folder / "home", str(folder / "acme.yaml")).run()
    assert ended.exit_code == 0, explained(ended)
    return ended


def requests(made: Sandbox) -> list[str]:
    return [name for server in (made.jira, made.openproject) for name in server.state("requests")["requests"]]


@pytest.mark.parametrize("edition", ["datacenter", "cloud"])
def test_a_prepared_target_gets_its_fields_and_nothing_is_left_to_decide_but_what_it_lacks(
    tmp_path: Path, edition: str
):
    (tmp_path / "setup.yaml").write_text(SETUP, encoding="utf-8")
    with sandbox(**SIZE, edition=edition, openproject_setup=str(tmp_path / "setup.yaml")) as made:
        ended = init(made, tmp_path)
        assert ended.code == 0, ended.errors
        assert [name for name in requests(made) if not READS.match(name)] == []
        text = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
        assert f"extends: j2o:jira-{'cloud' if edition == 'cloud' else 'server'}-basic" in text
        assert text.startswith("# yaml-language-server: $schema=")
        rows = dict(re.findall(r"^    (\S[^:]*): (\S.*?) +# ", text, flags=re.MULTILINE))
        assert (rows["Story"], rows["Bug"], rows["Done"], rows["relates to"]) == (
            "User story",
            "Bug",
            "Closed",
            "relates",
        )
        assert rows["Improvement"] == "TODO"
        used = {name for i in made.jira.state("issues")["issues"] for name, value in i["fields"].items() if value}
        fields = {field["id"]: field["name"] for field in made.jira.state("fields")["fields"]}
        for name in used - {"customfield_10214", "customfield_10200"}:  # two of one name, told by id
            assert fields.get(name, name) in text or f"fields.{name}" in text, name
        decided(tmp_path / "acme.yaml")
        done = run(made, tmp_path)
        held = made.openproject.state("work_packages")["work_packages"]
        issues = [i for i in made.jira.state("issues")["issues"] if not i["fields"].get("security")]
        assert done.entities["work_packages"]["created"] == len(issues) == len(held)
        points = next(id for id, name in fields.items() if name == "Story Points")
        assert sorted(row["customField2"] or 0 for row in held) == sorted(i["fields"].get(points) or 0 for i in issues)
        assert any(row["_links"]["customField3"] for row in held)
        assert not any(row["customField8"] for row in held)


def test_a_fresh_target_is_enough_and_all_other_fields_stay_text(tmp_path: Path):
    with sandbox(**SIZE) as made:
        ended = init(made, tmp_path, "--sample", "12")
        assert ended.code == 0, ended.errors
        assert "it has none yet" in ended.errors
        text = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
        assert "# ~" in text and re.search(r"of which 1[0-9] were read", text)
        refused = call(made, tmp_path, "run", str(tmp_path / "acme.yaml"))
        assert refused.code == 2
        assert "J2O-S051" in refused.errors
        assert made.openproject.state("projects")["projects"] == []
        decided(tmp_path / "acme.yaml")
        run(made, tmp_path)


def test_names_of_every_kind_come_through_a_whole_run(tmp_path: Path):
    odd = ['QA: "done" #1', "{{ item.key }}", "日本語", "*", "/x/", "- a, [b]", "TODO", "O'Neil & Co."]
    lines = [
        issue(
            number,
            status={"id": str(100 + number), "name": name},
            issuetype={"id": str(200 + number), "name": f"{name} type"},
            priority={"id": str(300 + number), "name": f"{name} prio"},
            reporter={**person("ann"), "displayName": name},
            customfield_10001=name,
        )
        for number, name in enumerate(odd, 1)
    ]
    twins = [issue(20, status={"id": "190", "name": "Done"}), issue(21, status={"id": "191", "name": "Done"})]
    (tmp_path / "issues.ndjson").write_text("\n".join(map(json.dumps, [*lines, *twins])), encoding="utf-8")
    types = [f"{name} type" for name in odd]
    setup = {
        "types": {name: {"default": True} for name in types[:4]},
        "statuses": {name: {} for name in odd},
        "workflows": {name: ["New", "In progress", "Closed", *odd] for name in types[:4]},
        "priorities": {f"{name} prio": {} for name in odd},
    }
    (tmp_path / "setup.yaml").write_text(json.dumps(setup), encoding="utf-8")
    options = {"jira_data": str(tmp_path / "issues.ndjson"), "openproject_setup": str(tmp_path / "setup.yaml")}
    with sandbox(**options) as made:
        ended = init(made, tmp_path)
        assert ended.code == 0, ended.errors
        text = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
        assert text.count("    Done:") == 1
        decided(tmp_path / "acme.yaml")
        assert not re.search(r": TODO +#", (tmp_path / "acme.yaml").read_text(encoding="utf-8"))
        run(made, tmp_path)
        rows = made.openproject.state("work_packages")["work_packages"]
    titles = {row["subject"]: row["_links"] for row in rows}
    for number, name in enumerate(odd, 1):
        assert titles[f"Issue {number}"]["priority"]["title"] == f"{name} prio"
        if number <= 4:
            assert titles[f"Issue {number}"]["type"]["title"] == f"{name} type"
            assert titles[f"Issue {number}"]["status"]["title"] == name


def test_a_jira_without_issues_gives_a_sound_spec(tmp_path: Path):
    with sandbox(projects=1, issues=0) as made:
        ended = init(made, tmp_path)
        assert ended.code == 0, ended.errors
        assert "there are no items yet" in (tmp_path / "acme.yaml").read_text(encoding="utf-8")
        decided(tmp_path / "acme.yaml")
        assert call(made, tmp_path, "validate", str(tmp_path / "acme.yaml")).code == 0


def test_projects_that_are_named_are_the_only_ones_looked_at(tmp_path: Path):
    with sandbox(**SIZE) as made:
        ended = init(made, tmp_path, "--project", "OPS")
        assert ended.code == 0, ended.errors
        text = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
        assert "projects: [OPS]" in text and "SHOP" not in text
        there = len([i for i in made.jira.state("issues")["issues"] if i["key"].startswith("OPS-")])
        assert f"{there} items, of which {there} were read" in text
        unknown = init(made, tmp_path / "other", "--project", "OBS")
    assert unknown.code == 2
    assert "Did you mean OPS?" in unknown.errors


def test_many_people_are_written_beside_the_spec_and_nothing_is_replaced_unasked(tmp_path: Path):
    with sandbox(projects=1, issues=10, users=60) as made:
        assert init(made, tmp_path).code == 0
        rows = (tmp_path / "acme.users.csv").read_text(encoding="utf-8").splitlines()
        assert rows[0] == "id,login,match,name,mail,active" and len(rows) > 60
        before = (tmp_path / "acme.yaml").read_bytes()
        (tmp_path / "acme.yaml").unlink()
        refused = init(made, tmp_path)
        assert refused.code == 2 and "acme.users.csv is there already" in refused.errors
        assert init(made, tmp_path, "--force").code == 0
        assert (tmp_path / "acme.yaml").read_bytes() == before
        decided(tmp_path / "acme.yaml")
        assert call(made, tmp_path, "validate", str(tmp_path / "acme.yaml")).code == 0


def test_connections_of_a_spec_are_used_and_taken_over_with_their_references(tmp_path: Path):
    (tmp_path / "other.yaml").write_text(
        "apiVersion: j2o/v1\nkind: Migration\nname: other\nextends: j2o:single-project\nselect: {projects: [SHOP]}\n"
        'connections: {jira: {id: mine, auth: {token: "${file:token.txt}", user: null}}}\n',
        encoding="utf-8",
    )
    with sandbox(**SIZE) as made:
        (tmp_path / "token.txt").write_text(made.running.jira["token"], encoding="utf-8")
        secret = {"J2O_SECRET_OPENPROJECT": made.running.openproject["api_key"], "JIRA_TOKEN": "wrong"}
        ended = init(made, tmp_path, "--connections", str(tmp_path / "other.yaml"), **secret)
        assert ended.code == 0, ended.errors
        text = (tmp_path / "acme.yaml").read_text(encoding="utf-8")
        assert '"${file:token.txt}"' in text and '"${secret:openproject}"' in text and "id: mine" in text
        assert "projects: [SHOP]" in text
        assert made.running.jira["token"] not in text
        (tmp_path / "elsewhere").mkdir()
        elsewhere = init(made, tmp_path / "elsewhere", "--connections", str(tmp_path / "other.yaml"), **secret)
    assert elsewhere.code == 2
    assert "into its folder" in elsewhere.errors


def test_missing_variables_and_permissions_are_named(tmp_path: Path):
    with sandbox(**SIZE) as made:
        unset = init(made, tmp_path, JIRA_TOKEN="", OPENPROJECT_URL="")
        assert unset.code == 2
        assert "set JIRA_TOKEN, OPENPROJECT_URL" in unset.errors
        anonymous = init(made, tmp_path, JIRA_TOKEN="nonsense")
        assert anonymous.code == 3
        assert "credentials" in anonymous.errors and "nonsense" not in anonymous.errors
    assert not (tmp_path / "acme.yaml").exists()


def test_a_permission_that_is_missing_is_named(tmp_path: Path):
    setup = {"users": {"ann": {"token": "token-of-ann"}}}
    (tmp_path / "setup.yaml").write_text(json.dumps(setup), encoding="utf-8")
    with sandbox(**SIZE, openproject_setup=str(tmp_path / "setup.yaml")) as made:
        nobody = init(made, tmp_path, OPENPROJECT_API_KEY="token-of-ann")
        assert (nobody.code, "administrator" in nobody.errors) == (3, True), nobody.errors
        made.jira.faults({"do": "status", "status": 403, "path": "/rest/api/2/project"})
        hidden = init(made, tmp_path)
        assert (hidden.code, "Browse Projects" in hidden.errors) == (3, True), hidden.errors
        assert not (tmp_path / "acme.yaml").exists()
        made.jira.faults({"do": "status", "status": 403, "path": "/rest/api/2/user/search"})
        without = init(made, tmp_path, J2O_HOME=str(tmp_path / "another"))  # what was read is kept for a while
        assert without.code == 0, without.errors
        assert "global permission Browse users and groups" in without.errors
        assert "global permission Browse users and groups" in (tmp_path / "acme.yaml").read_text(encoding="utf-8")


def test_the_spec_can_be_printed(tmp_path: Path):
    with sandbox(**SIZE) as made:
        ended = call(made, tmp_path, "init", "--from-live", "-o", "-", "--name", "acme")
    assert ended.code == 0, ended.errors
    assert "\nname: acme\n" in ended.out
    assert not list(tmp_path.glob("*.yaml"))


def test_a_template_without_a_target_is_refused_before_anything_is_read(tmp_path: Path):
    with sandbox(projects=1, issues=0) as made:
        ended = init(made, tmp_path, "--template", "archive")
        assert (ended.code, requests(made)) == (2, [])
    assert "the template 'archive' is none for --from-live" in ended.errors


def test_the_embedded_sandbox_can_be_looked_at_without_any_system(tmp_path: Path):
    with sandbox(projects=1, issues=0) as made:
        unset = dict.fromkeys((*made.environment, "JIRA_USER"), "")
        ended = init(made, tmp_path, "--connections", "j2o:demo", "--sample", "20", **unset)
    assert ended.code == 0, ended.errors
    assert "\nsystem:\n  plugin: sandbox\n" in (tmp_path / "acme.yaml").read_text(encoding="utf-8")


def test_options_of_live_systems_mean_nothing_without_them(tmp_path: Path):
    with sandbox(projects=1, issues=0) as made:
        ended = call(made, tmp_path, "init", "--template", "archive", "--project", "A")
    assert ended.code == 2
    assert "--from-live" in ended.errors
