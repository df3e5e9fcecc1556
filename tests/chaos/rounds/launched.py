"""``j2o`` on a machine that is worse than others: a full disk, a wrong clock, no patience.

The first argument says so as JSON; the others are those of ``j2o``. No file may grow above ``disk`` bytes, which is as
full as a disk can be for SQLite, at any instruction; the wall clock is ``clock`` seconds ahead; an answer is given up
after ``patience`` seconds.
"""

from __future__ import annotations

import json
import signal
import sys
import time


def main() -> None:
    """Become ``j2o``."""
    given = json.loads(sys.argv[1])
    if given["disk"] is not None:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (given["disk"], resource.RLIM_INFINITY))
    if given["clock"]:
        right = time.time
        time.time = lambda: right() + given["clock"]
    if given["patience"] is not None:
        from j2o_core.http import session, transport

        patience = transport.Timeouts(*[given["patience"]] * 3)
        session.Http.__init__.__kwdefaults__["timeouts"] = patience
    sys.argv = ["j2o", *sys.argv[2:]]
    from j2o_core.cli import main as j2o

    sys.exit(j2o())


if __name__ == "__main__":
    main()
