"""Items that get the very keys they had: in the order of their numbers, with fillers for numbers that nobody has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Iterator, Optional, Sequence

from ..engine.context import Engine
from ..engine.numbers import GAP, filler_origin
from ..engine.resolve import OPEN_END, Resolver
from ..hooks.protocols import Numbering
from ..ledger import effects, numbers, plan_rows
from ..ledger.effects import ANY_NUMBER, CLEAR, FILL, Planned
from ..ledger.items import Items
from ..ledger.numbers import LAST, Lane
from ..ledger.writer import Writer
from ..model.payload import Ref
from ..model.problem import ERROR, WARNING, Problem
from ..snapshot.store import Snapshot
from .adoption import found_marks
from .drafting import write_step
from .engines import numberings
from .records import Records
from .steps import PLACE, Step
from .wiring import Wiring

TOO_MANY, REPRODUCED, NOT_REPRODUCED = "J2O-P050", "J2O-P051", "J2O-P052"
_CHUNK = 500


@dataclass(frozen=True)
class Scope:
    """What counts items on the target: a project. ``name`` begins the keys that it gives."""

    entity: str
    origin: str
    name: str


class Numbers:
    """Gives planned effects their turn by number, scope by scope; one for a whole plan."""

    def __init__(
        self, wiring: Wiring, snapshot: Snapshot, resolver: Resolver, items: Items, writer: Writer, run: str
    ) -> None:
        self._wiring, self._resolver, self._items = wiring, resolver, items
        self._writer, self._run = writer, run
        self._records = Records(snapshot, wiring.derivations)
        self._numbering = numberings(wiring.loaders)
        self._refusals: dict[str, str] = {}
        self._scopes: dict[tuple[str, str, str], Scope] = {}
        self._lanes: dict[str, dict[str, Scope]] = {}

    def in_turn(self, planned: Planned) -> list[Planned]:
        """A create, or an update that moves an item into another scope, in the lane of its scope; as it is where the
        scope is none whose keys can be reproduced. A parent that comes later is set by an effect of its own."""
        numbering = self._numbering.get(planned.entity)
        moves = planned.kind == effects.UPDATE and numbering is not None and numbering.by in (planned.only or ())
        if numbering is None or not (planned.kind == effects.CREATE or moves):
            return [planned]
        scope = self._scope(planned.entity, numbering, planned)
        if scope is None:
            return [planned]
        number = self._number(numbering, scope, planned.key)
        lane = numbers.lane_of(f"{scope.entity}/{scope.origin}")
        self._lanes.setdefault(planned.entity, {})[lane] = scope
        display = ANY_NUMBER if number is None else numbering.called(scope.name, number)
        placed = replace(planned, lane=lane, rank=LAST if number is None else number, display=display)
        return self._parent_later(placed, numbering, scope, number) if planned.kind == effects.CREATE else [placed]

    def settle(self, entity: str) -> Iterator[Problem]:
        """Fill the gaps and put all into its order, once an entity is planned; what there is to tell, scope by scope.

        An error keeps the plan from being carried out.
        """
        numbering = self._numbering.get(entity)
        if numbering is None:
            return
        if self._refusals.get(entity):
            yield self._told(entity, NOT_REPRODUCED, f"no keys are reproduced: {self._refusals[entity]}")
        step = write_step(self._wiring, entity).number
        wanting = {lane.name: lane for lane in numbers.lanes(self._items.engine, self._run, step)}
        for name, scope in self._lanes.get(entity, {}).items():
            if name in wanting:
                yield from self._settle_lane(entity, numbering, step, wanting[name], scope)
            else:
                self._give_up(step, name)
                message = f"the keys of {scope.name} are not reproduced: no issue is called {scope.name}-1 or the like"
                yield self._told(entity, NOT_REPRODUCED, message)
        if self._lanes.get(entity):
            self._submit(partial(numbers.arrange, run=self._run, step=step))

    # ---------------------------------------------------------------- one scope

    def _settle_lane(self, entity: str, numbering: Numbering, step: int, lane: Lane, scope: Scope) -> Iterator[Problem]:
        item = self._items.get(scope.entity, [scope.origin]).get(scope.origin)
        last = numbering.last(item.item) if item is not None else 0
        ours = self._highest(entity, numbering, scope)
        if last and not ours:
            self._give_up(step, lane.name)
            message = (
                f"the keys of {scope.name} are not reproduced: the project is not empty on the target (its newest is "
                f"{numbering.called(scope.name, last)})"
            )
            yield self._told(entity, NOT_REPRODUCED, message)
            return
        begin = max(last, ours)
        behind = sum(number <= begin for number in numbers.wanted(self._items.engine, self._run, step, lane.name))
        self._submit(partial(numbers.give_up_below, run=self._run, step=step, lane=lane.name, number=begin))
        wanted = numbers.wanted(self._items.engine, self._run, step, lane.name)
        if behind:
            message = (
                f"{behind} of the keys of {scope.name} are not reproduced: the target has counted past them (to "
                f"{numbering.called(scope.name, begin)}); these get numbers after all others"
            )
            yield self._told(entity, NOT_REPRODUCED, message)
        if wanted:
            yield self._fill(entity, numbering, step, lane.name, scope, begin, wanted)

    def _fill(
        self, entity: str, numbering: Numbering, step: int, lane: str, scope: Scope, begin: int, wanted: Sequence[int]
    ) -> Problem:
        """Plan the fillers of a lane, unless there are too many; returns what to tell."""
        highest = wanted[-1]
        gaps = highest - begin - len(wanted)
        first = numbering.called(scope.name, begin + 1)
        span = f"{first} to {numbering.called(scope.name, highest)}" if highest > begin + 1 else first
        if not numbering.takes(gaps, highest):
            message = (
                f"the keys {span} have {gaps:,} gaps for {len(wanted):,} issues, and {numbering.limit()} may be filled"
            )
            return Problem(TOO_MANY, message, ERROR, entity=entity, key=scope.name)
        chunk: list[Planned] = []
        before = begin
        for number in wanted:
            if number > before + 1:
                beside = numbers.neighbour(self._items.engine, self._run, step, lane, before)
                assert beside is not None
                for gap in range(before + 1, number):
                    display = numbering.called(scope.name, gap)
                    chunk.append(
                        Planned(
                            step=step,
                            entity=entity,
                            origin=filler_origin(display),
                            key=display,
                            kind=FILL,
                            effect_class="marked",
                            payload=numbering.filler(display, beside.payload),
                            rank=gap,
                            lane=lane,
                            display=display,
                        )
                    )
                    if len(chunk) >= _CHUNK:
                        chunk = self._plan(chunk)
            before = number
        self._plan(chunk)
        message = f"the keys {span} are reproduced: {len(wanted):,} work packages one after the other"
        filled = f", {gaps:,} numbers are filled by work packages that are removed again" if gaps else ""
        return self._told(entity, REPRODUCED, message + filled)

    def _plan(self, planned: Sequence[Planned]) -> list[Planned]:
        self._submit(partial(plan_rows.enter, run=self._run, effects=list(planned)))
        return []

    def _give_up(self, step: int, lane: str) -> None:
        self._submit(partial(numbers.give_up, run=self._run, step=step, lane=lane))

    def _submit(self, change: partial[None]) -> None:
        self._writer.submit(change)

    def _highest(self, entity: str, numbering: Numbering, scope: Scope) -> int:
        """The highest number that the target has given to something of ours."""
        prefix = numbering.called(scope.name, 1)[:-1]
        parts = (numbering.split(name) for name in numbers.given(self._items, entity, prefix))
        return max((part[1] for part in parts if part is not None and part[0] == scope.name), default=0)

    @staticmethod
    def _told(entity: str, code: str, message: str) -> Problem:
        return Problem(code, message, WARNING, entity=entity)

    # ---------------------------------------------------------------- one item

    def _scope(self, entity: str, numbering: Numbering, planned: Planned) -> Optional[Scope]:
        ref = planned.payload.get(numbering.by)
        origin = self._origin(ref) if isinstance(ref, Ref) else None
        if not isinstance(ref, Ref) or origin is None:
            return None
        if entity not in self._refusals:
            self._refusals[entity] = numbering.refusal()
        if self._refusals[entity]:
            return None
        known = self._scopes.get((entity, ref.entity, origin))
        if known is None:
            name = self._name(numbering, ref.entity, origin)
            known = self._scopes[(entity, ref.entity, origin)] = Scope(ref.entity, origin, name)
        return known if known.name else None

    def _name(self, numbering: Numbering, entity: str, origin: str) -> str:
        """What begins the keys that an item of the target gives, or will give once it is there."""
        item = self._items.get(entity, [origin]).get(origin)
        if item is not None:
            return item.display
        sourced = self._records.one(entity, origin)
        if sourced is None or entity not in self._wiring.mappings:
            return ""
        mapped = self._wiring.mappings[entity].apply(sourced.record, sourced.source)
        return numbering.name_of(mapped.payload)

    def _origin(self, ref: Ref) -> Optional[str]:
        found = (self._resolver.origin(ref.entity, alias) for alias in ref.aliases)
        return next((one[0] for one in found if one is not None), None)

    @staticmethod
    def _number(numbering: Numbering, scope: Scope, key: str) -> Optional[int]:
        part = numbering.split(key)
        return part[1] if part is not None and part[0] == scope.name else None

    def _parent_later(
        self, planned: Planned, numbering: Numbering, scope: Scope, number: Optional[int]
    ) -> list[Planned]:
        """The create alone where its parent is there before it; else without the parent, which is set later."""
        field = self._wiring.loaders[planned.entity].parent_field
        ref = planned.payload.get(field or "")
        if field is None or not isinstance(ref, Ref) or self._comes_before(ref, numbering, scope, number):
            return [planned]
        step = next(one for one in self._wiring.steps if one.entity == planned.entity and one.kind == PLACE)
        later = replace(
            planned,
            step=step.number,
            kind=effects.SHAPE,
            effect_class="repeatable",
            only=[field],
            rank=0,
            lane=planned.origin,
            display="",
        )
        payload = {name: value for name, value in planned.payload.items() if name != field}
        # Until it is set, every later run looks whether it can be.
        fields = {**planned.fields, field: planned.fields.get(field, "") + OPEN_END}
        return [replace(planned, payload=payload, fields=fields, record_digest=""), later]

    def _comes_before(self, ref: Ref, numbering: Numbering, scope: Scope, number: Optional[int]) -> bool:
        for alias in ref.aliases:
            found = self._resolver.origin(ref.entity, alias)
            if found is None:
                continue
            if self._resolver.item(ref.entity, found[0]) is not None:
                return True
            above = self._number(numbering, scope, found[1])
            return above is not None and (number is None or above < number)
        return True  # it is nowhere: what the spec says of that holds for the create


def plan_clearing(engine: Engine, snapshot: Snapshot, step: Step) -> None:
    """Plan the removal of whatever has filled a number and may stand on the target still, of this run or another."""
    planned = [
        Planned(
            step=step.number,
            entity=row.entity,
            origin=row.origin,
            key=row.key,
            kind=CLEAR,
            effect_class="repeatable",
            payload=row.payload,
            lane=row.origin,
            display=ANY_NUMBER,
            # Where it was sent twice there may be two: they are looked for.
            item=None if row.resent else row.item,
            undoes=row.id,
        )
        for row in numbers.to_clear(engine.items, engine.run, step.entity)
    ]
    planned.extend(_found(engine, snapshot, step, {one.origin for one in planned}))
    engine.writer.submit(lambda connection: plan_rows.enter(connection, engine.run, planned))


def _found(engine: Engine, snapshot: Snapshot, step: Step, known: set[str]) -> Iterator[Planned]:
    """Fillers that only the target knows of: the ledger was lost."""
    found = dict(found_marks(snapshot, step.entity, GAP))
    cleared = numbers.cleared(engine.items, step.entity) if found else set()
    for origin, identifier in found.items():
        if origin not in known and origin not in cleared:
            yield Planned(
                step=step.number,
                entity=step.entity,
                origin=origin,
                key=origin,
                kind=CLEAR,
                effect_class="repeatable",
                payload={},
                lane=origin,
                display=ANY_NUMBER,
                item=identifier,
            )
