"""The rows of the published table that take minutes, not hours: what is sent, and what the engine adds without latency.

Run by ``make benchmarks``; arguments go to ``j2o bench``, whose exit code it is. All rows: ``j2o bench``.
"""

from __future__ import annotations

import subprocess
import sys

ROWS = "writes,reads,apply-0ms,client-cpu"


def main() -> int:
    """Measure, print, judge."""
    command = [sys.executable, "-m", "j2o_core", "bench", "--rows", ROWS, *sys.argv[1:]]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
