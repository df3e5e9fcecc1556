"""Against what this plugin is proved: a sandbox whose Jira has the app and whose OpenProject has the custom field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Mapping

from j2o_core.api import ConnectionOptions, Connector, Effect
from j2o_core.testing import Bench, Kit, World, Worlds

from .risk_scores import RiskScores
from .risks import Risks

FIELD, TARGET_FIELD = "customfield_10700", "Risk score"
SETUP: Mapping[str, Any] = {
    "custom_fields": {TARGET_FIELD: {"format": "float", "types": "all", "for_all": True}},
}


def add_cases(kit: Kit) -> None:
    """One case each; steps and checks need none."""
    kit.extractor(Risks, _jira, options={"field": FIELD, "page_size": 3})
    kit.loader(
        RiskScores,
        _openproject,
        _score,
        changes={"score": 20},
        scopes=lambda effect: [effect.payload["work_package"].id],
        options={"field": TARGET_FIELD},
    )


def issues(count: int = 11) -> list[dict[str, Any]]:
    """Issues as Jira's API gives them; each third is not assessed."""
    project = {"id": "10000", "key": "RISK", "name": "Risks", "projectTypeKey": "software"}
    made = []
    for number in range(1, count + 1):
        fields: dict[str, Any] = {
            "project": project,
            "summary": f"Item {number}",
            "issuetype": {"id": "1", "name": "Task", "subtask": False},
            "status": {"id": "1", "name": "To Do", "statusCategory": {"id": 2, "key": "new", "name": "To Do"}},
            "priority": {"id": "3", "name": "Medium"},
            "created": "2024-03-01T10:00:00.000+0000",
            "updated": f"2024-03-01T10:{number:02}:00.000+0000",
        }
        if number % 3:
            fields[FIELD] = f"p={1 + number % 5};i={1 + number % 4};note=note {number}"
        made.append({"id": str(20000 + number), "key": f"RISK-{number}", "fields": fields})
    return made


def write_issues(path: Path, rows: list[dict[str, Any]]) -> str:
    """The file from which the sandbox serves them."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return str(path)


def _variables(worlds: Worlds) -> Mapping[str, str]:
    setup = worlds.folder / "setup.yaml"
    setup.write_text(json.dumps(SETUP), encoding="utf-8")
    data = write_issues(worlds.folder / "issues.ndjson", issues())
    return worlds.start("sandbox", jira_data=data, openproject_setup=str(setup))


def _jira(worlds: Worlds) -> World:
    variables = _variables(worlds)
    auth = {"user": variables["JIRA_USER"], "token": variables["JIRA_TOKEN"]}
    given = {name: value for name, value in auth.items() if value}
    options = ConnectionOptions("jira", variables["JIRA_URL"], "check", given, variables["JIRA_IDENTITY"])
    return World(_connector(worlds, "jira"), options)


def _openproject(worlds: Worlds) -> World:
    variables = _variables(worlds)
    auth = {"api_key": variables["OPENPROJECT_API_KEY"]}
    options = ConnectionOptions(
        "openproject", variables["OPENPROJECT_URL"], "", auth, variables["OPENPROJECT_IDENTITY"]
    )
    return World(_connector(worlds, "openproject"), options)


def _score(bench: Bench) -> Effect:
    number = bench.number()
    project = bench.make("openproject.projects", {"identifier": f"p{number}", "name": f"Project {number}"})
    payload = {"project": project, "subject": f"Item {number}", "type": "Task"}
    return bench.effect("risks", {"work_package": bench.make("openproject.work_packages", payload), "score": 12})


def _connector(worlds: Worlds, name: str) -> type[Connector]:
    connector: type[Connector] = worlds.registry.get("connector", name)
    return connector
