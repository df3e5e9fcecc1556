"""What the adaptive limit reaches of the best fixed one, and how much is refused on the way.

Run by ``make benchmarks``, in virtual time, over servers with a knee; over the wire it is a row of ``j2o bench``. Exit
code 1 where less than 0.95 of the best fixed number of requests at a time is reached, or 1 % and more are refused.
"""

from __future__ import annotations

import argparse
import sys
from typing import Callable

from j2o_core.http import adaptive
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


def main() -> int:
    """Print a table; 0 where both goals are reached everywhere."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    rows = [virtual(name, make) for name, make in SERVERS.items()]
    for name, reached, refused in rows:
        print(f"{name:<34} {reached:6.3f} of the best fixed   {refused:7.3%} refused")
    return int(any(reached < LEAST or refused >= MOST_REFUSED for _, reached, refused in rows))


def virtual(name: str, make: Callable[[], Server]) -> tuple[str, float, float]:
    """Five minutes from a cold start, mixed operations."""
    best = best_fixed(lambda limit: Simulation(make(), fixed=limit), 100, SWEEP)
    run = Simulation(make(), bounds=adaptive.Bounds(64)).run(300)
    return name, run.work(0, 300) / best, run.refused_share


if __name__ == "__main__":
    sys.exit(main())
