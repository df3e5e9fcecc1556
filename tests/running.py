"""For tests over the wire: a sandbox in a process of its own, and ``j2o`` as its users run it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional, Sequence

import requests

from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.serving import Running, start

from . import forking
from .forking import Forked

#: a run that takes longer has hung
LIMIT = 600.0


class Server:
    """One half of a sandbox, seen from outside."""

    def __init__(self, url: str) -> None:
        self.url = url

    def state(self, *only: str) -> dict[str, Any]:
        """Every kind as a list of rows, and the request counters; or only the kinds that are named."""
        parameters = {"only": ",".join(only)} if only else {}
        answer = requests.get(f"{self.url}/_sandbox/state", params=parameters, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """Misbehave like this from now on."""
        requests.post(f"{self.url}/_sandbox/faults", json={"rules": list(rules)}, timeout=60).raise_for_status()

    def reset_counters(self) -> None:
        """Count requests from zero."""
        requests.post(f"{self.url}/_sandbox/reset-counters", timeout=60).raise_for_status()


class Sandbox:
    """A Jira and an OpenProject, and the variables that lead ``j2o:demo`` to them."""

    def __init__(self, options: SandboxOptions) -> None:
        self.options = options
        self._begin()

    def _begin(self) -> None:
        self.running: Running = start(self.options, child=serving)
        self.jira = Server(self.running.jira["url"])
        self.openproject = Server(self.running.openproject["url"])

    @property
    def environment(self) -> dict[str, str]:
        """What the demo spec reads."""
        variables = {
            "JIRA_URL": self.jira.url,
            "JIRA_TOKEN": self.running.jira["token"],
            "JIRA_IDENTITY": "test-jira",
            "OPENPROJECT_URL": self.openproject.url,
            "OPENPROJECT_API_KEY": self.running.openproject["api_key"],
            "OPENPROJECT_IDENTITY": "test-openproject",
        }
        if self.running.jira["user"]:
            variables["JIRA_USER"] = self.running.jira["user"]
        return variables

    def restart(self, kill: bool = False) -> None:
        """Go away and come back on the same ports, with the same state."""
        (self.running.kill if kill else self.running.stop)()
        ports = {f"{name}_port": int(url.rsplit(":", 1)[1]) for name, url in self.running.urls.items()}
        self.options = SandboxOptions(**{**self.options.__dict__, **ports})
        self._begin()

    def stop(self) -> None:
        """End it: at once, since an end in good order takes half a second of each test."""
        self.running.kill()


def serving() -> Forked:
    """A child for ``j2o_sandbox.serving.start`` that has imported everything."""
    return Forked("j2o_sandbox.serving", [], text=False, stdin=True, session=True)


@contextlib.contextmanager
def sandbox(**options: Any) -> Iterator[Sandbox]:
    """A sandbox for the length of a block."""
    made = Sandbox(SandboxOptions(**options))
    try:
        yield made
    finally:
        made.stop()


@dataclass
class Ended:
    """How a call of ``j2o run --json`` ended."""

    exit_code: int
    events: list[dict[str, Any]]
    errors: str

    @property
    def entities(self) -> dict[str, dict[str, int]]:
        """The counts of the last event."""
        return dict(self.events[-1]["entities"])

    @property
    def run(self) -> str:
        """The id of the run."""
        return str(self.events[-1]["run"])


class Going:
    """A run on its way. Its events are read as they come."""

    def __init__(self, process: Forked) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []
        self._errors: list[str] = []
        self._came = threading.Condition()
        self._readers = [threading.Thread(target=target, daemon=True) for target in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def reach(self, wanted: Optional[int] = None, **event: Any) -> bool:
        """Wait for an event with these values (and ``done`` of at least ``wanted``); ``False``: it ended before."""

        def is_wanted(one: Mapping[str, Any]) -> bool:
            named = all(one.get(name) == value for name, value in event.items())
            return named and (wanted is None or (one.get("done") or 0) >= wanted)

        return self.reach_any(is_wanted)

    def reach_any(self, is_wanted: Callable[[Mapping[str, Any]], bool]) -> bool:
        """Wait for an event of which this is true; ``False``: it ended before."""
        with self._came:
            assert self._came.wait_for(lambda: self._ended or any(map(is_wanted, self.events)), LIMIT), "the run hangs"
            return not self._ended

    def signal(self, number: int = signal.SIGINT) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def end(self) -> Ended:
        """Wait for its end."""
        self.process.wait(LIMIT)
        for reader in self._readers:
            reader.join(10)
        return Ended(self.process.returncode, self.events, "".join(self._errors))

    _ended = False

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._came:
                self.events.append(json.loads(line))
                self._came.notify_all()
        with self._came:
            self._ended = True
            self._came.notify_all()

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._errors.append(line)


@dataclass
class Migration:
    """Calls of ``j2o run`` over one home folder and one sandbox."""

    sandbox: Sandbox
    home: Path
    spec: str = "j2o:demo"
    arguments: Sequence[str] = ("--settle", "1")
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Any command of j2o, to its end."""
        return forking.run("j2o_core", arguments, self.variables(), LIMIT)

    def run(self, *arguments: str) -> Ended:
        """Run to the end."""
        ended = self.command("run", self.spec, "--json", *self.arguments, *arguments)
        return Ended(ended.returncode, _events(ended.stdout), ended.stderr)

    def start(self, *arguments: str) -> Forked:
        """Start a run and do not wait."""
        return self.start_command("run", self.spec, "--json", *self.arguments, *arguments)

    def start_command(self, *arguments: str) -> Forked:
        """Start any command of j2o and do not wait."""
        return Forked("j2o_core", arguments, self.variables())

    def going(self, *arguments: str) -> Going:
        """Start a run and watch its events."""
        return Going(self.start(*arguments))

    def interrupt(self, after: float, number: int = signal.SIGKILL, stage: str = "apply") -> bool:
        """Run, and send a signal ``after`` seconds into a stage; whether the run was still going then."""
        process = self.start()
        assert process.stdout is not None
        reached = False
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "stage_started" and event["stage"] == stage:
                reached = True
                break
        if reached:
            time.sleep(after)
        going = process.poll() is None
        if going:
            process.send_signal(number)
        process.communicate(timeout=LIMIT)
        return going and reached

    def variables(self) -> dict[str, str]:
        """The environment of its processes: of ours none but what leads to this sandbox and this home."""
        ours = ("J2O_", "JIRA_", "OPENPROJECT_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return {**inherited, **self.sandbox.environment, "J2O_HOME": str(self.home), **self.environment}


def finished(process: Forked) -> Ended:
    """Wait for a started run to end."""
    out, errors = process.communicate(timeout=LIMIT)
    return Ended(process.returncode, _events(out), errors)


def explained(ended: Ended, limit: Optional[int] = 20) -> str:
    """What a failing assertion should show of a run."""
    problems = [event for event in ended.events if event["event"] == "problem"][:limit]
    return f"exit {ended.exit_code}\n{ended.errors[-3000:]}\n" + "\n".join(map(json.dumps, problems))


def _events(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines() if line.strip()]
