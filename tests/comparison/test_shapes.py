"""Issues as other tools have seen them in the field: old servers, Cloud, service desks, histories, restrictions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..running import sandbox
from .runs import finished
from .shapes import read_shapes

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
    found = read_shapes(shared_data, folders)
    assert len(found) >= fewest, len(found)
    data = tmp_path / "issues.ndjson"
    data.write_text("".join(json.dumps(issue) + "\n" for issue in found), encoding="utf-8")
    (tmp_path / "own.yaml").write_text(_SPEC, encoding="utf-8")
    with sandbox(edition=edition, jira_data=str(data), attachment_bytes=2048) as made:
        migrated = finished(made, tmp_path, str(tmp_path / "own.yaml"))
    result = migrated.compare()
    assert result.share >= 0.999 and len(result.missing) <= 1, (result.share, result.missing[:20])
    assert migrated.report["success_rate"] >= 0.999
