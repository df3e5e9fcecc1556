"""The effects of a plan one by one: what each does to which item, field by field, and whether it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Optional, Sequence

from ..engine.resolve import Resolution
from ..ledger import plans
from ..ledger.effects import UPDATE, EffectRow
from ..ledger.items import Item
from ..model.effect import Effect, Found
from ..model.outcome import ItemFailed, ItemSkipped
from ..model.payload import to_json
from .legible import Legible
from .planning import PlanView
from .standing import found_now


@dataclass(frozen=True)
class Change:
    """One field: what the target holds now (``None`` for what is created), and what is to be written."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class PlanLine:
    """One effect. ``fields`` are those that an update sets; ``changes`` are there only where they were asked for."""

    entity: str
    key: str
    origin: str
    action: str
    undo: str
    fields: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain data; without what is empty."""
        form: dict[str, Any] = {
            "entity": self.entity,
            "key": self.key,
            "origin": self.origin,
            "action": self.action,
            "undo": self.undo,
        }
        if self.fields:
            form["fields"] = list(self.fields)
        if self.changes:
            form["diff"] = [{"field": one.field, "before": one.before, "after": one.after} for one in self.changes]
        return form


@dataclass(frozen=True)
class Asked:
    """Which effects are wanted, and whether field by field; that of updates reads their items from the target."""

    entity: str = ""
    key: str = ""
    diff: bool = False


@dataclass
class PlanLines:
    """Reads the effects of a plan in chunks, entity by entity in the order of writing."""

    view: PlanView
    asked: Asked = field(default_factory=Asked)

    def __iter__(self) -> Iterator[PlanLine]:
        """Every wanted effect; raises what reading the target raises."""
        view, asked = self.view, self.asked
        legible = Legible(view.wiring.plugins.registry)
        for rows in plans.stream(view.ledger.engine, view.state.id, asked.entity, asked.key):
            entity = rows[0].entity
            loader = view.wiring.loaders[entity]
            updates = [row.origin for row in rows if row.kind == UPDATE]
            known = view.items.get(entity, updates) if asked.diff else {}
            found = found_now(loader, list(known.values())) if known else {}
            for row in rows:
                yield PlanLine(
                    entity=entity,
                    key=row.key,
                    origin=row.origin,
                    action="update" if row.kind == UPDATE else "create",
                    undo=loader.undo.value,
                    fields=tuple(sorted(row.only or ())) if row.kind == UPDATE else (),
                    changes=tuple(self._changes(row, known, found, legible)) if asked.diff else (),
                )

    def _changes(
        self, row: EffectRow, known: Mapping[str, Item], found: Mapping[str, Found], legible: Legible
    ) -> Iterator[Change]:
        item = known.get(row.origin)
        current = found.get(item.item) if item is not None else None
        effect = resolved(self.view, row) if current is not None else None
        if current is None or effect is None:
            yield from _symbolic(row, legible)
            return
        loader = self.view.wiring.loaders[row.entity]
        try:
            wanted = loader.wanted(effect)
        except (ItemFailed, ItemSkipped):
            yield from _symbolic(row, legible)
            return
        for name, value in wanted.items():
            before = current.image.get(name)
            if not loader.holds(name, value, before):
                yield Change(name, before, value)


def resolved(view: PlanView, row: EffectRow) -> Optional[Effect]:
    """The effect with the items it refers to; ``None`` while one that it cannot be without is not on the target."""
    try:
        loader = view.wiring.loaders[row.entity]
        return Resolution(view.resolver, row, view.wiring.source, loader.required).effect
    except (ItemFailed, ItemSkipped):
        return None


def _symbolic(row: EffectRow, legible: Legible) -> Iterator[Change]:
    """As it was mapped: references are still those of the source."""
    wanted: Sequence[str] = sorted(row.only) if row.only is not None else list(row.payload)
    for name in wanted:
        if name in row.payload:
            yield Change(name, None, to_json(legible.of(row.payload[name])))
    if row.only is None:
        for label, value in row.notes:
            yield Change(f"({label})", None, to_json(legible.of(value)))
