"""No secret and no person of either system is ever written to a log, whatever happens and however much is logged."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path

import pytest

from j2o_core.observe.people import names_of

from ..running import Migration, sandbox

pytestmark = pytest.mark.newest

#: what the generated systems call accounts that are nobody's
_NOBODY = {"admin", "OpenProject Admin"}
SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: canary
extends: j2o:demo
runtime: {log: {level: debug, rotate: {size: 20KB}}}
"""
FAULTS = (
    {"server": "openproject", "method": "POST", "regex": "/users$", "every": 2, "do": "status", "status": 422},
    {"server": "openproject", "method": "POST", "regex": "/work_packages$", "every": 4, "do": "status", "status": 503},
    {"server": "jira", "regex": "/search", "nth": [1], "do": "reset"},
)


def test_no_secret_and_no_person_is_in_any_log(tmp_path: Path):
    spec = tmp_path / "canary.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    with sandbox(seed=23, projects=1, issues=8) as made:
        made.openproject.faults(*FAULTS)
        made.jira.faults(*FAULTS)
        migration = Migration(made, tmp_path / "home", str(spec))
        ended = migration.command("--debug", "run", str(spec), "--json", "--settle", "1")
        people = made.jira.state("users")["users"]
        secrets = [made.environment["JIRA_TOKEN"], made.environment["OPENPROJECT_API_KEY"]]
    files = list((tmp_path / "home" / "logs").iterdir())
    lines = [line for path in files for line in _text(path).splitlines()]
    told = [json.loads(line) for line in lines]
    # It was worth looking: items of all kinds failed, were retried, and are told of.
    assert ended.returncode == 1, ended.stderr[-2000:]
    assert any("'person-" in one["message"] for one in told)
    assert any(path.suffix == ".gz" for path in files)
    assert {one["component"] for one in told} >= {"run", "requests", "effects"}
    assert any(one.get("event") == "problem" and one["item"].startswith("person-") for one in told)
    assert any(one.get("event") == "retry" and one["entity"] == "work_packages" and one["attempt"] for one in told)
    names = {name for person in people for name in names_of(person)} - _NOBODY
    assert len(names) > 10
    secrets += [base64.b64encode(f"apikey:{one}".encode()).decode() for one in secrets]
    for canary in (*secrets, *names):
        found = [line[:500] for line in lines if _holds(line, canary)]
        assert not found, (canary, found[:3])
    # Who runs it is shown people by the progress display, but never a secret.
    assert not [one for one in secrets if one in ended.stderr]


def _holds(line: str, canary: str) -> bool:
    """Whether the line holds it as a word of its own: ``ann`` is not in ``planned``."""
    at = line.find(canary)
    while at >= 0:
        before, after = line[at - 1 : at], line[at + len(canary) : at + len(canary) + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        at = line.find(canary, at + 1)
    return False


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
