"""What became of things that are no items of their own: one line each, so that the report can account for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from sqlalchemy import Connection, delete, insert

from . import tables


@dataclass(frozen=True)
class Account:
    """``count`` of ``name`` (empty: all of the kind) ``becomes`` something; ``why`` and the line ``place`` say why."""

    entity: str
    kind: str
    name: str
    becomes: str
    why: str
    count: int = 1
    place: str = ""


def put(connection: Connection, run: str, accounts: Sequence[Account]) -> None:
    """Write accounts of a run down, in their order."""
    if accounts:
        connection.execute(insert(tables.account), [{"run": run, **one.__dict__} for one in accounts])


def forget(connection: Connection, run: str) -> None:
    """They are given again."""
    connection.execute(delete(tables.account).where(tables.account.c.run == run))
