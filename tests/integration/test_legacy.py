"""A configuration of the older tool runs as it is, and what its id map names is not created again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Mapping

import pytest
import requests

from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.newest

SIZE: dict[str, Any] = {"projects": 1, "issues": 6, "seed": 23}


class Older:
    """The older tool's work: what it had written by hand of a test, and its folder."""

    def __init__(self, made: Sandbox, folder: Path) -> None:
        self.made, self.folder = made, folder
        (folder / "config").mkdir()
        (folder / "data").mkdir()
        self.issues = sorted(made.jira.state("issues")["issues"], key=lambda row: int(row["id"]))
        self.project = self._post("projects", {"name": "Older", "identifier": self.key.lower()})
        self.types = self._get("types")

    @property
    def key(self) -> str:
        return str(self.issues[0]["key"]).rsplit("-", 1)[0]

    def write(self, issue: Mapping[str, Any], subject: str = "", comment: str = "") -> int:
        """Migrate one issue as the older tool did: without any mark of j2o."""
        row = self._post(
            "work_packages",
            {
                "subject": subject or issue["fields"]["summary"] or "(no summary)",
                "_links": {
                    "project": {"href": f"/api/v3/projects/{self.project['id']}"},
                    "type": {"href": self.types[0]["_links"]["self"]["href"]},
                },
            },
        )
        if comment:
            self._post(f"work_packages/{row['id']}/activities", {"comment": {"raw": comment}})
        return int(row["id"])

    def map(self, entries: Any, name: str = "id_mapping.json") -> Path:
        """Write an id map."""
        path = self.folder / "data" / name
        path.write_text(json.dumps(entries), encoding="utf-8")
        return path

    def configuration(self, migration: str = "", user: str = "") -> Path:
        """Write the configuration, and the tokens beside it."""
        running = self.made.running
        (self.folder / ".env").write_text(
            f"J2O_JIRA_API_TOKEN={running.jira['token']}  # of an administrator\n"
            f"export J2O_OPENPROJECT_API_KEY='{running.openproject['api_key']}'\n",
            encoding="utf-8",
        )
        path = self.folder / "config" / "config.yaml"
        path.write_text(
            f"jira:\n  url: {self.made.jira.url}/\n  username: '{user}'\n  api_token: ''\n  projects: []\n"
            f"openproject:\n  url: {self.made.openproject.url}\n  api_token: ''\n"
            f"migration:\n  mapping_file: data/id_mapping.json\n{migration}",
            encoding="utf-8",
        )
        return path

    def migration(self, spec: Path) -> Migration:
        """Runs of a spec, without the variables that j2o's own specs read."""
        names = ("JIRA_URL", "JIRA_TOKEN", "JIRA_USER", "OPENPROJECT_URL", "OPENPROJECT_API_KEY")
        return Migration(self.made, self.folder / "home", str(spec), environment=dict.fromkeys(names, ""))

    def work_packages(self) -> list[dict[str, Any]]:
        return list(self.made.openproject.state("work_packages")["work_packages"])

    def _post(self, path: str, body: Any) -> dict[str, Any]:
        return self._ask("POST", path, body)

    def _get(self, path: str) -> list[dict[str, Any]]:
        return list(self._ask("GET", path)["_embedded"]["elements"])

    def _ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = requests.request(
            method,
            f"{self.made.openproject.url}/api/v3/{path}",
            json=body,
            auth=("apikey", self.made.running.openproject["api_key"]),
            headers={"Content-Type": "application/json"},
            timeout=60,
        )
        assert answer.ok, answer.text
        return dict(answer.json())


@pytest.fixture()
def older(tmp_path: Path) -> Iterator[Older]:
    with sandbox(**SIZE) as made:
        yield Older(made, tmp_path)


def problems(migration: Migration, run: str, code: str) -> list[str]:
    """The keys of the items that a run has told such a problem of."""
    report = json.loads(migration.command("report", run, "--format", "json").stdout)
    return [problem["key"] for problem in report["problems"] if problem["code"] == code]


