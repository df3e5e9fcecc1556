"""Each packaged template against the edition it is for: complete, and nothing to do the second time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Optional

import pytest

from j2o_core.spec.templates import find_template

from ..running import Ended, Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.oldest

SIZE: dict[str, Any] = {"projects": 1, "issues": 20, "seed": 19}
#: what the full templates ask the administrator for
SETUP = """
settings: {writable_history: true}
types:
  Bug: {default: true}
  User story: {default: true}
  Epic: {default: true}
  Feature: {default: true}
custom_fields:
  Origin: {format: string, for_all: true, is_filter: true, types: all}
  Labels: {format: string, for_all: true, types: all}
  Components: {format: string, for_all: true, types: all}
  Affects versions: {format: version, multi: true, for_all: true, types: all}
  Environment: {format: text, for_all: true, types: all}
  Resolution: {format: string, for_all: true, types: all}
  Resolved: {format: date, for_all: true, types: all}
  Last change: {format: string, for_all: true, types: all}
  Story points: {format: float, for_all: true, types: all}
  Epic name: {format: string, for_all: true, types: all}
  Platforms: {format: list, multi: true, options: [Web, iOS, Android, Back office], for_all: true, types: all}
  Area: {format: string, for_all: true, types: all}
  Cost estimate: {format: float, for_all: true, types: all}
  Release notes: {format: text, for_all: true, types: all}
  Deployed at: {format: date, for_all: true, types: all}
  Testers: {format: user, multi: true, for_all: true, types: all}
  Found in: {format: version, for_all: true, types: all}
