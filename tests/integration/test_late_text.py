"""Texts that name issues, people, files and places: links where those exist in the end, words where they do not."""

from __future__ import annotations

import json
import socket
from typing import Any, Iterator

import pytest

from ..running import Ended, Migration, Sandbox, explained, sandbox
from .test_odd_records import comment, comments, issue, person

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("late-text")]

FIRST = """\
See TXT-2 and OTH-1, not {{TXT-2}}, NOPE-7, UTF-8 or http://www.example.com/TXT-2; TXT-99 is gone. r34 #12
{code}
TXT-2 #12
{code}
{anchor:top}[~bob] and [~nobody] read [^log.txt], not [^lost.txt]. [Up|#top]
!pic.png!
[That bug|%(jira)s/browse/TXT-2], %(jira)s/browse/OTH-1 and [its log|%(jira)s/secure/attachment/501/log.txt]
[Elsewhere|%(jira)s/browse/NOPE-1] [Said|%(jira)s/browse/TXT-2?focusedCommentId=70#comment-70]
"""


def file(number: int, name: str) -> dict[str, Any]:
    author, time = person("ann"), "2020-01-02T03:04:05.000+0000"
    return {"id": str(number), "filename": name, "size": 10, "mimeType": "x/y", "author": author, "created": time}


def other(number: int, **fields: Any) -> dict[str, Any]:
    made = issue(number, project={"id": "10001", "key": "OTH", "name": "Other"}, **fields)
    return {**made, "id": str(20000 + number), "key": f"OTH-{number}"}


def text(number: int, **fields: Any) -> dict[str, Any]:
    made = issue(number, project={"id": "10000", "key": "TXT", "name": "Texts"}, **fields)
    return {**made, "key": f"TXT-{number}"}


class Written:
    """What stands on the target after one run."""

    def __init__(self, ended: Ended, made: Sandbox, migration: Migration) -> None:
        self.ended, self.migration, self.made = ended, migration, made
        state = made.openproject.state()
        self.requests = state["requests"]
        self.rows = {row["subject"]: row for row in state["work_packages"]}
        self.comments = [row["comment"]["raw"] for row in state["comments"]]
        self.files = {row["fileName"]: row["id"] for row in state["attachments"]}

    def text(self, subject: str) -> str:
        raw: str = self.rows[subject]["description"]["raw"]
        return raw

    def page(self, subject: str) -> str:
        return f"/work_packages/{self.rows[subject]['id']}"

    def file(self, name: str) -> str:
        return f"/api/v3/attachments/{self.files[name]}/content"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    folder = tmp_path_factory.mktemp("late")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    first = FIRST % {"jira": f"http://127.0.0.1:{port}"}
    issues = [
        text(1, summary="first", description=first, attachment=[file(501, "log.txt"), file(502, "pic.png")]),
        text(
            2,
            summary="second",
            description="After TXT-1.",
            assignee=person("bob"),
            comment=comments(comment(70, "As in TXT-1 and OTH-1, *TXT-2*; {{OTH-1}}, TXT-98.", person("bob"))),
        ),
        other(1, summary="third", description="Of TXT-1, TXT-2, OTH-1."),
    ]
    path = folder / "issues.ndjson"
    path.write_text("\n".join(map(json.dumps, issues)), encoding="utf-8")
    with sandbox(jira_data=str(path), edition="server", jira_port=port) as made:
        migration = Migration(made, folder / "home")
        ended = migration.run()
        assert ended.exit_code == 0, explained(ended)
        yield Written(ended, made, migration)


def test_typed_keys_lead_to_work_packages_wherever_those_were_written(written: Written):
    first = written.text("first")
    assert f"See [TXT-2]({written.page('second')}) and [OTH-1]({written.page('third')})," in first
    assert f"After [TXT-1]({written.page('first')})." in written.text("second")
    third = written.text("third")
    for key, subject in (("TXT-1", "first"), ("TXT-2", "second"), ("OTH-1", "third")):
        assert f"[{key}]({written.page(subject)})" in third
    (said,) = written.comments
    assert f"As in [TXT-1]({written.page('first')}) and [OTH-1]({written.page('third')})" in said
    assert f"**[TXT-2]({written.page('second')})**" in said


def test_keys_in_code_and_addresses_and_of_unknown_projects_stay_as_they_are(written: Written):
    first = written.text("first")
    for kept in ("`TXT-2`", "```java\nTXT-2 #12\n```", "NOPE-7, UTF-8 or ", "example.com/TXT-2", "TXT-99 is gone"):
        assert kept in first, kept
    assert "`OTH-1`, TXT-98." in written.comments[0]


def test_what_would_come_alive_does_not(written: Written):
    assert "!r34 !#12" in written.text("first")
    html = written.rows["first"]["description"]["html"]
    assert "r34 #12" in html and '/work_packages/12"' not in html


def test_people_files_pictures_and_anchors_are_found(written: Written):
    first = written.text("first")
    assert '<mention class="mention" data-id="' in first and ">@Bob Doe</mention>" in first
    assert f"[log.txt]({written.file('log.txt')})" in first
    assert f"![pic.png]({written.file('pic.png')})" in first
    assert '<a name="top"></a>' in first and "[Up](#top)" in first


def test_links_into_jira_lead_to_what_was_migrated_and_keep_their_words(written: Written):
    first, jira = written.text("first"), written.made.jira.url
    assert f"[That bug]({written.page('second')})" in first
    assert f"[{jira}/browse/OTH-1]({written.page('third')})" in first
    assert f"[its log]({written.file('log.txt')})" in first
    assert f"[Said]({written.page('second')}/activity)" in first
    assert f"[Elsewhere]({jira}/browse/NOPE-1)" in first


def test_what_leads_nowhere_stays_readable_and_is_listed_once_for_each_item(written: Written):
    first = written.text("first")
    assert "@nobody read" in first and "not lost.txt." in first
    report = json.loads(written.migration.command("report", written.ended.run, "--format", "json").stdout)
    told = [one for one in report["problems"] if one["code"] == "J2O-E022"]
    by_item = {one["key"]: one["message"] for one in told}
    assert len(by_item) == len(told)
    for words in ("TXT-99", "@nobody", "the file lost.txt", "/browse/NOPE-1"):
        assert any(words in message for message in by_item.values()), words
    assert not any("NOPE-7" in message or "UTF-8" in message for message in by_item.values())


def test_only_texts_that_name_what_came_later_are_written_twice(written: Written):
    patches = {name: count for name, count in written.requests.items() if name.startswith("PATCH ")}
    # The first names the second and the third; the third itself.
    assert patches.get("PATCH /api/v3/work_packages/{id}") == 2, patches


def test_the_texts_are_as_verified_and_a_second_run_writes_nothing(written: Written):
    assert written.migration.command("verify", "j2o:demo").returncode == 0
    before = written.made.openproject.state("requests")["requests"]
    again = written.migration.run()
    assert again.exit_code == 0, explained(again)
    after = written.made.openproject.state("requests")["requests"]
    assert {name: count for name, count in after.items() if not name.startswith("GET ")} == {
        name: count for name, count in before.items() if not name.startswith("GET ")
    }
