"""The workers of a run: who they are, until when each may send, what they report and what they are told.

A worker's lease is one deadline by the server's clock, renewed as long as the worker lives. Whoever wants its
partitions waits until the deadline has passed, and fences it first: a row that is gone, or bears no token, commits
nothing.
"""

from __future__ import annotations

import json
import os
import socket
import time
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from loguru import logger
from sqlalchemy import Connection, Engine, delete, func, select, text, update

from ..model.outcome import Fatal
from . import tables
from .effect_rows import SENT
from .server import NOW, clock_of

#: seconds that a lease lasts without being renewed
TERM = 15.0
#: the part of it after which the server ends the transaction of who says nothing more: others wait for its rows
_SILENCE = 0.5
_NOW = text(f"SELECT {NOW}")
_ENTER = text(
    "INSERT INTO worker (run, token, name, host, pid, deadline, sequence, seen, report) "
    f"SELECT :run, token, :name, :host, :pid, {NOW} + :term, 0, 0, '{{}}' FROM holder "
    "WHERE id = 1 AND token = :token FOR SHARE RETURNING id"
)
_RENEW = text(
    f"UPDATE worker SET deadline = {NOW} + :term, seen = :seen, report = :report "
    f"WHERE id = :id AND token = :token RETURNING {NOW} AS now, "
    "set_config('idle_in_transaction_session_timeout', :silence, true)"
)
_PUBLISH = text(
    "INSERT INTO orders (run, number, text, stamp) VALUES (:run, :number, :text, 0) ON CONFLICT (run) DO UPDATE "
    "SET number = excluded.number, text = excluded.text, stamp = orders.stamp + 1"
)


@dataclass(frozen=True)
class Member:
    """A worker as its row tells. ``left``: seconds until its lease ends, below zero afterwards."""

    id: int
    name: str
    host: str
    pid: int
    left: float
    seen: int
    report: Mapping[str, Any]


@dataclass(frozen=True)
class Renewed:
    """What a worker learns when it renews its lease. ``now`` is the server's clock; ``stamp`` moves while somebody
    leads the run."""

    now: float
    number: int
    orders: Mapping[str, Any]
    stamp: int


class WorkerFence:
    """Asked before each commit of a worker: whether it still belongs to the run. See ``holder.ServerLock``."""

    def __init__(self, worker: int, token: str, shown: str, term: float) -> None:
        self._mine = (tables.worker.c.id == worker, tables.worker.c.token == token)
        self._shown = shown
        self._bound = func.set_config("idle_in_transaction_session_timeout", _silence(term), True)
        self._sequence = 0

    def enter(self, connection: Connection) -> int:
        """Begin a transaction: its number. Raises ``Fatal`` (exit 5) where others took over what it had."""
        self._sequence += 1
        enter = update(tables.worker).where(*self._mine).values(sequence=self._sequence).returning(self._bound)
        if connection.execute(enter).first() is None:
            raise lost(self._shown)
        return self._sequence

    def left(self, number: int) -> None:
        """The transaction of that number is durable: the row tells."""

    def committed(self, connection: Connection, number: int) -> bool:
        """Whether the transaction of that number was committed, though nobody was told. Waits while it still may be."""
        statement = select(tables.worker.c.sequence).where(*self._mine).with_for_update()
        sequence: Optional[int] = connection.execute(statement).scalar()
        if sequence is None:
            raise lost(self._shown)
        return sequence >= number


def lost(shown: str) -> Fatal:
    """What a worker says whose lease is over."""
    return Fatal(
        f"this worker's lease in the ledger {shown} has run out, and others go on with its work",
        exit_code=5,
        code="lease",
    )


def register(connection: Connection, run: str, token: str, name: str, term: float) -> Optional[int]:
    """Enter a worker; its id, or ``None`` where the token is not the present holder's."""
    values = {"run": run, "token": token, "name": name, "host": socket.gethostname(), "pid": os.getpid(), "term": term}
    found: Optional[int] = connection.execute(_ENTER, values).scalar()
    return found


