"""``j2o sandbox serve``, and the system ``sandbox`` of specs."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Callable

import pytest

from j2o_core.api import Fatal
from j2o_core.hooks.manager import load_plugins
from j2o_core.hooks.registry import SCHEMA, SYSTEM
from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.plugin import Sandbox

SERVE = [sys.executable, "-c", "import sys; from j2o_core.cli import main; sys.exit(main())", "sandbox", "serve"]


def test_the_first_line_tells_where_both_answer_and_sigterm_ends_it_well() -> None:
    process = subprocess.Popen([*SERVE, "--issues", "3"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        ready = json.loads(process.stdout.readline())
        assert set(ready["jira"]) == {"url", "user", "token"}
        assert set(ready["openproject"]) == {"url", "api_key"}
        with urllib.request.urlopen(f"{ready['jira']['url']}/_sandbox/state", timeout=10) as answer:
            assert len(json.load(answer)["issues"]) == 3
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jira-data", "/nothing.ndjson"], "--jira-data /nothing.ndjson: no such file"),
        (["--edition", "desktop"], "desktop"),
        (["--openproject-version", "new"], "--openproject-version new"),
        (["--openproject-version", "12.5"], "--openproject-version 12.5"),
        (["--jira-projects", __file__], "needs --jira-data"),
        (["--faults", "no-such-profile"], "no-such-profile"),
    ],
)
def test_bad_options_are_bad_usage(j2o: Callable[..., Any], arguments: list[str], message: str) -> None:
    called = j2o("sandbox", "serve", *arguments)
    assert called.code == 2
    assert message in called.err
    assert called.out == ""


def test_a_spec_gives_it_the_same_options_as_the_command_line_without_ports_and_state() -> None:
    registry = load_plugins({}).registry
    assert registry.get(SYSTEM, "sandbox") is Sandbox
    fields = {field.name for field in dataclasses.fields(SandboxOptions)} - {"state", "jira_port", "openproject_port"}
    given = set(registry.get(SCHEMA, "sandbox")["properties"])
    assert given == {name.replace("latency_ms", "latency") for name in fields}


def test_it_is_recognised_by_its_state_and_not_by_its_ports(tmp_path: Path) -> None:
    seen = []
    for state in ("one", "one", "two"):
        started = Sandbox().start({"issues": 1, "latency": 0}, tmp_path / state)
        seen.append(dict(started.variables))
        started.stop()
    first, again, other = seen
    assert set(first) == {
        "JIRA_URL",
        "JIRA_USER",
        "JIRA_TOKEN",
        "JIRA_IDENTITY",
        "OPENPROJECT_URL",
        "OPENPROJECT_API_KEY",
        "OPENPROJECT_IDENTITY",
    }
    for name in ("JIRA_IDENTITY", "OPENPROJECT_IDENTITY"):
        assert first[name] == again[name] != other[name]


def test_a_sandbox_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match=r"the sandbox does not start: .*no such file"):
        Sandbox().start({"jira_data": "/nothing"}, tmp_path)
