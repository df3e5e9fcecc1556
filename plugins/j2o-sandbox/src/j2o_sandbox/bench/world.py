"""A fresh Jira and a fresh OpenProject in a process of their own, and what their counters say."""

from __future__ import annotations

import base64
import contextlib
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, Tuple

import requests

from j2o_core.api import Fatal

from ..options import SandboxError, SandboxOptions
from ..serving import Running, start

_IDENTITIES = {"JIRA_IDENTITY": "bench-jira", "OPENPROJECT_IDENTITY": "bench-openproject"}
#: what ``apply`` writes before it can write work packages
_STRUCTURE = ("users", "groups", "projects", "memberships", "versions")
_PREFIX = "/api/v3/"
#: what creates a work package, by method and path template
_CREATE = "POST /api/v3/work_packages"


@dataclass(frozen=True)
class Write:
    """One request that wrote, as the target saw it. Times are seconds on the monotonic clock."""

    method: str
    address: str
    template: str
    began: float
    ended: float
    status: int
    content_type: str = ""
    body: bytes = b""

    @property
    def is_structure(self) -> bool:
        """Whether it belongs to the phase before work packages."""
        parts = self.template[len(_PREFIX) :].split("/")
        return parts[0] in _STRUCTURE and parts[-1] != "work_packages"


class World:
    """The two servers of one measurement."""

    def __init__(self, running: Running) -> None:
        self.jira: Dict[str, Any] = running.jira
        self._session = requests.Session()
        self._session.trust_env = False
        self.openproject: Dict[str, Any] = running.openproject

    @property
    def variables(self) -> Dict[str, str]:
        """The environment in which a spec finds them."""
        return {
            **_IDENTITIES,
            "JIRA_URL": self.jira["url"],
            "JIRA_USER": self.jira["user"] or "",
            "JIRA_TOKEN": self.jira["token"],
            "OPENPROJECT_URL": self.openproject["url"],
            "OPENPROJECT_API_KEY": self.openproject["api_key"],
        }

    def requests(self) -> Tuple[int, int]:
        """Reads and writes of the target so far. A form is a question, whatever its method."""
        counted: Dict[str, int] = self._state("requests")["requests"]
        reads = sum(number for name, number in counted.items() if name.startswith("GET ") or name.endswith("/form"))
        return reads, sum(counted.values()) - reads

    def needed_writes(self) -> int:
        """How many writes the generator says are needed: without locks, which belong to the cut-over."""
        return sum(number for kind, number in self._manifest().items() if kind != "locks")

    def needed(self, kind: str) -> int:
        """How many of them are of one kind."""
        return self._manifest()[kind]

    def created(self) -> int:
        """How many work packages have been written so far."""
        counted: Dict[str, int] = self._state("requests")["requests"]
        return counted.get(_CREATE, 0)

    def held(self, *kinds: str) -> Dict[str, int]:
        """How many items of some kinds the target holds."""
        return {kind: len(rows) for kind, rows in self._state(*kinds).items() if kind in kinds}

    def record(self, bodies: bool = False) -> None:
        """Record the target's writes from now on."""
        wish = {"bodies": bodies}
        self._session.post(f"{self.openproject['url']}/_sandbox/recording", json=wish, timeout=60).raise_for_status()

    def writes(self) -> List[Write]:
        """What was recorded, in the order of arrival; forms write nothing."""
        answer = self._session.get(f"{self.openproject['url']}/_sandbox/recording", timeout=600)
        rows = [Write(*row[:7], base64.b64decode(row[7] or "")) for row in answer.json()["writes"]]
        return [row for row in rows if not row.template.endswith("/form")]

    def _manifest(self) -> Dict[str, int]:
        address = f"{self.jira['url']}/_sandbox/state"
        answer = self._session.get(address, params={"only": "manifest"}, timeout=3600).json()
        writes: Dict[str, int] = answer["manifest"]["writes"]
        return writes

    def _state(self, *only: str) -> Dict[str, Any]:
        address = f"{self.openproject['url']}/_sandbox/state"
        answer: Dict[str, Any] = self._session.get(address, params={"only": ",".join(only)}, timeout=3600).json()
        return answer


@contextlib.contextmanager
def world(issues: int, projects: int, seed: int, latency_ms: float = 0.0, **more: str) -> Iterator[World]:
    """Start one; equal seeds give equal data. ``more`` are other options of a sandbox. Raises ``Fatal``."""
    size = {"projects": projects, "issues": issues, "attachment_bytes": 4096}
    options = SandboxOptions(seed=seed, latency_ms=latency_ms, **size, **more)  # type: ignore[arg-type]
    try:
        running = start(options, timeout=300.0)
    except SandboxError as error:
        raise Fatal(f"the sandbox does not start: {error}") from error
    with running:
        yield World(running)
