"""Jira as other tools have seen it in the field: old servers, Cloud, service desks, histories, restrictions, set-up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..running import sandbox
from .administering import administered
from .placing import FAMILIES, NOT_DATA, why_not
from .recorded import recorded
from .runs import connected, finished
from .shapes import read_shapes

pytestmark = pytest.mark.shared

#: the full templates, with a row for names that nobody has decided about, and accounts of many servers in one
_SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: shapes
extends: j2o:{template}
tables:
  types: {{"*": Task}}
  statuses: {{"*": New}}
  priorities: {{"*": Normal}}
  roles: {{"*": Member}}
  links: {{"*": relates}}
entities:
  users: {{rules: {{one-login: {{on_fail: warn}}, one-email: {{on_fail: warn}}}}}}
"""


@pytest.mark.long
@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_of_any_shape_is_missing(tmp_path: Path, shared_data: Path, family: str) -> None:
    edition, places = FAMILIES[family]
    put = read_shapes(shared_data / "jira-shapes", places, why_not)
    issues, projects, spec = (tmp_path / name for name in ("issues.ndjson", "projects.json", "own.yaml"))
    issues.write_text("".join(json.dumps(issue) + "\n" for issue in put.issues), encoding="utf-8")
    projects.write_text(json.dumps(put.projects), encoding="utf-8")
    template = "jira-cloud" if edition == "cloud" else "jira-datacenter"
    spec.write_text(_SPEC.format(template=template), encoding="utf-8")
    jira = {"edition": edition, "jira_data": str(issues), "jira_projects": str(projects)}
    with sandbox(**jira) as made, connected(made, tmp_path, str(spec)) as migration:
        setup = administered(migration, tmp_path, edition="enterprise", settings={"writable_history": True})
    with sandbox(**jira, openproject_setup=setup, attachment_bytes=2048) as made, recorded(made, put.lists):
        migrated = finished(made, tmp_path, str(spec))
    result = migrated.compare()
    assert result.missing == []
    assert result.accounted > 20 * len(put.issues)
    assert migrated.rates == (1.0, 1.0, 1.0)


def test_every_file_is_migrated_or_named_with_its_reason(shared_data: Path) -> None:
    root = shared_data / "jira-shapes"
    files = {path.relative_to(root).as_posix() for path in root.rglob("*.json")}
    placed = {
        path.relative_to(root).as_posix()
        for _, places in FAMILIES.values()
        for one in places
        for path in root.glob(one)
    }
    assert {file for file in files - placed if not why_not(file)} == set()
    assert len({file for file in files if not why_not(file)}) > 200
    assert all(list(root.glob(pattern)) for pattern in NOT_DATA), "a reason for a file that is not there"
