"""What only some people could see in Jira is nowhere on the target: it is left out with its parts, and reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping

import pytest
import requests

from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.newest

#: begins every word that is not to arrive
HIDDEN = "zqhidden"
SHOWN = "zqshown"
STAFF = {"type": "role", "value": "Administrators"}
EDITIONS = ("server", pytest.param("datacenter", marks=pytest.mark.long), pytest.param("cloud", marks=pytest.mark.long))


def spec_in(folder: Path, more: str = "") -> str:
    """The history of issues beside all that the demo migrates."""
    file = folder / "spec.yaml"
    text = (
        "apiVersion: j2o/v1\nkind: Migration\nname: restricted\nextends: j2o:demo\nentities:\n"
        "  history:\n    after: [comments]\n    extract: {of: work_packages, split: jira.history}\n"
        "    map: {text: {from: item, steps: [{rich_text: history}]}}\n    load: {plugin: openproject.comments}\n"
    )
    file.write_text(text + more, encoding="utf-8")
    return str(file)


def control(made: Sandbox, name: str, body: Mapping[str, Any]) -> None:
    requests.post(f"{made.jira.url}/_sandbox/{name}", json=body, timeout=60).raise_for_status()


def plant(made: Sandbox) -> tuple[str, str]:
    """An issue of a security level, and one that shows it from outside and holds restricted parts of its own."""
    state = made.jira.state("issues", "fields")
    open_ones = [issue for issue in state["issues"] if not issue["fields"].get("security")]
    secret, visible = open_ones[3]["key"], open_ones[4]["key"]
    epic = next(field["id"] for field in state["fields"] if field["name"] == "Epic Link")
    level = {"id": "10200", "name": "Staff only", "description": ""}
    embedded = {"id": open_ones[3]["id"], "key": secret, "fields": {"summary": f"{HIDDEN}parent"}}
    above: dict[str, Any] = {"parent": embedded} if made.options.edition == "cloud" else {epic: secret}
    control(made, "behaviour", {"service_desk": visible.split("-")[0]})
    edits: dict[str, Any] = {
        "change": {
            secret: {"security": level, "summary": f"{HIDDEN}title", "description": f"{HIDDEN}text"},
            visible: {"description": f"{SHOWN} see {secret} and {made.jira.url}/browse/{secret}", **above},
        },
        "comment": {
            secret: [f"{HIDDEN}within"],
            visible: [
                {"body": f"{HIDDEN}role", "visibility": STAFF},
                {"body": f"{HIDDEN}internal", "internal": True},
                {"body": f"{SHOWN}comment on {secret}"},
            ],
        },
        "attach": {secret: [{"filename": f"{HIDDEN}.txt", "content": f"{HIDDEN}bytes"}]},
        "log": {visible: {"seconds": 3600, "comment": f"{HIDDEN}worklog", "visibility": STAFF}},
        "link": {visible: secret},
    }
    control(made, "issues", edits)
    return secret, visible


@pytest.mark.parametrize("edition", EDITIONS)
def test_nothing_restricted_arrives_and_all_of_it_is_reported(tmp_path: Path, edition: str):
    with sandbox(projects=1, issues=14, seed=19, edition=edition) as made:
        secret, visible = plant(made)
        migration = Migration(made, tmp_path / "home", spec_in(tmp_path))
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        held = json.dumps(made.openproject.state())
        report = json.loads(migration.command("report", "last", "--format", "json").stdout)
        redirects = next((tmp_path / "home").rglob("*-redirects.csv")).read_text(encoding="utf-8")
    assert HIDDEN not in held and HIDDEN not in redirects
    assert f"{SHOWN}comment on " in held and f"{SHOWN} see " in held, "what everybody saw is there"
    told = {(row["entity"], row["kind"]): row["becomes"] for row in report["accounts"]}
    assert told[("work_packages", "author")] == told[("work_packages", "time of creation")] == "text", "a fresh target"
    left: Mapping[str, set[str]] = {entity: set() for entity in ended.entities}
    for item in report["items"]:
        assert item["outcome"] == "skipped" and item["message"]
        left[item["entity"]].add(f"{item['key']}: {item['message']}")
    assert f"{secret}: unrestricted: restricted to the security level Staff only" in left["work_packages"]
    for entity, reason in (
        ("comments", "restricted to Administrators"),
        ("comments", "restricted to the team"),
        ("time_entries", "restricted to Administrators"),
    ):
        assert any(visible in one and reason in one for one in left[entity]), (entity, reason)
    for entity in ("comments", "attachments", "history"):
        assert any(one.startswith(secret) for one in left[entity]), f"{entity} of a restricted issue stay with it"


@pytest.mark.long
def test_what_is_restricted_after_it_was_written_is_told_with_where_it_stands(tmp_path: Path):
    with sandbox(projects=1, issues=14, seed=19, edition="server") as made:
        issue = next(row for row in made.jira.state("issues")["issues"] if not row["fields"].get("security"))
        migration = Migration(made, tmp_path / "home", spec_in(tmp_path))
        assert migration.run().exit_code == 0
        level = {"id": "10200", "name": "Staff only", "description": ""}
        control(made, "issues", {"change": {issue["key"]: {"security": level}}})
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert ended.entities["work_packages"]["skipped"] and ended.entities["work_packages"]["failed"] == 0
        report = json.loads(migration.command("report", "last", "--format", "json").stdout)
    told = {
        row["entity"]: row for row in report["problems"] if row["code"] == "J2O-P003" and issue["key"] in row["key"]
    }
    assert "restricted to the security level Staff only" in told["work_packages"]["message"]
    assert "it stays there" in told["work_packages"]["message"] and told["work_packages"]["place"]


@pytest.mark.long
@pytest.mark.parametrize("licensed", [True, False])
def test_restricted_comments_become_internal_ones_where_that_is_asked_for_and_licensed(tmp_path: Path, licensed: bool):
    setup = tmp_path / "setup.yaml"
    setup.write_text(f"edition: {'enterprise' if licensed else 'community'}\n", encoding="utf-8")
    more = (
        "  comments:\n    rules: {public: null}\n"
        "    map: {internal: {value: '{{ item.visibility is not none or item.jsdPublic == false }}'}}\n"
    )
    with sandbox(projects=1, issues=14, seed=19, edition="server", openproject_setup=str(setup)) as made:
        plant(made)
        ended = Migration(made, tmp_path / "home", spec_in(tmp_path, more)).run()
        assert ended.exit_code == 0, explained(ended)
        comments = made.openproject.state("comments")["comments"]
    hidden = [row for row in comments if HIDDEN in json.dumps(row)]
    assert len(hidden) == (2 if licensed else 0) and all(row["internal"] for row in hidden)
    assert not any(row["internal"] for row in comments if SHOWN in json.dumps(row))
