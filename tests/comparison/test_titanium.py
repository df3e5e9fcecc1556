"""2,183 real issues with the full templates, onto an OpenProject that is prepared as preflight asks."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ..running import sandbox
from .administering import administered
from .runs import connected, finished

pytestmark = [pytest.mark.shared, pytest.mark.long]

#: what the templates guess no name for; the status is made beforehand
_TABLES = """\
tables:
  priorities: {None: Normal}
  statuses: {In QE Test: In QE Test}
  links:
    is dependent of: requires
    is triggering: relates
    is triggered by: relates
    is cloned into: relates
    is cloned from: relates
    is included by: partof
"""


# One dialect for each Python: each takes minutes.
_SERVER = ("server", "jira-datacenter", "issues.ndjson.gz")
_CLOUD = ("cloud", "jira-cloud", "issues-adf.ndjson.gz")


@pytest.mark.parametrize(
    ("edition", "template", "issues"), [_SERVER if sys.version_info < (3, 10) else _CLOUD], ids=lambda one: one
)
def test_the_full_template_loses_nothing_of_real_issues(
    tmp_path: Path, shared_data: Path, edition: str, template: str, issues: str
) -> None:
    spec = tmp_path / "own.yaml"
    head = f"apiVersion: j2o/v1\nkind: Migration\nname: titanium\nextends: j2o:{template}\n"
    spec.write_text(head + _TABLES, encoding="utf-8")
    folder = shared_data / "jira-titanium"
    jira = {"edition": edition, "jira_data": str(folder / issues), "jira_projects": str(folder / "projects.json")}
    with sandbox(**jira) as made, connected(made, tmp_path, str(spec)) as migration:
        setup = administered(migration, tmp_path, edition="enterprise", settings={"writable_history": True})
    with sandbox(**jira, openproject_setup=setup, attachment_bytes=4096) as made:
        migrated = finished(made, tmp_path, str(spec))
    result = migrated.compare()
    assert result.missing == []
    assert result.accounted > 80_000
    assert migrated.rates == (1.0, 1.0, 1.0)
    for name in ("environment", "labels", "versions", "resolution", "resolutiondate"):
        assert "custom field" in " ".join(result.arrived[f"Field `{name}`"]), name
