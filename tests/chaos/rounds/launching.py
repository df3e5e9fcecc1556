"""Starts ``j2o`` as its users do, on a machine that is worse than theirs: full disk, wrong clock, no patience."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Sequence

from ...running import Migration
from .plan import Attempt

#: no file may grow above ``disk`` bytes: as full as a disk can be for SQLite, at any instruction
_LAUNCH = """
import json, signal, sys, time
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
    patience = given["patience"]
    session.Http.__init__.__kwdefaults__["timeouts"] = transport.Timeouts(patience, patience, patience)
sys.argv[:2] = ["j2o"]
from j2o_core.cli import main
sys.exit(main())
"""


def launch(migration: Migration, attempt: Attempt, arguments: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Begin a run. A Ctrl-C in the terminal is not for it."""
    given = json.dumps({"disk": attempt.disk, "clock": attempt.clock, "patience": attempt.patience})
    return subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, given, "run", migration.spec, "--json", *migration.arguments, *arguments],
        env=migration.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
