"""Outcomes on their way into the ledger: gathered, and written together by the next commit."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Optional, Sequence

from sqlalchemy import Connection

from ..ledger import effects, listing, numbers, open_references, sending
from ..ledger.effect_rows import Ended
from ..ledger.items import Item
from ..ledger.listing import Listed
from ..ledger.numbers import Wrong
from ..ledger.open_references import OpenReferences
from ..model.problem import Problem
from .context import Engine

#: what is told of a text that names what is not there
LED_NOWHERE = "J2O-E022"


@dataclass
class _Buffer:
    """Outcomes that wait to be written together."""

    ended: list[Ended] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    open: list[OpenReferences] = field(default_factory=list)
    #: (entity, origin) of items whose texts are written again: what was told of them is told anew
    retold: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)


class Outcomes:
    """Buffers outcomes and counts them; one for each process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._buffer = _Buffer()
        self._posted = False
        #: how many effects have ended in this process, and how many of them failed
        self.finished = 0
        self.failed = 0
        self.by_entity: Counter[str] = Counter()

    def failed_on_the_way(self, state: str) -> None:
        """An item was refused, and its effect goes on as something else."""
        with self._guard:
            self.failed += state == effects.FAILED

    def write(
        self,
        row: effects.EffectRow,
        ended: Ended,
        item: Optional[Item] = None,
        listed: Optional[Listed] = None,
        problems: Sequence[Problem] = (),
        open_: Optional[OpenReferences] = None,
        wrong: Optional[Wrong] = None,
    ) -> None:
        """One effect has ended; all that follows from it is committed with it."""
        if wrong is not None:
            self._engine.ended_lanes[row.lane] = wrong
            problems = [*problems, Problem(wrong.code, wrong.message, entity=row.entity, key=row.key)]
        with self._guard:
            self.by_entity[row.entity] += 1
            self.finished += 1
            self.failed += ended.state == effects.FAILED
            self._buffer.ended.append(ended)
            if item is not None:
                self._buffer.items.append(item)
            if listed is not None:
                self._buffer.listed.append(listed)
            self._buffer.problems.extend((row.origin, problem) for problem in problems)
            if wrong is not None:
                self._buffer.wrong.append(wrong)
            if open_ is not None:
                self._buffer.open.append(open_)
                if row.kind == effects.SHAPE:
                    self._buffer.retold.append((row.entity, row.origin))
            if self._posted:
                return
            self._posted = True
        taken: list[_Buffer] = []  # once, however often the writer has to begin its transaction again
        self._engine.writer.post(lambda connection: self._write_buffer(connection, taken))

    def _write_buffer(self, connection: Connection, taken: list[_Buffer]) -> None:
        """All outcomes since the last commit, a statement for each kind: on the writer's thread."""
        if not taken:
            with self._guard:
                taken.append(self._buffer)
                self._buffer, self._posted = _Buffer(), False
        (buffer,) = taken
        run = self._engine.run
        sending.end(connection, buffer.ended)
        self._engine.items.put(connection, run, buffer.items)
        listing.put(connection, run, buffer.listed)
        open_references.put(connection, self._engine.items, buffer.open)
        listing.forget_told(connection, run, LED_NOWHERE, buffer.retold)
        listing.put_problems(connection, run, "apply", buffer.problems)
        for wrong in buffer.wrong:
            numbers.end_lane(connection, run, wrong)
