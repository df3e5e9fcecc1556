"""Which effects are ready: those whose parents are still being written are put aside until these have ended."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Iterable, Mapping, Optional, Sequence

from ..hooks.protocols import Loader
from ..ledger.effects import EffectRow
from ..model.payload import Ref
from .resolve import Resolver, names_of
from .task import Task

#: entity and origin of an item
Key = tuple[str, str]


@dataclass(frozen=True)
class Aside:
    """An effect that is not ready; of one that was not sent yet, its row stays in the ledger."""

    id: int
    key: Key
    parents: Sequence[Key]
    row: Optional[EffectRow]


class Readiness:
    """What is in the hands of the workers, and what waits for it outside of them.

    ``begin`` and ``end`` may be called by any thread, all else by the one that feeds.
    """

    def __init__(self, loaders: Mapping[str, Loader], resolver: Resolver) -> None:
        self._loaders, self._resolver = loaders, resolver
        self._guard = threading.Lock()
        #: by task, as an effect may become another one on its way
        self._in_hand: dict[int, Key] = {}
        self._aside: dict[Key, Aside] = {}

    @property
    def waiting(self) -> int:
        """How many effects are put aside."""
        return len(self._aside)

    def begin(self, task: Task) -> None:
        """An effect is handed to the workers."""
        with self._guard:
            self._in_hand[id(task)] = _key(task.row)

    def end(self, task: Task) -> None:
        """It has ended, whatever came of it."""
        with self._guard:
            self._in_hand.pop(id(task), None)

    def ready(self, rows: Sequence[EffectRow]) -> list[EffectRow]:
        """Those of some effects whose parents are not being written; the others are put aside."""
        if not rows or not self._loaders[rows[0].entity].parent_field:
            return list(rows)
        written = self._written()
        kept = []
        for row in rows:
            parents = self._parents(row)
            if written.isdisjoint(parents) and self._aside.keys().isdisjoint(parents):
                kept.append(row)
            else:
                stored = None if row.sent is None else row
                self._aside[_key(row)] = Aside(row.id, _key(row), parents, stored)
        return kept

    def take(self, limit: int, anyway: bool = False) -> list[Aside]:
        """Of what was put aside, that which is ready now, in order, at most so many; ``anyway``: ready or not."""
        if not self._aside:
            return []
        written = self._written()
        taken: list[Aside] = []
        for one in self._aside.values():
            if len(taken) >= limit:
                break
            if anyway or (written.isdisjoint(one.parents) and self._aside.keys().isdisjoint(one.parents)):
                taken.append(one)
        for one in taken:
            del self._aside[one.key]
        return taken

    def _written(self) -> set[Key]:
        with self._guard:
            return set(self._in_hand.values())

    def _parents(self, row: EffectRow) -> list[Key]:
        if row.display:  # it comes in the order of the numbers, perhaps just behind its parent in the same lane
            return []
        value = row.payload.get(self._loaders[row.entity].parent_field or "")
        return [] if not isinstance(value, Ref) else list(self._origins(value.entity, names_of(value)))

    def _origins(self, entity: str, aliases: Iterable[str]) -> Iterable[Key]:
        for alias in aliases:
            origin = self._resolver.origin(entity, alias)
            if origin is not None:
                yield entity, origin[0]


def _key(row: EffectRow) -> Key:
    return row.entity, row.origin