"""
#: codes of warnings that the generated Jira gives cause for, whatever the template
EXPECTED = {"J2O-X007", "second_of_pair"}
ALL = (
    "users",
    "groups",
    "projects",
    "memberships",
    "versions",
    "work_packages",
    "attachments",
    "comments",
    "relations",
    "watchers",
    "time_entries",
    "sprints",
    "board_columns",
    "boards",
)


def run_twice(made: Sandbox, folder: Path, spec: str, **environment: str) -> Ended:
    """The first of two runs, the second of which has nothing to do."""
    migration = Migration(
        made,
        folder / "home",
        spec,
        environment={
            "J2O_SECRET_JIRA": made.running.jira["token"],
            "J2O_SECRET_OPENPROJECT": made.running.openproject["api_key"],
            **environment,
        },
    )
    first = migration.run()
    assert first.exit_code == 0, explained(first)
    problems = [event for event in first.events if event["event"] == "problem"]
    assert [f"{p['code']} {p['key']} {p['message']}" for p in problems if p["code"] not in EXPECTED] == []
    made.openproject.reset_counters()
    second = migration.run()
    assert second.exit_code == 0, explained(second)
    for entity, counts in second.entities.items():
        assert counts["unchanged"] + counts["skipped"] == counts["source"], (entity, counts)
    requests = made.openproject.state("requests")["requests"]
    assert [name for name in requests if not name.startswith("GET ") and not name.endswith("/form")] == []
    assert {"GET /api/v3/relations", "GET /api/v3/grids", "GET /api/v3/queries"}.isdisjoint(requests)
    return first


def own_spec(folder: Path, template: str, more: str = "") -> str:
    """A spec that extends a template."""
    file = folder / "own.yaml"
    file.write_text(
        f"apiVersion: j2o/v1\nkind: Migration\nname: own\nextends: j2o:{template}\n{more}", encoding="utf-8"
    )
    return str(file)


@pytest.mark.parametrize(("template", "edition"), [("jira-server-basic", "server"), ("jira-cloud-basic", "cloud")])
def test_the_basic_templates_need_nothing_prepared(tmp_path: Path, template: str, edition: str):
    with sandbox(**SIZE, edition=edition) as made:
        ended = run_twice(made, tmp_path, f"j2o:{template}")
        assert set(ended.entities) == set(ALL)
        manifest = made.jira.state("manifest")["manifest"]
        assert ended.entities["work_packages"]["created"] == manifest["work_packages"]
        assert (ended.entities["sprints"]["created"], ended.entities["boards"]["created"]) == (8, 2)


@pytest.mark.parametrize(("template", "edition"), [("jira-datacenter", "datacenter"), ("jira-cloud", "cloud")])
def test_the_full_templates_fill_the_fields_that_were_prepared(tmp_path: Path, template: str, edition: str):
    (tmp_path / "setup.yaml").write_text(SETUP, encoding="utf-8")
    # The lines for fields of one's own are comments in the template, with names of the generated Jira.
    text = (find_template("jira-datacenter") or pytest.fail()).text.split("Fields of your own")[1].split("drop:")[0]
    own = re.findall(r"^ +# (cf:[A-Z].*: .*)$", text, flags=re.MULTILINE)
    assert len(own) == 15
    more = "entities:\n  work_packages:\n    map:\n" + "\n".join(f"      {line}" for line in own) + "\n"
    with sandbox(**SIZE, edition=edition, openproject_setup=str(tmp_path / "setup.yaml")) as made:
        spec = own_spec(tmp_path, template, more)
        ended = run_twice(made, tmp_path, spec)
        report = json.loads(
            Migration(made, tmp_path / "home", spec).command("report", "last", "--format", "json").stdout
        )
        assert_accounted_for(report["accounts"])
        source = made.jira.state("issues", "fields")
        boards = made.openproject.state("grids")["grids"]
        held = made.openproject.state("work_packages")["work_packages"]
    written = {name: (counts["created"], counts["skipped"]) for name, counts in ended.entities.items()}
    assert (written["sprints"], written["board_columns"], written["boards"]) == ((8, 0), (6, 1), (2, 0))
    assert [len(board["widgets"]) for board in boards] == [3, 3]
    names = {field["id"]: field["name"] for field in source["fields"]}
    fields = {name: f"customField{number}" for number, name in enumerate(_prepared(), 1)}
    by_id = {row[fields["Origin"]].rsplit("-", 1)[1]: row for row in held}
    issues = [issue for issue in source["issues"] if not issue["fields"].get("security")]
    assert set(by_id) == {issue["id"] for issue in issues}
    seen = dict.fromkeys(("Resolution", "Labels", "Story points", "Sprint", "Area", "Cost estimate", "Epic name"), 0)
    for issue in issues:
        row, values = by_id[issue["id"]], {names.get(key): value for key, value in issue["fields"].items()}
        wanted: dict[str, Any] = {
            "Resolution": (values["Resolution"] or {}).get("name"),
            "Labels": ", ".join(values["Labels"] or []) or None,
            "Story points": values["Story Points"],
            "Cost estimate": values["Cost estimate"],
            "Epic name": values["Epic Name"],
            "Area": _cascade(values["Area"]),
        }
        for name, value in wanted.items():
            assert row[fields[name]] == value, (issue["key"], name)
            seen[name] += value is not None
        shown = str(row["_links"]["version"]) + row["description"]["raw"]
        for sprint in values["Sprint"] or ():
            name = sprint["name"] if isinstance(sprint, dict) else sprint.partition("name=")[2].partition(",start")[0]
            assert name.partition(",goal=")[0][:20] in shown.replace("\\", ""), (issue["key"], name)
            seen["Sprint"] += 1
        assert row["_links"]["type"]["title"] != "Phase"
        # What has a field is not told in words as well.
        assert "**Story Points:**" not in row["description"]["raw"]
        assert "**Labels:**" not in row["description"]["raw"]
    assert all(seen.values()), seen


def test_a_single_project_brings_those_who_take_part_and_nobody_else(tmp_path: Path):
    with sandbox(**{**SIZE, "projects": 2}, edition="server") as made:
        spec = own_spec(tmp_path, "single-project", "select: {projects: [SHOP]}\n")
        ended = run_twice(made, tmp_path, spec)
        assert set(ended.entities) == set(ALL) - {"groups"}
        held = made.openproject.state("projects", "work_packages", "groups", "users")
        issues = made.jira.state("issues")["issues"]
    assert [project["identifier"] for project in held["projects"]] == ["shop"]
    wanted = [i for i in issues if i["key"].startswith("SHOP-") and not i["fields"].get("security")]
    assert len(held["work_packages"]) == len(wanted)
    assert held["groups"] == []
    assert 1 < ended.entities["users"]["source"] <= len(held["users"])


def test_users_and_groups_alone_touch_nothing_else(tmp_path: Path):
    with sandbox(**SIZE, edition="datacenter") as made:
        ended = run_twice(made, tmp_path, "j2o:users-and-groups")
        held = made.openproject.state("projects", "groups")
    assert set(ended.entities) == {"users", "groups"}
    assert held["projects"] == []
    assert len(held["groups"]) == ended.entities["groups"]["created"] > 0


def test_issues_without_history_leave_what_was_said_behind(tmp_path: Path):
    with sandbox(**SIZE, edition="cloud") as made:
        ended = run_twice(made, tmp_path, "j2o:issues-without-history")
        held = made.openproject.state("comments", "time_entries", "work_packages", "attachments", "relations")
        asked = made.jira.state("requests")["requests"]
    assert set(ended.entities) == set(ALL) - {"comments", "watchers", "time_entries"}
    assert held["comments"] == held["time_entries"] == []
    assert held["attachments"] and held["relations"]
    assert not any(word in row["description"]["raw"] for row in held["work_packages"] for word in ("worklogs", "**Log"))
    assert not [name for name in asked if name.endswith(("/watchers", "/changelog", "/changelog/bulkfetch"))]


def assert_accounted_for(accounts: list[dict[str, Any]]) -> None:
    """All that Jira is set up with, and who made what when."""
    kinds = {row["kind"]: row for row in accounts if row["entity"] == "configuration"}
    assert {"workflows", "permission schemes", "security schemes", "screens", "fields", "components"} <= set(kinds)
    assert {row["becomes"] for row in kinds.values()} == {"migrated", "text", "checklist", "listed"}
    assert all(row["why"] and row["place"] and row["name"] for row in kinds.values())
    assert not any("nothing in the spec says" in row["why"] for row in accounts)
    told = {(row["entity"], row["kind"]): row for row in accounts if row["entity"] != "configuration"}
    for (entity, what), becomes in {
        ("work_packages", "author"): "written",
        ("work_packages", "time of creation"): "written",
        ("comments", "author"): "text",
        ("comments", "time"): "text",
        ("attachments", "author and time"): "text",
        ("time_entries", "author"): "written",
    }.items():
        assert told[(entity, what)]["becomes"] == becomes and told[(entity, what)]["count"] > 0, (entity, what)


def _prepared() -> list[str]:
    return [line.strip().split(":")[0] for line in SETUP.split("custom_fields:\n")[1].splitlines()]


def _cascade(value: Optional[dict[str, Any]]) -> Optional[str]:
    if not value:
        return None
    child = value.get("child")
    return f"{value['value']} / {child['value']}" if child else str(value["value"])
