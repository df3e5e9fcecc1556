"""A dashboard in a process of its own, and what a browser asks it when it opens the page."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator, List, Set

import requests

from j2o_core.api import Fatal

#: seconds that a start may take
_STARTS = 60.0
#: connections that a browser keeps to one server
_TOGETHER = 6
_NAMED = re.compile(r"""(?:href|src|from|import)[= ]*["'](/static/[^"']+|\./[^"']+)["']""")
#: what the page asks besides the counts: answers that it shows as they come
_MORE = ("pace", "causes", "problems?most=500", "items?state=failed&limit=25")


@dataclass(frozen=True)
class Paint:
    """Seconds from the first request: to the page with its assets, to the counts, and to the last answer."""

    page: float
    counts: float
    all: float

    def __str__(self) -> str:
        return f"the page after {self.page:.2f} s, its counts after {self.counts:.2f} s, all after {self.all:.2f} s"


class Dashboard:
    """One that answers."""

    def __init__(self, url: str, pid: int) -> None:
        self.url, self.pid = url, pid
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, address: str) -> bytes:
        """What it answers. Raises ``Fatal``."""
        with self._session.get(f"{self.url}{address}", stream=True, timeout=600) as answer:
            if answer.status_code != 200:
                raise Fatal(f"the dashboard answered {answer.status_code} to {address}: {answer.text[:500]}")
            kept: bytes = answer.content
            return kept

    def drain(self, address: str) -> int:
        """How long an answer is; nothing of it is kept. Raises ``Fatal``."""
        with self._session.get(f"{self.url}{address}", stream=True, timeout=600) as answer:
            if answer.status_code != 200:
                raise Fatal(f"the dashboard answered {answer.status_code} to {address}")
            return sum(map(len, answer.iter_content(65_536)))

    def runs(self) -> List[str]:
        """The runs that it knows, newest first."""
        return [str(run["run"]) for run in json.loads(self.get("/api/v1/runs"))]

    def paint(self, run: str = "last") -> Paint:
        """Open the page, as a browser does."""
        began = time.monotonic()
        with ThreadPoolExecutor(_TOGETHER) as browser:
            self._assets(browser)
            page = time.monotonic()
            of_run = f"/api/v1/runs/{run}"
            for _ in browser.map(self.get, ("/api/v1/runs", of_run)):
                pass
            counts = time.monotonic()
            for _ in browser.map(self.get, [f"{of_run}/{more}" for more in _MORE]):
                pass
        return Paint(page - began, counts - began, time.monotonic() - began)

    def _assets(self, browser: ThreadPoolExecutor) -> None:
        """The page, what it names, and what that imports."""
        known: Set[str] = set()
        wanted: List[str] = ["/"]
        while wanted:
            known.update(wanted)
            texts = [content.decode("utf-8", "replace") for content in browser.map(self.get, wanted)]
            named = {name for text in texts for name in _NAMED.findall(text)}
            wanted = sorted({name.replace("./", "/static/", 1) for name in named} - known)


@contextlib.contextmanager
def dashboard(ledger: Path) -> Iterator[Dashboard]:
    """Serve a ledger; nothing has been asked of it yet but whether it lives. Raises ``Fatal``."""
    with tempfile.TemporaryDirectory(prefix="j2o-bench-page-") as home:
        command = [sys.executable, "-m", "j2o_core", "dashboard", "127.0.0.1:0", "--ledger", f"sqlite:///{ledger}"]
        said = Path(home) / "said"
        with said.open("wb") as out:
            process = subprocess.Popen(command, env={**os.environ, "J2O_HOME": home}, stdout=out, stderr=out)
        try:
            yield Dashboard(_address(process, said), process.pid)
        finally:
            process.terminate()
            process.wait(30)


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    until = time.monotonic() + _STARTS
    words = ""
    while time.monotonic() < until and process.poll() is None:
        words = said.read_text(encoding="utf-8", errors="replace")
        found = re.search(r"dashboard: (http://\S+)", words)
        if found and _lives(found.group(1)):
            return found.group(1)
        time.sleep(0.05)
    raise Fatal(f"the dashboard does not start:\n{words[-2000:]}", exit_code=1)


def _lives(url: str) -> bool:
    with contextlib.suppress(requests.RequestException), requests.Session() as session:
        session.trust_env = False
        return session.get(f"{url}/healthz", timeout=5).status_code == 200
    return False
