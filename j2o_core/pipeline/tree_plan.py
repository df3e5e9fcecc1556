"""Parents before children, trees in lanes, and the restoring of what children disturb."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Iterator

from ..checks.left_out import LeftOut
from ..hooks.protocols import Loader
from ..ledger import effects, plan_rows
from ..ledger.effects import Planned
from ..ledger.items import Items
from ..ledger.writer import Writer
from ..snapshot.tree import Tree
from .drafting import draft, write_step
from .records import Records
from .steps import RESTORE
from .wiring import Wiring


class TreePlan:
    """Plans what depends on the tree of one entity, once all its records are planned."""

    def __init__(self, wiring: Wiring, tree: Tree, items: Items, records: Records, writer: Writer, run: str) -> None:
        self._wiring = wiring
        self._tree = tree
        self._items = items
        self._records = records
        self._writer = writer
        self._run = run

    def place(self, entity: str, loader: Loader) -> None:
        """Set rank and lane of planned effects by their place in the tree.

        Ranks go up from parents to children, and from one wave of trees to the next: trees are written to their ends
        before the last ones begin. Workers on several machines wait for each other at each rank: there, all trees are
        one wave.
        """
        step, prefix = write_step(self._wiring, entity).number, f"{self._wiring.source}/{entity}/"
        for chunk in self._tree.places(entity):
            places = []
            for place in chunk:
                parent = f"{prefix}{place.parent}" if place.parent else ""
                root = parent if place.large and parent else f"{prefix}{place.root}"
                wave = place.wave if self._wiring.spec.runtime.dask is None else 0
                places.append((place.id, wave + place.depth, loader.lane(place.id, parent, root, {})))
            self._writer.submit(partial(plan_rows.place, run=self._run, entity=entity, step=step, places=places))

    def restoring(self, entity: str, left_out: LeftOut, moved: set[str]) -> Iterator[Planned]:
        """The restoring of every parent that gets a child in this run, new or ``moved`` to it."""
        loader, mapping = self._wiring.loaders[entity], self._wiring.mappings[entity]
        step = next((one for one in self._wiring.steps if one.entity == entity and one.kind == RESTORE), None)
        for origin in self._tree.disturbed() if step else ():
            if left_out.has(entity, origin) or not (origin in moved or self._gets_child(entity, origin)):
                continue
            sourced = self._records.one(entity, origin)
            if sourced is None or step is None:
                continue
            planned = draft(self._wiring, entity, sourced, mapping.apply(sourced.record, sourced.source), False)
            only = list(loader.restored_fields)
            yield replace(planned, kind=effects.SHAPE, only=only, step=step.number)

    def _gets_child(self, entity: str, origin: str) -> bool:
        children = self._tree.children(origin)
        known = self._items.get(entity, children)
        return any(child not in known for child in children)
