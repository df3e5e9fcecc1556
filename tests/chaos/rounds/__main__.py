"""Rounds of chaos, one after the other. Exits 0 where nothing was lost, doubled or otherwise wrong."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
from pathlib import Path
from typing import Iterator, Optional

from ...postgres import Postgres, postgres, programs
from .plan import SQLITE, draw
from .playing import Played, play
from .reached import Reached


def main() -> int:
    """Play rounds one after the other; Ctrl-C or SIGTERM ends them and tells what was reached."""
    asked = _asked()
    total = Reached()
    try:
        with _interruptible(), _server() as server:
            for seed in range(asked.seed, asked.seed + asked.rounds):
                _play(seed, server, total)
    except KeyboardInterrupt:
        print("\ninterrupted", flush=True)
    print(total.table())
    return 0 if total.holds else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.rounds", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="how many (default 20)")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first round (default 1); the next one's is one more, and so on"
    )
    return parser.parse_args()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    # SIGINT by name too: what a script starts in the background would ignore it.
    before = {number: signal.signal(number, signal.default_int_handler) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _server() -> Iterator[Optional[Postgres]]:
    if programs() is None:
        print("no PostgreSQL is installed: every ledger is on SQLite, and no connection to one is cut", flush=True)
        yield None
        return
    with postgres(durable=True) as server:
        yield server


def _play(seed: int, server: Optional[Postgres], total: Reached) -> None:
    plan, played = draw(seed), Played()
    where = f"{plan.edition} to {plan.version}, {plan.ledger if server else SQLITE}, {plan.workers} workers"
    print(f"round {seed}: {where}: ", end="", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="j2o-chaos-") as folder:
            play(plan, Path(folder), server, played)
    finally:  # a round that is interrupted is none, but what it has dealt counts
        total.add(played.reached)
    print(played.reached.told(), flush=True)
    for finding in played.reached.findings:
        print(f"  {finding}", flush=True)
    if not played.reached.holds:
        print(f"  again: make chaos ROUNDS=1 SEED={seed}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
