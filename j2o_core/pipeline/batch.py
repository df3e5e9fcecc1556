"""What planning a chunk of records gives, written in one transaction, and what the whole plan leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Optional

from sqlalchemy import Connection

from ..ledger import effects, listing
from ..ledger.effects import Planned
from ..ledger.items import Item, Items
from ..ledger.listing import Listed
from ..ledger.writer import Writer
from ..model.origin import Origin
from ..model.outcome import ItemFailed, ItemSkipped
from ..model.problem import Problem
from ..snapshot.tree import Tree


@dataclass
class Batch:
    """The results of one chunk. ``doubtful`` are origins that the target made an earlier run skip."""

    entity: str
    planned: list[Planned] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    digests: list[tuple[str, str, str]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    nodes: list[tuple[str, Optional[str], bool]] = field(default_factory=list)
    unchanged: int = 0
    doubtful: set[str] = field(default_factory=set)


class Batches:
    """Writes batches, and remembers what they leave out."""

    def __init__(self, writer: Writer, items: Items, tree: Tree, run: str) -> None:
        self._writer = writer
        self._items = items
        self._tree = tree
        self._run = run
        #: entity → origin → (outcome, message)
        self._left_out: dict[str, dict[str, tuple[str, str]]] = {}

    def leave_out(
        self, batch: Batch, origin: str, key: str, outcome: str, code: str, message: str, place: str = ""
    ) -> None:
        """List an item as skipped or failed."""
        batch.listed.append(Listed(batch.entity, origin, key, outcome, code, message, place))
        self._left_out.setdefault(batch.entity, {})[origin] = (outcome, message)

    def is_left_out(self, entity: str, origin: str) -> bool:
        """Whether this plan leaves an item out."""
        return origin in self._left_out.get(entity, {})

    def check_parent(self, parent: Optional[Origin]) -> None:
        """What belongs to something left out shares its fate: raises ``ItemSkipped`` or ``ItemFailed``."""
        left_out = self._left_out.get(parent.entity, {}).get(parent.id) if parent else None
        if left_out is None:
            return
        outcome, message = left_out
        if outcome == effects.SKIPPED:
            raise ItemSkipped(f"the item it belongs to was skipped: {message}", code="J2O-E010")
        raise ItemFailed(f"the item it belongs to has failed: {message}", code="J2O-E010")

    def write(self, batch: Batch) -> None:
        """Make a batch durable."""

        def change(connection: Connection) -> None:
            effects.plan(connection, self._run, batch.planned)
            self._items.put(connection, self._run, batch.items)
            self._items.digests(connection, batch.entity, batch.digests)
            listing.put(connection, self._run, batch.listed)
            listing.put_problems(connection, self._run, "plan", batch.problems)

        self._writer.submit(change)
        if batch.nodes:
            self._tree.add(batch.nodes)
