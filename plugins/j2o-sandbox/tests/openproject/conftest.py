"""Sandboxes for the tests, and a small client for one: plain HTTP, no part of j2o but the sandbox itself."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import json
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import pytest
import requests

from j2o_sandbox.connection import listener
from j2o_sandbox.counters import Counters
from j2o_sandbox.faults import load_faults
from j2o_sandbox.frame import Frame
from j2o_sandbox.openproject.app import create_app
from j2o_sandbox.options import SandboxOptions
from j2o_sandbox.serving import bind

_numbers = itertools.count(1)
URN = "urn:openproject-org:api:v3:errors:"


@dataclasses.dataclass
class Hosted:
    """An OpenProject in this process, to spare the start of another one; otherwise as it is served."""

    openproject: Dict[str, Any]


class Host:
    """A thread whose event loop serves any number of sandboxes."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.servers: List[Tuple[Any, Any]] = []
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def add(self, options: SandboxOptions) -> Hosted:
        """Serve one more OpenProject."""
        faults, counters = load_faults(options.faults), Counters()
        app = create_app(options, faults, counters)
        bound = bind(0)
        framed = Frame(app, "openproject", faults, counters, options.latency_ms, options.request_limit)
        server = listener(framed, options.keep_alive)
        self.servers.append((server, asyncio.run_coroutine_threadsafe(server.serve(sockets=[bound]), self.loop)))
        while not server.started:
            time.sleep(0.001)
        return Hosted({"url": f"http://127.0.0.1:{bound.getsockname()[1]}", **app.credentials})

    def stop(self) -> None:
        """End all of them."""
        for server, _ in self.servers:
            server.should_exit = True
        for _, done in self.servers:
            done.result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class Client:
    """Requests to an OpenProject as one user; ids and names are made up where a test does not care."""

    def __init__(self, running: Any, token: Optional[str] = None) -> None:
        self.running = running
        self.url = running.openproject["url"]
        self.session = requests.Session()
        self.session.auth = ("apikey", token or running.openproject["api_key"])

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One request; ``path`` is below /api/v3 unless it starts with /_sandbox."""
        prefix = "" if path.startswith("/_sandbox") else "/api/v3/"
        return self.session.request(method, self.url + prefix + path, json=body, timeout=20, **options)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a successful GET; parameters that are no text are sent as JSON."""
        sent = {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}
        answer = self.call("GET", path, params=sent)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def elements(self, path: str, **params: Any) -> Any:
        """The elements of a collection."""
        return self.get(path, **params)["_embedded"]["elements"]

    def post(self, path: str, body: Any, status: Tuple[int, ...] = (200, 201)) -> Any:
        """The JSON of a successful POST."""
        answer = self.call("POST", path, body)
        assert answer.status_code in status, answer.text
        return answer.json()

    def patch(self, path: str, body: Any) -> Any:
        """The JSON of a successful PATCH."""
        answer = self.call("PATCH", path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: Any = None, **options: Any) -> Tuple[int, str, Any]:
        """Status, error identifier and attribute (or list of attributes) of an error in HAL form."""
        answer = self.call(method, path, body, **options)
        assert answer.status_code >= 400, answer.text
        error = answer.json()
        assert error["_type"] == "Error"
        embedded = error.get("_embedded", {})
        attribute = embedded.get("details", {}).get("attribute")
        if "errors" in embedded:
            attribute = sorted(part["_embedded"]["details"]["attribute"] for part in embedded["errors"])
        return answer.status_code, error["errorIdentifier"].replace(URN, ""), attribute

    def project(self, **values: Any) -> Any:
        """A new project."""
        number = next(_numbers)
        return self.post("projects", {"name": f"Project {number}", "identifier": f"project-{number}", **values})

    def user(self, **values: Any) -> Any:
        """A new active user."""
        login = f"user{next(_numbers)}"
        person = {"login": login, "email": f"{login}@example.org", "firstName": "Ann", "lastName": login}
        return self.post("users", {**person, "status": "active", "password": "Secret-Word-1", **values})

    def member(self, project: Any, role: str = "Member", user: Any = None) -> Any:
        """A user who is a member of a project."""
        user = user or self.user()
        self.post("memberships", self.membership(project, user, role))
        return user

    def membership(self, project: Any, principal: Any, role: str = "Member") -> Any:
        """A payload for POST memberships."""
        roles = {row["name"]: row["_links"]["self"] for row in self.elements("roles")}
        principal_link, project_link = principal["_links"]["self"], project["_links"]["self"]
        return {"_links": {"principal": principal_link, "project": project_link, "roles": [roles[role]]}}

    def work_package(self, project: Any, path: str = "work_packages?notify=false", **values: Any) -> Any:
        """A new work package; ``links`` are added to its links."""
        return self.post(path, self.payload(project, **values))

    def payload(self, project: Any, links: Optional[Dict[str, Any]] = None, **values: Any) -> Any:
        """A payload for POST work_packages."""
        return {"subject": "A thing", **values, "_links": {"project": project["_links"]["self"], **(links or {})}}

    def upload(self, path: str = "attachments", name: str = "a.txt", data: bytes = b"hello", **metadata: Any) -> Any:
        """A multipart upload; the raw response."""
        meta = json.dumps({"fileName": name, **metadata})
        files = {"metadata": (None, meta, "application/json"), "file": (name, data, "text/plain")}
        return self.session.post(f"{self.url}/api/v3/{path}", files=files, timeout=20)

    def state(self, *kinds: str) -> Any:
        """The sandbox's own account of what it holds."""
        answer = requests.get(
            self.url + "/_sandbox/state", params={"only": ",".join(kinds)} if kinds else {}, timeout=20
        )
        assert answer.status_code == 200
        return answer.json()

    def advance(self, seconds: float) -> None:
        """Let time pass on the server."""
        answer = requests.post(self.url + "/_sandbox/clock", json={"advance": seconds}, timeout=20)
        assert answer.status_code == 200, answer.text

    def by_name(self, kind: str) -> Dict[str, Any]:
        """Self links of types, statuses, ... by name."""
        return {row["name"]: row["_links"]["self"] for row in self.elements(kind)}


