"""What the adaptive limit reaches of the best fixed one, and how much is refused on the way.

Run by ``make benchmarks``. First in virtual time, over servers with a knee; then over HTTP, against a sandbox whose web
threads requests queue for. Exit code 1 where less than 0.95 of the best fixed number of requests at a time is reached,
or 1 % and more of the requests are refused.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable

import yaml

from j2o_core.http import Gate, adaptive
from j2o_core.http.session import Http
from j2o_core.model.limits import Limit
from j2o_core.testing.simulated_server import Server, Simulation, best_fixed

LEAST, MOST_REFUSED = 0.95, 0.01
SWEEP = (1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64)
SERVERS: dict[str, Callable[[], Server]] = {
    "4 threads, 3 may wait": lambda: Server(4, 3, noise=0.2),
    "8 threads, 4 may wait": lambda: Server(8, 4, noise=0.2),
    "8 threads, 4 may wait, noisy": lambda: Server(8, 4, noise=0.4),
    "8 threads, waiting slows down": lambda: Server(8, noise=0.1, contention=0.03),
    "24 threads, 8 may wait": lambda: Server(24, 8, noise=0.2),
    "40 threads, all may wait": lambda: Server(40, noise=0.2),
}
SETUP = {"settings": {"threads": 6, "queue_wait": 30}}


def main() -> int:
    """Print a table; 0 where both goals are reached everywhere."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=15.0, help="of each measurement over HTTP")
    arguments.add_argument("--workers", type=int, default=24)
    given = arguments.parse_args()
    rows = [virtual(name, make) for name, make in SERVERS.items()]
    rows.append(over_http(given.seconds, given.workers))
    for name, reached, refused in rows:
        print(f"{name:<34} {reached:6.3f} of the best fixed   {refused:7.3%} refused")
    return int(any(reached < LEAST or refused >= MOST_REFUSED for _, reached, refused in rows))


def virtual(name: str, make: Callable[[], Server]) -> tuple[str, float, float]:
    """Five minutes from a cold start, mixed operations."""
    best = best_fixed(lambda limit: Simulation(make(), fixed=limit), 100, SWEEP)
    run = Simulation(make(), bounds=adaptive.Bounds(64)).run(300)
    return name, run.work(0, 300) / best, run.refused_share


def over_http(seconds: float, workers: int) -> tuple[str, float, float]:
    """Mixed reads of a sandbox that works on six at once, its start included."""
    from j2o_sandbox.options import SandboxOptions
    from j2o_sandbox.serving import start

    with tempfile.TemporaryDirectory() as folder:
        setup = Path(folder) / "setup.yaml"
        setup.write_text(yaml.safe_dump(SETUP), encoding="utf-8")
        running = start(SandboxOptions(issues=1, projects=1, latency_ms=100, openproject_setup=str(setup)))
        try:
            url, key = running.openproject["url"], running.openproject["api_key"]
            best = max(measured(url, key, Limit(parallel=limit), workers, seconds)[0] for limit in (4, 6, 8, 12))
            rate, refused = measured(url, key, Limit(adaptive=True), workers, seconds)
        finally:
            running.stop()
    return "over HTTP, 6 threads", rate / best, refused


def measured(url: str, key: str, limit: Limit, workers: int, seconds: float) -> tuple[float, float]:
    """Requests a second, and the share of them that was refused."""
    http = Http(url, workers=workers, limit=limit)
    http.authorize(user="apikey", password=key)
    until, counts = time.monotonic() + seconds, [0] * workers

    def work(number: int) -> None:
        while time.monotonic() < until:
            http.get(("/api/v3/types", "/api/v3/users/me", "/api/v3/projects")[counts[number] % 3])
            counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    gate: Gate = http.gate
    refused = gate.figures().refused
    http.close()
    return sum(counts) / seconds, refused / max(1, sum(counts))


if __name__ == "__main__":
    sys.exit(main())
