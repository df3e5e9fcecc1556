"""Rounds of chaos. Exits 0 where nothing was lost, doubled or otherwise wrong."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Iterator, Optional

from ...postgres import Postgres, postgres, programs
from .jobs import Tell, side_by_side
from .plan import SQLITE, draw
from .playing import Played, play
from .reached import Reached


def main() -> int:
    """Play rounds; Ctrl-C or SIGTERM ends them and tells what was reached."""
    asked = _asked()
    total = Reached()

    def tell(lines: str, reached: Reached) -> None:
        total.add(reached)
        print(lines, flush=True)

    seeds = range(asked.seed, asked.seed + asked.rounds)
    if programs() is None:
        print("no PostgreSQL is installed: every ledger is on SQLite, and no connection to one is cut", flush=True)
    try:
        with _interruptible():
            if asked.jobs == 1:
                _play_all(iter(seeds), tell)
            else:
                side_by_side(asked.jobs, seeds, _play_all, tell)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
    print(total.table())
    return 0 if total.holds else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.rounds", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how many (default 20)")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first round (default 1); the next one's is one more, and so on"
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="rounds at once (default: as many as there are cores)"
    )
    asked = parser.parse_args()
    if asked.rounds < 1 or asked.jobs < 1:
        parser.error("--rounds and --jobs are 1 at least")
    return asked


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    # SIGINT by name too: what a script starts in the background would ignore it.
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _play_all(seeds: Iterator[int], tell: Tell) -> None:
    """One round after the other, with a PostgreSQL server for all of them."""
    with contextlib.nullcontext() if programs() is None else postgres(durable=True) as server:
        for seed in seeds:
            _play(seed, server, tell)


def _play(seed: int, server: Optional[Postgres], tell: Tell) -> None:
    plan, played = draw(seed), Played()
    where = f"{plan.edition} to {plan.version}, {plan.ledger if server else SQLITE}, {plan.workers} workers"
    try:
        with tempfile.TemporaryDirectory(prefix="j2o-chaos-") as folder:
            play(plan, Path(folder), server, played)
    finally:  # a round that is interrupted is none, but what it has dealt counts
        reached = played.reached
        lines = [f"round {seed}: {where}: {'' if reached.rounds else 'not ended; '}{reached.told()}"]
        lines += [f"  {finding}" for finding in reached.findings]
        if not reached.holds:
            lines.append(f"  again: make chaos ROUNDS=1 SEED={seed}")
        tell("\n".join(lines), reached)


if __name__ == "__main__":
    sys.exit(main())