Serve = Callable[..., Client]

SETUP = """
settings: {writable_history: true, users_deletable_by_admins: true}
statuses:
  QA: {}
types:
  Story: {default: true, description: "As a user I want"}
  Bare: {default: true}
workflows:
  Story: [New, QA, Closed]
  Bare: {New: [In progress], In progress: [Closed]}
roles:
  Looker: [view_work_packages]
  Everything: all
custom_fields:
  Origin: {format: string, for_all: true, is_filter: true, types: all, max_length: 40}
  Local origin: {format: string, is_filter: true, types: [Task]}
  Not a filter: {format: string, for_all: true, types: [Task]}
  Bugs only: {format: string, for_all: true, types: [Bug]}
  Notes: {format: text, for_all: true, types: [Task]}
  Points: {format: int, for_all: true, types: [Task]}
  Ratio: {format: float, for_all: true, types: [Task]}
  Day: {format: date, for_all: true, types: [Task]}
  Done: {format: bool, for_all: true, types: [Task]}
  Colour: {format: list, options: [Red, Green, Blue], for_all: true, types: [Task]}
  Colours: {format: list, multi: true, options: [Red, Green, Blue], for_all: true, types: [Task]}
  Reviewer: {format: user, for_all: true, types: [Task]}
  Found in: {format: version, for_all: true, types: [Task]}
  Site: {format: link, for_all: true, types: [Task]}
  Needed: {format: string, for_all: true, required: true, types: [Story], regexp: "^x"}
  Cost centre: {of: project, format: string}
  Team: {of: user, format: string}
users:
  reader: {first_name: Rea, last_name: Der, token: reader-token}
  hans: {first_name: Hans, last_name: Muster, token: hans-token, admin: true, language: de}
projects:
  template:
    name: Template
    types: [Task, Milestone, Bug, Story, Epic]
    modules: [work_package_tracking, costs, backlogs]
    categories: [Backend, Frontend]
    sprints: [{name: Sprint 1}]
"""


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """A client of a sandbox with these options and setup; the same call gets the same sandbox."""
    host = Host()
    kept: Dict[str, Client] = {}

    def get(setup: str = "", **options: Any) -> Client:
        key = setup + json.dumps(options, sort_keys=True)
        if key not in kept:
            if setup:
                file: Path = tmp_path_factory.mktemp("setup") / "setup.yaml"
                file.write_text(setup)
                options["openproject_setup"] = str(file)
            kept[key] = Client(host.add(SandboxOptions(**options)))
        return kept[key]

    yield get
    host.stop()


@pytest.fixture(scope="session")
def fresh(serve: Serve) -> Client:
    """A factory-fresh OpenProject 17.8."""
    return serve()


@pytest.fixture(scope="session")
def furnished(serve: Serve) -> Client:
    """One with custom fields, workflows, a template project, history writable."""
    return serve(SETUP)


@pytest.fixture
def project(fresh: Client) -> Any:
    """A new project on the fresh server."""
    return fresh.project()


@pytest.fixture
def template(furnished: Client) -> Any:
    """The furnished server's template project."""
    return furnished.get("projects/template")


@pytest.fixture(scope="session")
def fields(furnished: Client) -> Dict[str, str]:
    """Property names of the furnished server's work package fields by name."""
    project = furnished.get("projects/template")
    found: Dict[str, str] = {}
    for kind in furnished.elements("types"):
        schema = furnished.get(f"work_packages/schemas/{project['id']}-{kind['id']}")
        found.update({entry["name"]: key for key, entry in schema.items() if key.startswith("customField")})
    return found
