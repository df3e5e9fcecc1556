"""A served Jira per edition, over real HTTP on a free loopback port."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import pytest
import requests
import uvicorn

from j2o_sandbox.counters import Counters
from j2o_sandbox.faults import Faults
from j2o_sandbox.frame import Frame
from j2o_sandbox.jira.app import create_app, credentials
from j2o_sandbox.options import SandboxOptions

SHARED = Path(__file__).resolve().parents[4].parent / "shared"


class Jira:
    """A client of one served Jira, logged in as administrator unless told otherwise."""

    def __init__(self, url: str, options: SandboxOptions) -> None:
        self.url = url
        self.edition = options.edition
        self.api = f"/rest/api/{'3' if options.edition == 'cloud' else '2'}/"
        self.login = credentials(options)
        self.session = requests.Session()
        self.session.trust_env = False

    def request(self, method: str, path: str, auth: Any = "admin", **more: Any) -> requests.Response:
        """``path`` below the API unless it begins with a slash; ``auth`` is admin, reader, None or a requests auth."""
        headers = dict(more.pop("headers", {}))
        token = str(self.login["token"])
        if auth in ("admin", "reader"):
            token = token.replace("admin", auth)
            if self.edition == "cloud":
                auth = (f"{auth}@example.com", token)
            else:
                headers["Authorization"], auth = f"Bearer {token}", None
        address = path if path.startswith("http") else self.url + (path if path.startswith("/") else self.api + path)
        return self.session.request(method, address, auth=auth, headers=headers, timeout=30, **more)

    def get(self, path: str, auth: Any = "admin", **params: Any) -> requests.Response:
        return self.request("GET", path, auth, params=params)

    def post(self, path: str, body: Any, auth: Any = "admin") -> requests.Response:
        return self.request("POST", path, auth, json=body)

    def read(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that succeeds."""
        answer = self.get(path, **params)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.json()

    def search(self, jql: str, **params: Any) -> Any:
        """A page of the edition's search."""
        return self.read("search/jql" if self.edition == "cloud" else "search", jql=jql, **params)

    def keys(self, jql: str) -> List[str]:
        """All keys that a query finds, in its order."""
        if self.edition != "cloud":
            return [issue["key"] for issue in self.search(jql, fields="key", maxResults=1000)["issues"]]
        return [issue["key"] for issue in self.search(jql, fields="key", maxResults=5000)["issues"]]

    def behave(self, **settings: Any) -> None:
        """Change settings of this installation."""
        answer = self.session.post(f"{self.url}/_sandbox/behaviour", json=settings)
        assert answer.status_code == 200, answer.text


Serve = Callable[..., Jira]


@pytest.fixture(scope="session")
def serve_forever() -> Iterator[Serve]:
    """Start a Jira; all end with the session."""
    servers: List[Tuple[uvicorn.Server, threading.Thread]] = []

    def serve(**options: Any) -> Jira:
        chosen = SandboxOptions(**{"issues": 60, **options})
        counters = Counters()
        app = Frame(create_app(chosen, Faults(), counters), "jira", Faults(), counters)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        deadline = time.monotonic() + 10
        while not server.started:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.005)
        servers.append((server, thread))
        return Jira(f"http://127.0.0.1:{listener.getsockname()[1]}", chosen)

    yield serve
    for server, _ in servers:
        server.should_exit = True
    for _, thread in servers:
        thread.join(5)


@pytest.fixture(scope="session")
def kept(serve_forever: Serve) -> Serve:
    """A Jira with these options that tests share; they must not change it."""
    known: Dict[str, Jira] = {}

    def serve(**options: Any) -> Jira:
        name = repr(sorted(options.items()))
        if name not in known:
            known[name] = serve_forever(**options)
        return known[name]

    return serve


@pytest.fixture
def server(kept: Serve) -> Jira:
    """Jira Server with the default data."""
    return kept(edition="server")


@pytest.fixture
def datacenter(kept: Serve) -> Jira:
    """Jira Data Center with the default data."""
    return kept(edition="datacenter")


@pytest.fixture
def cloud(kept: Serve) -> Jira:
    """Jira Cloud with the default data."""
    return kept(edition="cloud")


@pytest.fixture(params=["server", "cloud"])
def jira(request: pytest.FixtureRequest, kept: Serve) -> Jira:
    """Both dialects, one after the other."""
    return kept(edition=request.param)


@pytest.fixture
def fresh(serve_forever: Serve) -> Serve:
    """A Jira of one's own, to be changed."""
    return serve_forever


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data."""
    if not SHARED.is_dir():
        pytest.skip(f"no shared data at {SHARED}")
    return SHARED


@pytest.fixture
def heavy() -> Callable[[Jira], str]:
    """The key of an issue with more comments, worklogs and history than any page holds."""

    def find(jira: Jira) -> str:
        state = jira.session.get(f"{jira.url}/_sandbox/state", params={"only": "worklogs"}).json()
        counts: Dict[str, int] = {}
        for row in state["worklogs"]:
            counts[row["issue"]] = counts.get(row["issue"], 0) + 1
        best: Optional[str] = max(counts, key=lambda key: counts[key])
        assert best is not None and counts[best] > 20
        return best

    return find
