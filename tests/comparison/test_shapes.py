"""Issues as other tools have seen them in the field: old servers, Cloud, service desks, histories, restrictions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Iterator

import pytest

from ..running import sandbox
from .runs import finished

pytestmark = [pytest.mark.shared, pytest.mark.long]

_SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: shapes
extends: j2o:demo
entities:
  history:
    after: [comments]
    extract: {of: work_packages, split: jira.history}
    map:
      text: {from: item, steps: [{rich_text: history}]}
      author: {value: "{{ parent.key }}: history"}
    load: {plugin: openproject.comments}
"""


@pytest.mark.parametrize(
    ("edition", "folders", "fewest"),
    [
        ("cloud", ("devlake/issues",), 33),
        ("server", ("devlake/issues_server", "jrjc"), 30),
        ("datacenter", ("devlake/issues_agile_without_changelog",), 33),
    ],
)
def test_nothing_of_any_shape_is_missing(
    tmp_path: Path, shared_data: Path, edition: str, folders: tuple[str, ...], fewest: int
) -> None:
    found: list[dict[str, Any]] = []
    taken: dict[str, str] = {}
    for folder in folders:
        for path in sorted((shared_data / "jira-shapes" / folder).rglob("*.json")):
            for issue in _issues(json.loads(path.read_text(encoding="utf-8"))):
                project = issue["key"].rpartition("-")[0]
                # They were seen on several servers: an id means one thing here.
                names = {issue["id"]: "", issue["key"]: "", f"project {issue['fields']['project'].get('id')}": project}
                if all(taken.get(name, meant) == meant != "" or name not in taken for name, meant in names.items()):
                    taken.update(names)
                    found.append(issue)
    assert len(found) >= fewest, len(found)
    data = tmp_path / "issues.ndjson"
    data.write_text("".join(json.dumps(issue) + "\n" for issue in found), encoding="utf-8")
    (tmp_path / "own.yaml").write_text(_SPEC, encoding="utf-8")
    with sandbox(edition=edition, jira_data=str(data), attachment_bytes=2048) as made:
        migrated = finished(made, tmp_path, str(tmp_path / "own.yaml"))
    result = migrated.compare()
    assert result.share >= 0.999 and len(result.missing) <= 1, (result.share, result.missing[:20])
    assert migrated.report["success_rate"] >= 0.999


def _issues(value: Any) -> Iterator[dict[str, Any]]:
    """Whole issues of the current API, wherever they stand in an answer."""
    if isinstance(value, list):
        for element in value:
            yield from _issues(element)
    elif isinstance(value, dict):
        fields = value.get("fields")
        if (
            isinstance(fields, dict)
            and re.fullmatch(r"\d+", str(value.get("id", "")))
            and re.fullmatch(r"[A-Z][A-Z0-9_]*-\d+", str(value.get("key", "")))
            and isinstance(fields.get("created"), str)
            and isinstance(fields.get("project"), dict)
        ):
            for file in fields.get("attachment") or ():  # the oldest servers tell their number in the address alone
                file.setdefault("id", str(file["content"]).split("/")[-2])
            yield {**value, "id": str(value["id"])}
        elif "issues" in value:
            yield from _issues(value["issues"])
