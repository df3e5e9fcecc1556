"""What the effect table says of sending: before a request leaves, after it ended, and where it has to go again."""

from __future__ import annotations

import json
import time
from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, bindparam, or_, select, update

from . import tables
from .effect_rows import CREATE, DONE, FAILED, PLANNED, SENT, SKIPPED, UPLOAD, Ended
from .many import Many
from .server import sending_clock_of


def mark_sent(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Durable before sent. Each row: ``of`` (effect id), ``digest``, ``image`` (before-image JSON or None)."""
    now = sending_clock_of(connection)
    _SENT.execute(connection, [{**row, "now": now, "first": rows[0]["of"]} for row in rows])


def mark_resent(connection: Connection, effect: int) -> None:
    """It is about to be sent once more after doubt."""
    connection.execute(
        update(tables.effect).where(tables.effect.c.id == effect).values(sent=sending_clock_of(connection), resent=True)
    )


def mark_again(connection: Connection, effect: int) -> None:
    """It was marked as sent long before it leaves."""
    now = sending_clock_of(connection)
    connection.execute(update(tables.effect).where(tables.effect.c.id == effect).values(sent=now))


def not_sent(connection: Connection, effects: Sequence[int]) -> None:
    """These were marked sent but never left: they are planned again."""
    if effects:
        connection.execute(
            update(tables.effect).where(tables.effect.c.id == bindparam("of")).values(state=PLANNED, sent=None),
            [{"of": effect} for effect in effects],
        )


def end(connection: Connection, outcomes: Sequence[Ended]) -> None:
    """Effects have ended. Their payloads go, unless something still needs them."""
    now = time.time()
    for statement, keeps in ((_END, False), (_END_WITH_PAYLOAD, True)):
        rows = [
            {
                "of": one.id,
                "to_state": one.state,
                "to_finished": now,
                "to_attempts": one.attempts,
                "to_item": one.item,
                "to_version": one.version,
                "to_adopted": one.adopted,
                "to_inverse": None if one.inverse is None else json.dumps(one.inverse),
                "to_late": json.dumps(list(one.late)) if one.late else None,
                "to_code": one.code,
                "to_message": one.message,
            }
            for one in outcomes
            if (bool(one.late) or one.keeps_payload) == keeps
        ]
        statement.execute(connection, rows)


def release_orphans(connection: Connection, run: str, entity: str, step: int) -> None:
    """Files whose parent has ended without them (the process died between the two outcomes) go on by themselves.

    What was sent stays in doubt: it is looked for on the parent before it is written again.
    """
    parent = tables.effect.alias()
    ended = (
        select(parent.c.id)
        .where(
            parent.c.run == run,
            parent.c.kind == CREATE,
            parent.c.entity == tables.effect.c.parent_entity,
            parent.c.origin == tables.effect.c.parent_origin,
            parent.c.state.in_([DONE, FAILED, SKIPPED]),
        )
        .exists()
    )
    # One that was refused may have left its effect to something else.
    listed = (
        select(tables.listed.c.id)
        .where(
            tables.listed.c.run == run,
            tables.listed.c.entity == tables.effect.c.parent_entity,
            tables.listed.c.origin == tables.effect.c.parent_origin,
        )
        .exists()
    )
    connection.execute(
        update(tables.effect)
        .where(
            tables.effect.c.run == run,
            tables.effect.c.entity == entity,
            tables.effect.c.kind == UPLOAD,
            tables.effect.c.state.in_([PLANNED, SENT]),
            or_(ended, listed),
        )
        .values(kind=CREATE, step=step)
    )


def make_late(connection: Connection, effect: int, step: int) -> None:
    """A file that could not be claimed is written in a later step, as an item of its own."""
    connection.execute(
        update(tables.effect)
        .where(tables.effect.c.id == effect)
        .values(state=PLANNED, kind=CREATE, step=step, sent=None)
    )


_ENDED: dict[str, Any] = {
    name: bindparam(f"to_{name}")
    for name in (
        "state",
        "finished",
        "attempts",
        "item",
        "version",
        "adopted",
        "inverse",
        "late",
        "code",
        "message",
    )
}
_BY_ID = update(tables.effect).where(tables.effect.c.id == bindparam("of"))
_END_WITH_PAYLOAD = Many(_BY_ID.values(**_ENDED))
_END = Many(_BY_ID.values(**_ENDED, payload=None))
_SENT = Many(
    _BY_ID.values(
        state=SENT,
        sent=bindparam("now"),
        window=bindparam("first"),
        request_digest=bindparam("digest"),
        before=bindparam("image"),
    )
)
