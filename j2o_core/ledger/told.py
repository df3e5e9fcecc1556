"""What each process of a run told of itself last: one row for each, for readers elsewhere, and for the one that leads.

Only the latest run of a ledger has rows: whoever takes it up removes those of others. The row of a worker whose lease
is given up or given back will not change any more: the process that leads counts it among its own, and removes it.
"""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import dataclass
from typing import Any, Collection, Mapping

from sqlalchemy import Connection, Engine, delete, func, or_, select

from . import tables
from .address import POSTGRESQL
from .server import clock_of, now_of, patient
from .upsert import Upsert

#: the number of the process that leads a run
LEADS = 0
_PUT = Upsert(tables.told, ("run", "worker"), ("host", "pid", "moment", "ended", "figures"))


@dataclass(frozen=True)
class Told:
    """What one process told at ``moment``, ``age`` seconds ago. ``worker``: its number; ``LEADS``: it leads the run.

    ``left``: it tells no more, as it is no worker of the run any longer; ``ended``: as the run has come to its end.
    """

    worker: int
    host: str
    pid: int
    moment: float
    age: float
    left: bool
    ended: bool
    figures: Mapping[str, Any]


def put(
    connection: Connection,
    run: str,
    figures: str,
    *,
    worker: int = LEADS,
    ended: bool = False,
    counted: Collection[int] = (),
) -> None:
    """Tell ``figures`` (JSON) of this process; those of the workers ``counted`` are in them, and their rows go."""
    row = {"run": run, "worker": worker, "host": socket.gethostname(), "pid": os.getpid()}
    # Who reads a file is on its machine, and has the wall clock alone.
    moment = clock_of(connection) if connection.dialect.name == POSTGRESQL else time.time()
    _PUT.execute(connection, [{**row, "moment": moment, "ended": ended, "figures": figures}])
    if counted:
        told = tables.told.c
        connection.execute(delete(tables.told).where(told.run == run, told.worker.in_(list(counted))))


def begin(connection: Connection) -> None:
    """A run is taken up: what was told before is forgotten."""
    connection.execute(delete(tables.told))


@patient
def has_told(engine: Engine, process: int) -> bool:
    """Whether the process of that number, of this machine, leads the latest run, or has led it last."""
    row = tables.told.c
    leads = (row.worker == LEADS, row.host == socket.gethostname(), row.pid == process)
    with engine.connect() as connection:
        return bool(connection.execute(select(func.count()).where(*leads)).scalar())


@patient
def told(engine: Engine, run: str) -> list[Told]:
    """What is there of a run, at one moment, the process that leads first."""
    row, worker = tables.told.c, tables.worker.c
    statement = (
        select(tables.told, or_(row.worker == LEADS, worker.id.is_not(None)).label("there"))
        .outerjoin(tables.worker, worker.id == row.worker)
        .where(row.run == run)
        .order_by(row.worker)
    )
    with engine.connect() as connection:
        found = connection.execute(statement).mappings().all()
        now = now_of(connection) if found else 0.0
    return [
        Told(
            one["worker"],
            one["host"],
            one["pid"],
            one["moment"],
            max(0.0, now - one["moment"]),
            not one["there"],
            one["ended"],
            json.loads(one["figures"]),
        )
        for one in found
    ]
