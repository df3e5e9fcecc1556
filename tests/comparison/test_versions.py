"""A Jira with everything at once, of each version, onto each version of OpenProject: nothing is missing on any."""

from __future__ import annotations

from pathlib import Path

import pytest

from .runs import FRESH, PREPARED, Run, migrate

pytestmark = pytest.mark.long

_SERVER_8, _SERVER_9 = ("server", "8.0"), ("server", "9.12")
_DC_9, _DC_10, _DC_11 = ("datacenter", "9.17"), ("datacenter", "10.3"), ("datacenter", "11.0")
_CLOUD = ("cloud", None)

#: each Jira meets the oldest, the newest and others in between; each OpenProject several Jiras, prepared or as it comes
PAIRS = (
    (_SERVER_8, PREPARED, "13.0"),
    (_SERVER_8, FRESH, "16.0"),
    (_SERVER_8, PREPARED, "17.8"),
    (_SERVER_9, FRESH, "13.4"),
    (_SERVER_9, PREPARED, "17.4"),
    (_DC_9, PREPARED, "15.0"),
    (_DC_9, FRESH, "17.0"),
    (_DC_9, PREPARED, "17.6"),
    (_DC_10, PREPARED, "16.6"),
    (_DC_10, FRESH, "17.5"),
    (_DC_11, PREPARED, "13.0"),
    (_DC_11, PREPARED, "17.0"),
    (_DC_11, FRESH, "17.7"),
    (_DC_11, PREPARED, "17.8"),
    (_CLOUD, PREPARED, "13.0"),
    (_CLOUD, PREPARED, "15.5"),
    (_CLOUD, FRESH, "16.6"),
    (_CLOUD, PREPARED, "17.0"),
    (_CLOUD, PREPARED, "17.5"),
    (_CLOUD, PREPARED, "17.7"),
)
RUNS = [Run(edition, target, version, jira) for (edition, jira), target, version in PAIRS]


@pytest.mark.parametrize("run", RUNS, ids=[run.name for run in RUNS])
def test_nothing_is_missing_between_any_two_versions(tmp_path: Path, run: Run) -> None:
    migrated = migrate(run, tmp_path)
    result = migrated.compare()
    assert result.missing == [], run.name
    assert result.accounted > 3000
    assert min(migrated.rates) >= 0.999
    assert migrated.report["adds_up"]
