"""The change history of issues, as comments and as files: every change arrives, in order, with who and when."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import requests

from ..running import Migration, Sandbox, explained, sandbox

pytestmark = pytest.mark.newest

SPEC = """
apiVersion: j2o/v1
kind: Migration
name: with-history
extends: j2o:demo
entities:
  history:
    after: [comments]
    extract: {of: work_packages, split: jira.history}
    map:
      text: {from: item, steps: [{rich_text: history}]}
      author: {value: "{{ parent.key }}: history"}
    load: {plugin: openproject.comments}
  history_files:
    extract: {of: work_packages, split: jira.history_file}
    map: {fileName: filename, size: size}
    drop: {id: kept as the origin, changes: what the file holds}
    load: {plugin: openproject.attachments}
"""


def histories(made: Sandbox) -> dict[str, list[dict[str, Any]]]:
    """By issue key, the oldest first."""
    answer = requests.get(
        f"{made.jira.url}/rest/api/2/search",
        params={"maxResults": "1000", "fields": "summary", "expand": "changelog"},
        headers={"Authorization": f"Bearer {made.running.jira['token']}"},
        timeout=60,
    )
    answer.raise_for_status()
    return {
        issue["key"]: sorted(issue["changelog"]["histories"], key=lambda one: one["created"])
        for issue in answer.json()["issues"]
    }


def words(change: dict[str, Any]) -> list[str]:
    """What a reader has to find of one change."""
    said = [item.get(name) for item in change["items"] for name in ("field", "fromString", "toString")]
    return [(change.get("author") or {}).get("displayName", "unknown"), change["created"][:10], *filter(None, said)]


def test_every_change_is_told_by_a_comment_and_by_a_file_and_a_second_run_writes_nothing(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    with sandbox(projects=1, issues=14, seed=7, attachment_bytes=256) as made:
        changes = {key: found for key, found in histories(made).items() if found}
        assert len(changes) > 5
        migration = Migration(made, tmp_path / "home", str(spec))
        first = migration.run()
        assert first.exit_code == 0, explained(first)
        state = made.openproject.state()
        comments = [row["comment"]["raw"] for row in state["comments"] if ": history]" in row["comment"]["raw"]]
        told = {text[1:].partition(": history]")[0]: text for text in comments}
        skipped = first.entities["history"]["skipped"]
        assert len(told) == len(comments) == len(changes) - skipped
        for key, text in told.items():
            place = 0
            for change in changes[key]:
                line = f"**{change['created'][:10]} {change['created'][11:19]}"
                assert text.find(line, place) >= place, (key, change, text)
                place = text.find(line, place)
                assert not [word for word in words(change) if word.split()[0] not in text], (key, change, text)
        names = [row["fileName"] for row in state["attachments"] if row["fileName"].endswith("history.csv")]
        assert sorted(names) == sorted(f"{key}-history.csv" for key in told)
        again = migration.run()
        assert again.exit_code == 0
        assert sum(count["created"] + count["updated"] for count in again.entities.values()) == 0


def test_a_file_of_changes_is_a_table_that_no_spreadsheet_takes_for_formulas(tmp_path: Path) -> None:
    from j2o_core.api import Origin, Record
    from j2o_jira.history import HistoryFile

    entry = {
        "created": "2024-01-02T09:30:00.000+0000",
        "author": {"name": "jdoe", "displayName": "Jane Doe"},
        "items": [{"field": "summary", "from": None, "fromString": "=1+1", "to": None, "toString": 'a "b",\nc'}],
    }
    record = Record(Origin("acme", "work_packages", "10001"), "ACME-1", {"changelog": {"histories": [entry]}})
    (part,) = HistoryFile().split(record)
    assert json.loads(json.dumps(part.data)) == part.data
    child = Record(Origin("acme", "history_files", part.id), part.key, part.data)
    with HistoryFile().content(None, child, tmp_path) as stream:
        rows = list(csv.reader(io.StringIO(stream.read().decode("utf-8-sig"))))
        assert stream.size == part.data["size"]
    assert rows[1] == ["2024-01-02T09:30:00.000+00:00", "Jane Doe", "jdoe", "summary", "'=1+1", "", 'a "b",\nc', ""]
