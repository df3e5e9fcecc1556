"""What planning a chunk of records gives, written in one transaction, and what the whole plan leaves out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Mapping, Optional

from sqlalchemy import Connection

from ..ledger import effects, listing, open_references, plan_rows
from ..ledger.effects import Planned
from ..ledger.items import Item, Items
from ..ledger.listing import Listed
from ..ledger.open_references import OpenReferences
from ..ledger.projects import project_of
from ..ledger.writer import Writer
from ..model.problem import ERROR, Problem
from ..snapshot.tree import Tree


@dataclass
class Batch:
    """The results of one chunk.

    ``unchanged`` counts by project; ``doubtful`` are origins that the target made an earlier run skip.
    """

    entity: str
    planned: list[Planned] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    digests: list[tuple[str, str, str]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    open: list[OpenReferences] = field(default_factory=list)
    nodes: list[tuple[str, Optional[str], bool]] = field(default_factory=list)
    unchanged: Counter[Optional[str]] = field(default_factory=Counter)
    doubtful: set[str] = field(default_factory=set)

    def stays(self, key: str) -> None:
        """What this key names is as it was."""
        self.unchanged[project_of(self.entity, key)] += 1

    def leave_out(self, origin: str, cause: Problem) -> None:
        """List an item as failed where the cause is an error, else as skipped."""
        outcome = effects.FAILED if cause.severity == ERROR else effects.SKIPPED
        place = str(cause.place or "")
        self.listed.append(Listed(self.entity, origin, cause.key, outcome, cause.code, cause.message, place))


class Batches:
    """Writes batches."""

    def __init__(self, writer: Writer, items: Items, tree: Tree, run: str) -> None:
        self._writer = writer
        self._items = items
        self._tree = tree
        self._run = run

    def write(self, batch: Batch) -> None:
        """Make a batch durable."""

        def change(connection: Connection) -> None:
            plan_rows.enter(connection, self._run, batch.planned)
            self._items.put(connection, self._run, batch.items)
            self._items.digests(connection, batch.entity, batch.digests)
            open_references.put(connection, self._items, batch.open)
            listing.put(connection, self._run, batch.listed)
            listing.put_problems(connection, self._run, "plan", batch.problems)

        self._writer.submit(change)
        if batch.nodes:
            self._tree.add(batch.nodes)

    def join_lanes(self, entity: str, step: int, joined: Mapping[str, str]) -> None:
        """Move what was planned in a part of a lane into the whole."""
        self._writer.submit(partial(plan_rows.join_lanes, run=self._run, entity=entity, step=step, joined=joined))
