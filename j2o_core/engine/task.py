"""An effect on its way through the workers."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Optional

from ..ledger.effects import SHAPE, UPDATE, EffectRow
from ..model.effect import Answer, Claim, Effect, Found
from ..model.outcome import Outcome
from .resolve import Resolution

#: an unclaimed upload older than this is not claimed any more: the server may have cleaned it up, in seconds
CLAIM_AGE = 3600.0


@dataclass
class Upload:
    """A file to be uploaded just before the create that claims it."""

    row: EffectRow
    claim: Optional[Claim] = None
    answer: Optional[Answer] = None
    at: float = 0.0
    ended: bool = False

    @property
    def claimable(self) -> bool:
        """Whether it is uploaded, in this process, and young enough."""
        return self.claim is not None and time.monotonic() - self.at < CLAIM_AGE


@dataclass
class Task:
    """A prepared effect. ``sent_at`` is on the monotonic clock; ``in_doubt``: it may be running or applied.

    ``given_up`` is why it is not sent again. ``resolved`` is missing where that is done in its turn.
    """

    row: EffectRow
    resolved: Optional[Resolution]
    current: Optional[Found] = None
    uploads: list[Upload] = field(default_factory=list)
    attempts: int = 0
    checks: int = 0
    in_doubt: bool = False
    was_in_doubt: bool = False
    decided: bool = False
    resent: bool = False
    given_up: Optional[Outcome] = None
    sent_at: float = field(default_factory=time.monotonic)

    @property
    def resolution(self) -> Resolution:
        """Its references, resolved."""
        assert self.resolved is not None
        return self.resolved

    @property
    def effect(self) -> Effect:
        """The resolved effect."""
        return self.resolution.effect

    @property
    def changes_existing(self) -> bool:
        """Whether it updates an item rather than creates one."""
        return self.row.kind in (UPDATE, SHAPE)


def sent_age(row: EffectRow, jumped: float = 0.0, now: Optional[float] = None) -> float:
    """Seconds since a stored effect was sent, at least; 0 where the clock says it lies in the future.

    ``jumped``: by so many seconds the clock was set forward since. ``now``: by the clock of the ledger's rows.
    """
    now = time.time() if now is None else now
    return max(0.0, now - row.sent - jumped) if row.sent is not None else 0.0
