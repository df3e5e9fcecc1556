"""Connections to the sandbox's Jira in either edition, and to servers that misbehave as a test writes it."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any, Callable, Iterator, Mapping, Optional

import pytest

from j2o_core.api import ConnectionOptions, Extractor, Http, Record, Selection, divisions
from j2o_core.http import ReadBounds, Timeouts
from j2o_core.testing.scripted_server import ScriptedServer
from j2o_jira.connector import JiraConnector
from j2o_jira.issues.extractor import Issues
from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.serving import Running, start
from tests.running import serving

EDITIONS = ("server", "cloud")
SHARED = Path(__file__).resolve().parents[3].parent / "shared"


class Sandbox:
    """A sandbox's Jira, with its controls."""

    def __init__(self, running: Running, edition: str) -> None:
        self.url, self.edition = str(running.jira["url"]), edition
        self.auth = {name: str(running.jira[name]) for name in ("user", "token") if running.jira[name]}

    def state(self, only: str) -> Any:
        """Rows of one kind."""
        with urllib.request.urlopen(f"{self.url}/_sandbox/state?only={only}") as answer:
            return json.load(answer)[only]

    def control(self, name: str, body: Any) -> Any:
        """Use a control: ``behaviour``, ``issues``, ``faults``, ``reset-counters``."""
        request = urllib.request.Request(
            f"{self.url}/_sandbox/{name}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def requests(self) -> Mapping[str, int]:
        """Counts by method and path template."""
        counts: Mapping[str, int] = self.state("requests")
        return counts


@pytest.fixture(scope="session")
def _running() -> Iterator[Callable[..., Sandbox]]:
    started: dict[str, Running] = {}

    def run(edition: str, **options: Any) -> Sandbox:
        chosen = SandboxOptions(edition=edition, **{"issues": 120, "attachment_bytes": 3000, **options})
        if chosen.to_json() not in started:
            started[chosen.to_json()] = start(chosen, child=serving)
        return Sandbox(started[chosen.to_json()], edition)

    yield run
    for running in started.values():
        running.kill()


@pytest.fixture
def sandbox(_running: Callable[..., Sandbox]) -> Callable[..., Sandbox]:
    """``sandbox(edition, **options)``: one that is shared by all tests that ask for the same; leave it as it was."""
    return _running


@pytest.fixture(params=EDITIONS)
def jira_server(request: pytest.FixtureRequest, sandbox: Callable[..., Sandbox]) -> Sandbox:
    """The sandbox's Jira in each edition."""
    return sandbox(request.param)


@pytest.fixture
def connect() -> Iterator[Callable[..., Any]]:
    """``connect(url, auth, **http options)`` opens a client that has sent nothing yet."""
    opened: list[Any] = []

    def open_one(url: str, auth: Optional[Mapping[str, str]] = None, **options: Any) -> Any:
        options.setdefault("retry", ReadBounds(attempts=4, initial=0.01, maximum=0.02))
        options.setdefault("timeouts", Timeouts(2.0, 10.0, 10.0))
        http = Http(url, **options)
        known = ConnectionOptions("jira", url, "acme", auth if auth is not None else {"token": "some-token"})
        opened.append(JiraConnector().open(known, http))
        return opened[-1]

    yield open_one
    for client in opened:
        client.close()


@pytest.fixture
def jira(jira_server: Sandbox, connect: Callable[..., Any]) -> Any:
    """A checked client of the sandbox's Jira, in each edition."""
    client = connect(jira_server.url, jira_server.auth)
    client.check()
    return client


@pytest.fixture(scope="session")
def _read_issues() -> dict[str, list[Record]]:
    return {}


@pytest.fixture
def records(jira_server: Sandbox, jira: Any, read: Callable[..., Any], _read_issues: dict[str, Any]) -> list[Record]:
    """All issues of the sandbox in each edition, read once for all tests; not to be changed."""
    if jira_server.edition not in _read_issues:
        _read_issues[jira_server.edition] = read(Issues(jira, "acme", "work_packages", {}))
    return list(_read_issues[jira_server.edition])


@pytest.fixture
def scripted() -> Iterator[ScriptedServer]:
    """A server that answers as the test says."""
    server = ScriptedServer()
    yield server
    server.stop()


@pytest.fixture
def read() -> Callable[..., list[Record]]:
    """``read(extractor, selection)``: all records of all slices."""

    def read_all(extractor: Extractor, selection: Selection = Selection()) -> list[Record]:
        return [
            record
            for name in extractor.slices(selection)
            for division in divisions(extractor, selection, name)
            for part in division.slices
            for page in extractor.pages(selection, part.name, part.cursor)
            for record in page.records
        ]

    return read_all


@pytest.fixture
def shared() -> Path:
    """The folder of shared test data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"there is no shared test data at {SHARED}")
    return SHARED
