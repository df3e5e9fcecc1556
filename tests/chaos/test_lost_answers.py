"""Answers lost, late, cut or replaced, for every kind of write: everything stands once, and the run ends well."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from ..exactly_once import assert_exactly_once
from ..running import Migration, explained, sandbox

WRITES = (
    ("POST", "/api/v3/users"),
    ("POST", "/api/v3/groups"),
    ("POST", "/api/v3/projects"),
    ("POST", "/api/v3/memberships"),
    ("POST", "/api/v3/versions"),
    ("POST", "/api/v3/attachments"),
    ("POST", "/api/v3/work_packages"),
    ("PATCH", "/api/v3/work_packages/{id}"),
    ("POST", "/api/v3/work_packages/{id}/activities"),
    ("POST", "/api/v3/work_packages/{id}/relations"),
    ("POST", "/api/v3/work_packages/{id}/watchers"),
    ("POST", "/api/v3/time_entries"),
)
FAULTS: dict[str, dict[str, Any]] = {
    "the answer is lost": {"do": "lose"},
    "applied after the connection broke": {"do": "late", "seconds": 0.4},
    "the connection breaks before it is applied": {"do": "reset"},
    "the answer is cut": {"do": "truncate"},
    "a proxy's 502, applied": {"do": "proxy", "status": 502, "apply": "now"},
    "a proxy's 503, not applied": {"do": "proxy", "status": 503, "apply": "never"},
    "a proxy's 504, applied later": {"do": "proxy", "status": 504, "apply": "late", "seconds": 0.4},
    "a web page": {"do": "html", "status": 200},
    "429 with Retry-After": {"do": "status", "status": 429, "retry_after": 0.1},
    "500": {"do": "status", "status": 500},
    "503": {"do": "status", "status": 503},
}


#: a sixth on either Python; all of them on both with the long tests, and in turns in the rounds of chaos
_TRIED = list(FAULTS)[::6] if sys.version_info >= (3, 10) else list(FAULTS)[1::6]


@pytest.mark.parametrize(
    "fault", [pytest.param(name, marks=() if name in _TRIED else pytest.mark.long) for name in FAULTS]
)
def test_every_kind_of_write_survives(tmp_path: Path, fault: str):
    with sandbox(projects=1, issues=10, seed=19) as made:
        rules = [
            {"server": "openproject", "method": method, "path": path, "nth": [1, 3], **FAULTS[fault]}
            for method, path in WRITES
        ]
        made.openproject.faults(*rules)
        ended = Migration(made, tmp_path / "home", arguments=("--settle", "1.5")).run()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(made, ended)
        fired = requests.get(f"{made.openproject.url}/_sandbox/faults", timeout=60).json()["rules"]
        assert all(rule["fired"] for rule in fired), [name for name, rule in zip(WRITES, fired) if not rule["fired"]]


@pytest.mark.oldest
def test_a_copy_that_arrives_after_the_settle_time_is_removed_and_told(tmp_path: Path):
    with sandbox(projects=1, issues=12, seed=19, latency_ms=60) as made:
        made.openproject.faults(
            {
                "server": "openproject",
                "method": "POST",
                "path": "/api/v3/work_packages",
                "nth": list(range(1, 13)),
                "do": "late",
                "seconds": 1.5,
            },
            # Neither the look nor the removal is answered at first.
            {"server": "openproject", "method": "DELETE", "nth": [1], "do": "reset"},
            {"server": "openproject", "method": "DELETE", "nth": [2], "do": "lose"},
        )
        ended = Migration(made, tmp_path / "home", arguments=("--settle", "0.4")).run()
        assert ended.exit_code == 0, explained(ended)
        told = [event for event in ended.events if event["event"] == "problem" and event["code"] == "J2O-E030"]
        assert told, "no copy arrived: issues whose files were claimed already protect themselves"
        assert all("was removed" in event["message"] for event in told), told
        fired = requests.get(f"{made.openproject.url}/_sandbox/faults", timeout=60).json()["rules"]
        assert all(rule["fired"] for rule in fired), fired
        assert_exactly_once(made, ended)