def test_what_the_id_map_names_is_not_created_again(older: Older) -> None:
    first, second, third = older.issues[:3]
    written = [older.write(issue) for issue in (first, second, third)]
    older.map(
        {"issues": {first["key"]: written[0], second["id"]: {"jira_key": second["key"], "openproject_id": written[1]}}}
    )
    older.map({third["id"]: {"jira_key": third["key"], "openproject_id": str(written[2])}}, "work_package_mapping.json")
    migration = older.migration(older.configuration())
    ended = migration.run()
    assert ended.exit_code == 0, explained(ended)
    assert ended.entities["work_packages"]["unchanged"] == 3
    assert len(older.work_packages()) == len(older.issues)
    assert "-> takeover.files" in ended.errors

    older.made.openproject.reset_counters()
    again = migration.run()
    assert again.exit_code == 0, explained(again)
    assert {
        name: (row["created"], row["updated"], row["failed"]) for name, row in again.entities.items()
    } == dict.fromkeys(again.entities, (0, 0, 0))
    token = older.made.running.jira["token"]
    assert token not in again.errors
    home = migration.home
    assert not [path for path in home.rglob("*") if path.is_file() and token.encode() in path.read_bytes()]


def test_what_is_taken_over_is_made_equal_where_the_older_tool_was_told_so(older: Older) -> None:
    issue = older.issues[0]
    identifier = older.write(issue, subject="old words")
    older.map({issue["key"]: identifier})
    ended = older.migration(older.configuration("  skip_existing: false\n")).run()
    assert ended.exit_code == 0, explained(ended)
    assert ended.entities["work_packages"]["updated"] == 1
    assert (
        next(row for row in older.work_packages() if row["id"] == identifier)["subject"] == issue["fields"]["summary"]
    )


def test_entries_that_lead_nowhere_or_clash_are_told_and_never_trusted(older: Older) -> None:
    gone, one, other, sound = older.issues[:4]
    shared, right = older.write(one), older.write(sound)
    older.map(
        {gone["key"]: 987654, one["key"]: shared, other["key"]: shared, sound["key"]: right, "NONE-1": 5, "x": {}}
    )
    migration = older.migration(older.configuration())
    ended = migration.run()
    assert ended.exit_code == 1, explained(ended)
    assert problems(migration, ended.run, "J2O-P013") == [gone["key"]]
    assert problems(migration, ended.run, "J2O-P014") == ["NONE-1"]
    assert ended.entities["work_packages"]["failed"] == 2
    assert len(older.work_packages()) == len(older.issues) - 1  # one and other share what stands there
    assert "J2O-L011" in ended.errors

    older.map({one["key"]: shared, sound["key"]: right})  # mended
    mended = older.migration(older.configuration()).run()
    assert mended.exit_code == 0, explained(mended)
    assert len(older.work_packages()) == len(older.issues)


def test_children_that_the_older_tool_wrote_are_not_written_again(older: Older) -> None:
    commented = [issue for issue in older.issues if issue["fields"]["comment"]["comments"]]
    with_comment, without = commented[:2]
    older.map(
        {
            with_comment["key"]: {"openproject_id": older.write(with_comment, comment="old words")},
            without["key"]: {"openproject_id": older.write(without)},
        }
    )
    ended = older.migration(older.configuration()).run()
    assert ended.exit_code == 0, explained(ended)
    comments = older.made.openproject.state("comments")["comments"]
    texts = [row["comment"]["raw"] for row in comments]
    assert sum("old words" in text for text in texts) == 1
    assert not [text for text in texts if f"/browse/{with_comment['key']}?" in text]
    assert len([text for text in texts if f"/browse/{without['key']}?" in text]) > 0
    report = json.loads(older.migration(older.folder).command("report", ended.run, "--format", "json").stdout)
    skipped = [item for item in report["items"] if item["code"] == "J2O-P012"]
    assert {item["entity"] for item in skipped} == {"comments"}
    assert ended.entities["comments"]["skipped"] >= len(skipped) > 0


def test_a_cut_off_id_map_stops_the_run_before_anything_is_written(older: Older) -> None:
    path = older.map({issue["key"]: 1 for issue in older.issues})
    path.write_bytes(path.read_bytes()[:40])
    ended = older.migration(older.configuration()).command("run", str(older.folder / "config/config.yaml"))
    assert ended.returncode == 2
    assert "J2O-L010" in ended.stderr
    assert "ends in the middle" in ended.stderr
    assert older.work_packages() == []


def test_a_user_beside_the_token_is_tried_as_the_older_tool_did(tmp_path: Path) -> None:
    with sandbox(**SIZE, edition="cloud") as made:
        older = Older(made, tmp_path)
        ended = older.migration(older.configuration(user=str(made.running.jira["user"]))).run()
        assert ended.exit_code == 0, explained(ended)
        assert len(older.work_packages()) == len(older.issues)
