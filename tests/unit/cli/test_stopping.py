"""A run that is stopped by a signal, and the same command again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ... import forking
from ...forking import Forked

pytestmark = pytest.mark.oldest

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: stopped
extends: j2o:demo
system: {plugin: sandbox, seed: 5, projects: 1, issues: 12, attachment_bytes: 256, latency: 10}
runtime: {workers: 2, settle: 1}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_stopped_run_exits_with_4_and_carries_on_under_its_own_name(tmp_path: Path, number: signal.Signals) -> None:
    spec = tmp_path / "stopped.yaml"
    spec.write_text(SPEC, encoding="utf-8")
    arguments = ["run", str(spec), "--json", "--quiet"]
    process = Forked("j2o_core", arguments, os.environ)
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "stage_started" and event.get("entity") == "work_packages":
            process.send_signal(number)
            break
    rest, told = process.communicate(120)
    assert process.returncode == 4, told
    assert "Traceback" not in told
    stopped = json.loads(rest.splitlines()[-1])
    assert stopped["exit_code"] == 4
    assert sum(counts["left"] for counts in stopped["entities"].values()) > 0
    assert_sums(stopped)

    again = forking.run("j2o_core", arguments, os.environ, 120)
    assert again.returncode == 0, again.stderr
    events = [json.loads(line) for line in again.stdout.splitlines()]
    assert events[0]["resumed"] is True
    finished = events[-1]
    assert finished["run"] == stopped["run"]
    assert_sums(finished)
    assert all(counts["left"] == 0 for counts in finished["entities"].values())
    made = finished["entities"]["work_packages"]
    assert made["created"] + made["skipped"] == made["source"] > 5
    assert len(list((Path(os.environ["J2O_HOME"]) / "reports").glob("*.html"))) == 1


def test_a_signal_after_the_last_line_does_not_change_the_exit_code(tmp_path: Path) -> None:
    spec = tmp_path / "stopped.yaml"
    spec.write_text(SPEC.replace("issues: 12", "issues: 2"), encoding="utf-8")
    called = [sys.executable, "-c", PROGRAM, "run", str(spec), "--json", "--quiet"]
    ended = subprocess.run(called, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr


#: told to stop as soon as the last line is written
PROGRAM = """
import os, signal, sys
from j2o_core.cli import main
from j2o_core.observe.stream import JsonStream

write = JsonStream.finish

def finish(stream, code):
    write(stream, code)
    os.kill(os.getpid(), signal.SIGTERM)

JsonStream.finish = finish
sys.exit(main())
"""


def assert_sums(finished: dict[str, Any]) -> None:
    for name, counts in finished["entities"].items():
        assert counts["source"] == sum(counts.values()) - counts["source"], name
