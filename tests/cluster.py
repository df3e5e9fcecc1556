"""For tests of several workers: a migration that a cluster carries out, and a cluster as it is started by hand."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Iterator, Optional

from .exactly_once import assert_exactly_once
from .postgres import Postgres
from .running import Ended, Going, Migration, Sandbox, explained

SPEC = """
extends: j2o:demo
runtime:
  ledger: postgresql://j2o:${env:LEDGER_PASSWORD}@127.0.0.1:${env:LEDGER_PORT}/${env:LEDGER_DATABASE}
  workers: 4
  executor: {dask: {CLUSTER, lease: 3}}
"""


class Case:
    """A migration by a cluster whose ledger lies in a database of its own."""

    def __init__(self, made: Sandbox, server: Postgres, folder: Path, cluster: str = "workers: 3") -> None:
        self.made, self.server, self.database = made, server, server.create()
        spec = folder / "spec.yaml"
        spec.write_text(SPEC.replace("CLUSTER", cluster))
        variables = {
            "LEDGER_PASSWORD": server.password,
            "LEDGER_PORT": str(server.port),
            "LEDGER_DATABASE": self.database,
        }
        self.migration = Migration(made, folder / "home", spec=str(spec), environment=variables)

    def workers(self) -> list[int]:
        """The process ids of the workers that the ledger knows."""
        return [row[0] for row in self.server.execute("SELECT pid FROM worker ORDER BY id", self.database)]

    def writing(self, wanted: int = 20) -> Going:
        """Start a run and wait until so many comments or time entries are written, and workers are at it."""
        going = self.migration.going()
        assert going.reach(wanted, event="progress", stage="apply", entity="comments"), explained(going.end())
        return going

    def go_on_until_done(self, ended: Optional[Ended] = None) -> Ended:
        """Run again where the last one did not come to its end, and let the target judge."""
        if ended is None or ended.exit_code:
            ended = self.migration.run()
        assert ended.exit_code == 0, explained(ended)
        assert_exactly_once(self.made, ended)
        assert self.workers() == []
        return ended


@contextlib.contextmanager
def scheduler_and_workers(
    environment: dict[str, str], folder: Path, port: int = 0, workers: int = 2
) -> Iterator[Cluster]:
    """A cluster as it is started by hand, in processes of its own."""
    made = Cluster(environment, folder, port, workers)
    try:
        yield made
    finally:
        made.stop()


class Cluster:
    """A scheduler and workers."""

    def __init__(self, environment: dict[str, str], folder: Path, port: int, workers: int) -> None:
        self._environment, self._folder = environment, folder
        file = folder / f"scheduler-{time.monotonic_ns()}.json"
        where = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--dashboard-address", "127.0.0.1:0")
        self.scheduler = self._start("scheduler", *where, "--scheduler-file", str(file))
        deadline = time.monotonic() + 30
        while not file.exists() or "127.0.0.1" not in file.read_text():
            assert time.monotonic() < deadline and self.scheduler.poll() is None
            time.sleep(0.05)
        self.address = file.read_text().partition('"address": "')[2].partition('"')[0]
        self.workers: list[subprocess.Popen[bytes]] = []
        for _ in range(workers):
            self.add()

    def add(self, *options: str) -> subprocess.Popen[bytes]:
        """Start one more worker."""
        started = self._start(
            "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1",
            "--local-directory", str(self._folder), *options,
        )  # fmt: skip
        self.workers.append(started)
        return started

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        log = (self._folder / f"{arguments[0]}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments], env=self._environment, stdout=log, stderr=log
            )

    def stop(self) -> None:
        """End all."""
        for process in (self.scheduler, *self.workers):
            if process.poll() is None:
                process.kill()
            process.wait(30)


def lives(pid: int) -> bool:
    """Whether there is such a process, not yet dead."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
