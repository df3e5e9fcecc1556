"""Items that must get the number they had: what is refused leaves it to a filler, what comes out wrong ends all."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from ..ledger import effects
from ..ledger.effect_rows import ANY_NUMBER, FILL, EffectRow
from ..ledger.numbers import Wrong
from .context import Engine

WRONG = "J2O-E041"
#: the origin of what fills a number begins like this
GAP = "gap:"


def filler_origin(display: str) -> str:
    """The origin of the filler that takes a number."""
    return f"{GAP}{display}"


def wants_number(row: EffectRow) -> bool:
    """Whether an effect must get a certain number; then it is sent in its turn, or its number is filled."""
    return bool(row.display) and row.display != ANY_NUMBER and row.kind in (effects.CREATE, effects.UPDATE, FILL)


def is_in_turn(row: EffectRow) -> bool:
    """Whether what an effect refers to may be created just before it, in the same lane."""
    return bool(row.display) and row.kind in (effects.CREATE, FILL)


def filling(engine: Engine, row: EffectRow) -> EffectRow:
    """The filler that takes the number of a refused effect, in its place."""
    payload = engine.numbering[row.entity].filler(row.display, row.payload)
    return replace(
        row,
        kind=FILL,
        origin=filler_origin(row.display),
        key=row.display,
        payload=payload,
        notes=(),
        only=None,
        parent_entity=None,
        parent_origin=None,
        record_digest="",
        mapping_digest="",
        fields={},
        attempts=0,
        sent=None,
        resent=False,
        doubtful=False,
    )


def wrong_number(row: EffectRow, display: str) -> Optional[Wrong]:
    """Why nothing more of its lane may be sent: the target calls it otherwise than it must."""
    if not wants_number(row) or display == row.display:
        return None
    message = (
        f"the target calls it {display or 'by a plain number'} instead of {row.display}: somebody else has taken a "
        "number of this project, or changed how they are given. What comes after it was not written"
    )
    return Wrong(row, WRONG, message)


def no_filler(row: EffectRow, reason: str) -> Wrong:
    """Why nothing more of a lane may be sent: a number cannot be filled."""
    return Wrong(
        row, WRONG, f"the number {row.display} cannot be filled ({reason}), so what comes after was not written"
    )
