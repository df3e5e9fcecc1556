"""A text that named what was not there is written again by the run in which that arrives, and no other text is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Iterator

import pytest

from ..running import Ended, Migration, Sandbox, explained, sandbox
from .test_changed_source import edit, on_target, work_package, writes
from .test_late_text import file, other, text
from .test_odd_records import comment, comments, person

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("later-references")]

ONE, BOTH = "one.yaml", "both.yaml"


class Later:
    """Two runs: of one project, whose texts name the other; then of both."""

    def __init__(self, made: Sandbox, folder: Path) -> None:
        self.made = made
        self.migration = Migration(made, folder / "home")
        for name, projects in ((ONE, "[TXT]"), (BOTH, "[TXT, OTH]")):
            spec = f"name: later\nextends: j2o:demo\nselect: {{projects: {projects}}}\n"
            (folder / name).write_text(f"apiVersion: j2o/v1\nkind: Migration\n{spec}", encoding="utf-8")
        self.folder = folder
        self.first = self.run(ONE)
        self.before = {key: work_package(made, key) for key in ("TXT-1", "TXT-2", "TXT-3", "TXT-4")}
        used = self.before["TXT-4"]
        raw = used["description"]["raw"].replace("As said", "As somebody said")
        body = {"lockVersion": used["lockVersion"], "description": {"raw": raw}}
        on_target(made, "PATCH", f"work_packages/{used['id']}", body)
        edit(made, attach={"TXT-2": [{**file(509, "lost.txt"), "content": "0123456789"}]}, quietly=True)
        edit(made, change={"TXT-2": {"summary": "Two"}})
        made.openproject.reset_counters()
        self.second = self.run(BOTH)
        self.writes = writes(made)

    def run(self, spec: str) -> Ended:
        self.migration.spec = str(self.folder / spec)
        ended = self.migration.run()
        assert ended.exit_code == 0, explained(ended)
        return ended

    def told(self, ended: Ended) -> dict[tuple[str, str], str]:
        report = json.loads(self.migration.command("report", ended.run, "--format", "json").stdout)
        return {(one["code"], one["key"]): one["message"] for one in report["problems"]}

    def link(self, key: str) -> str:
        return f"[{key}](/work_packages/{work_package(self.made, key)['id']})"


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Later]:
    folder = tmp_path_factory.mktemp("later")
    said = comments(comment(70, "Not without OTH-1.", person("bob")), comment(71, "Nor with UTF-8.", person("bob")))
    issues = [
        text(1, description="See OTH-1 and OTH-7, not {{OTH-1}}.", comment=said),
        text(2, description="Read [^lost.txt].\n!gone.png!"),
        text(3, description="Names nothing but UTF-8 and NOPE-1."),
        text(4, description="As said in OTH-1."),
        other(1, description="The other."),
    ]
    path = folder / "issues.ndjson"
    path.write_text("\n".join(map(json.dumps, issues)), encoding="utf-8")
    with sandbox(jira_data=str(path), edition="server") as made:
        yield Later(made, folder)


def test_a_key_a_comment_and_a_file_are_filled_in(later: Later):
    assert "See OTH-1 and" in later.before["TXT-1"]["description"]["raw"]
    first = work_package(later.made, "TXT-1")["description"]["raw"]
    assert f"See {later.link('OTH-1')} and OTH-7, not `OTH-1`." in first
    texts = [row["comment"]["raw"] for row in later.made.openproject.state("comments")["comments"]]
    assert sum(f"Not without {later.link('OTH-1')}." in one for one in texts) == 1
    (lost,) = (row["id"] for row in later.made.openproject.state("attachments")["attachments"])
    now = work_package(later.made, "TXT-2")["description"]["raw"]
    assert f"Read [lost.txt](/api/v3/attachments/{lost}/content)." in now


def test_no_other_text_is_written(later: Later):
    patches = {name: count for name, count in later.writes.items() if name.startswith("PATCH ")}
    # Of the work packages the first (its key) and the second (its subject, then its file).
    assert patches == {"PATCH /api/v3/work_packages/{id}": 3, "PATCH /api/v3/activities/{id}": 1}
    assert work_package(later.made, "TXT-3")["lockVersion"] == later.before["TXT-3"]["lockVersion"]
    assert later.second.entities["work_packages"]["updated"] == 1


@pytest.mark.long
def test_what_somebody_wrote_meanwhile_stays_and_is_told(later: Later):
    assert "As somebody said in OTH-1." in work_package(later.made, "TXT-4")["description"]["raw"]
    assert "changed on the target since it was written" in later.told(later.second)[("J2O-E021", "TXT-4")]


@pytest.mark.long
def test_what_leads_nowhere_still_is_told_and_what_was_found_is_not(later: Later):
    first, second = later.told(later.first), later.told(later.second)
    assert "lost.txt" in first[("J2O-E022", "TXT-2")]
    assert "gone.png" in second[("J2O-E022", "TXT-2")] and "lost.txt" not in second[("J2O-E022", "TXT-2")]
    assert "OTH-7" in second[("J2O-E022", "TXT-1")]
    assert ("J2O-E022", "TXT-3") not in second


@pytest.mark.long
def test_a_third_run_writes_nothing_and_all_is_as_verified(later: Later):
    later.made.openproject.reset_counters()
    third = later.run(BOTH)
    assert writes(later.made) == {}
    assert ("J2O-E021", "TXT-4") not in later.told(third)
    checked = later.migration.command("verify", str(later.folder / BOTH), "--json")
    assert "TXT-1" not in checked.stdout and "TXT-2" not in checked.stdout