def renew(
    connection: Connection, run: str, worker: int, token: str, term: float, seen: int, report: Mapping[str, Any]
) -> Optional[Renewed]:
    """Prolong a lease, report, and learn the orders; ``None`` where the worker was given up."""
    values = {"id": worker, "token": token, "term": term, "seen": seen, "report": json.dumps(report)}
    values["silence"] = _silence(term)
    now: Optional[float] = connection.execute(_RENEW, values).scalar()
    if now is None:
        return None
    row = connection.execute(select(tables.orders).where(tables.orders.c.run == run)).mappings().one_or_none()
    if row is None:
        return Renewed(now, 0, {}, 0)
    return Renewed(now, row["number"], json.loads(row["text"]), row["stamp"])


def leave(connection: Connection, worker: int, token: str) -> None:
    """A worker goes: it has sent its last request."""
    connection.execute(delete(tables.worker).where(tables.worker.c.id == worker, tables.worker.c.token == token))


def members(connection: Connection, run: str) -> list[Member]:
    """The workers of a run."""
    now = float(connection.execute(_NOW).scalar_one())
    rows = connection.execute(select(tables.worker).where(tables.worker.c.run == run).order_by(tables.worker.c.id))
    return [
        Member(
            row["id"],
            row["name"],
            row["host"],
            row["pid"],
            row["deadline"] - now,
            row["seen"],
            json.loads(row["report"]),
        )
        for row in rows.mappings()
    ]


def publish(connection: Connection, run: str, number: int, orders: Mapping[str, Any]) -> None:
    """Tell the workers of a run what holds from now on; also where nothing is new, so that they know of somebody."""
    connection.execute(_PUBLISH, {"run": run, "number": number, "text": json.dumps(orders)})


def give_up(connection: Connection, run: str, worker: int) -> bool:
    """Take everything from a worker whose lease has ended; ``False`` where it was renewed or is gone.

    What it had sent counts as sent when its lease ended: until then its request may have left.
    """
    gone = connection.execute(
        delete(tables.worker)
        .where(tables.worker.c.id == worker, tables.worker.c.run == run, tables.worker.c.deadline < text(NOW))
        .returning(tables.worker.c.deadline)
    ).scalar()
    if gone is None:
        return False
    mine = (tables.lease.c.run == run, tables.lease.c.worker == worker)
    partitions = select(tables.lease.c.partition).where(*mine).scalar_subquery()
    connection.execute(
        update(tables.effect)
        .where(tables.effect.c.run == run, tables.effect.c.state == SENT, tables.effect.c.partition.in_(partitions))
        .values(sent=func.greatest(tables.effect.c.sent, float(gone)))
    )
    connection.execute(update(tables.lease).where(*mine).values(worker=None))
    return True


def outlive(engine: Engine, token: str) -> None:
    """Wait until no worker of an earlier holder sends any more, and forget them; its token is ``token`` no longer.

    What they had sent counts as sent now.
    """
    earlier = tables.worker.c.token != token
    with engine.begin() as connection:
        connection.execute(update(tables.worker).where(earlier).values(token=""))
    told = False
    while True:
        with engine.connect() as connection:
            last = connection.execute(select(func.max(tables.worker.c.deadline)).where(earlier)).scalar()
            left = 0.0 if last is None else float(last) - float(connection.execute(_NOW).scalar_one())
        if left <= 0:
            break
        if not told:
            logger.warning("waiting up to {:.0f} s for workers of an earlier process, which may still send", left)
            told = True
        time.sleep(min(left, 1.0))
    if last is None:
        return
    with engine.begin() as connection:
        runs = select(tables.worker.c.run).where(earlier).scalar_subquery()
        in_doubt = (tables.effect.c.run.in_(runs), tables.effect.c.state == SENT)
        connection.execute(update(tables.effect).where(*in_doubt).values(sent=clock_of(connection)))
        connection.execute(delete(tables.worker).where(earlier))


def _silence(term: float) -> str:
    return f"{term * _SILENCE * 1000:.0f}"  # milliseconds
