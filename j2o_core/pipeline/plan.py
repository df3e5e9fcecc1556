"""Stage 3 and 4: map what changed, compare it with ledger and target, and enter the effects."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Mapping, Optional, Sequence

from sqlalchemy import Connection

from ..checks.records import check_against_any
from ..engine.record import image_digests
from ..engine.resolve import Resolution, Resolver
from ..hooks.protocols import Loader
from ..hooks.registry import RECORD_SCHEMA
from ..ledger import effects, listing
from ..ledger.effects import Planned
from ..ledger.items import CREATED, MATCHED, Item, Items
from ..ledger.listing import Listed
from ..ledger.writer import Writer
from ..mapping.codes import ITEM_SKIPPED
from ..mapping.compiled import EntityMapping
from ..mapping.model import Mapped
from ..mapping.readable import note_text
from ..model.digest import digest
from ..model.effect import EffectClass
from ..model.origin import Origin
from ..model.outcome import ItemFailed, ItemSkipped, Outcome
from ..model.payload import FAIL, Ref, to_json
from ..model.problem import ERROR, WARNING, Problem
from ..model.record import Record
from ..snapshot.store import Snapshot, Stub
from ..snapshot.tree import Tree
from .adoption import Adoption, Recognising
from .interrupt import Interrupted
from .options import Emit
from .records import Records, Sourced
from .steps import RESTORE, WRITE, Step
from .wiring import Wiring


@dataclass
class Batch:
    """What planning one chunk of records gives, written in one transaction."""

    planned: list[Planned] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    digests: list[tuple[str, str, str]] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    nodes: list[tuple[str, Optional[str], bool]] = field(default_factory=list)
    unchanged: int = 0
    doubtful: set[str] = field(default_factory=set)


class Planner:
    """Plans the entities of a run one after the other, in the order of their steps."""

    def __init__(
        self,
        wiring: Wiring,
        snapshot: Snapshot,
        items: Items,
        resolver: Resolver,
        writer: Writer,
        run: str,
        emit: Emit,
        stop: threading.Event,
        scan_again: frozenset[str] = frozenset(),
    ) -> None:
        self._wiring = wiring
        self._snapshot = snapshot
        self._items = items
        self._resolver = resolver
        self._writer = writer
        self._run = run
        self._emit = emit
        self._stop = stop
        self._scan_again = scan_again
        self._records = Records(snapshot, wiring.derivations)
        self._adoption = Adoption(snapshot, items)
        self._recognising = Recognising(resolver, self._adoption)
        self._tree = Tree(snapshot)
        self._schemas = {name: _record_schemas(wiring, name) for name in wiring.entities}
        #: of the files being planned, the parents that are on the target already
        self._standing: set[str] = set()
        #: what this plan leaves out: entity → origin → (outcome, message)
        self._left_out: dict[str, dict[str, tuple[str, str]]] = {}

    def plan(self) -> dict[str, dict[str, int]]:
        """Plan everything; returns, by entity, how many the source has and how many are unchanged."""
        counts: dict[str, dict[str, int]] = {}
        for entity in self._wiring.entities:
            counts[entity] = self._plan_entity(entity)
            self._emit({"event": "planned", "entity": entity, **counts[entity]})
        return counts

    # ---------------------------------------------------------------- one entity

    def _plan_entity(self, entity: str) -> dict[str, int]:
        loader, mapping = self._wiring.loaders[entity], self._wiring.mappings[entity]
        source, unchanged = 0, 0
        if self._items.count(entity) == 0 or entity in self._scan_again:
            self._adoption.scan(entity, loader)
        if loader.parent_field:
            self._tree.clear()
        for stubs in self._snapshot.stubs(entity):
            if self._stop.is_set():
                raise Interrupted
            source += len(stubs)
            known = self._items.get(entity, [stub.id for stub in stubs])
            todo = [stub for stub in stubs if not _same(known.get(stub.id), _digest_of(stub, mapping), mapping.digest)]
            new = [stub.id for stub in todo if stub.id not in known]
            batch = Batch(unchanged=len(stubs) - len(todo), doubtful=self._refused_before(entity, new))
            if loader.claimed_by:
                self._standing = set(self._items.get(loader.claimed_by, [stub.parent_id or "" for stub in todo]))
            for stub, sourced in zip(todo, self._records.load(entity, todo)):
                sourced = replace(sourced, digest=_digest_of(stub, mapping))
                self._plan_record(batch, entity, sourced, known.get(stub.id))
            self._write(entity, batch)
            unchanged += batch.unchanged
            self._emit({"event": "progress", "stage": "plan", "entity": entity, "done": source, "total": None})
        source += self._list_unreturned(entity)
        if loader.parent_field:
            self._place(entity, loader)
            self._plan_restore(entity, loader)
        return {"source": source, "unchanged": unchanged}

    def _plan_record(self, batch: Batch, entity: str, sourced: Sourced, item: Optional[Item]) -> None:
        record = sourced.record
        mapping, loader = self._wiring.mappings[entity], self._wiring.loaders[entity]
        try:
            if item is None:
                self._check_parent(record.parent)
            self._check_record(batch, record)
            mapped = mapping.apply(record, sourced.source)
            batch.problems.extend((record.origin.id, problem) for problem in mapped.problems)
            if mapped.skip is not None:
                place = str(mapped.skip_place) if mapped.skip_place else ""
                origin = record.origin.id
                self._list(batch, entity, origin, record.key, effects.SKIPPED, ITEM_SKIPPED, mapped.skip, place)
                return
            if mapped.fail is not None:
                place = str(mapped.fail.place) if mapped.fail.place else ""
                code, message = mapped.fail.code, mapped.fail.message
                self._list(batch, entity, record.origin.id, record.key, effects.FAILED, code, message, place)
                return
            self._check_references(mapped, loader)
            self._check_target(batch, record.origin.id, record.key, entity, mapped, loader)
        except ItemSkipped as outcome:
            self._list_outcome(batch, entity, record.origin.id, record.key, effects.SKIPPED, outcome)
            return
        except ItemFailed as outcome:
            self._list_outcome(batch, entity, record.origin.id, record.key, effects.FAILED, outcome)
            return
        if loader.parent_field:
            batch.nodes.append(self._node(record.origin.id, mapped, loader))
        fields = _field_digests(mapped)
        if item is not None:
            self._compare(batch, entity, sourced, mapped, fields, item)
            return
        planned = self._create(entity, sourced, mapped, fields)
        if self._adoption.has(entity) and self._adopt(batch, planned, loader):
            return
        batch.planned.append(replace(planned, doubtful=record.origin.id in batch.doubtful))

    def _refused_before(self, entity: str, origins: Sequence[str]) -> set[str]:
        items = self._items
        return listing.refused_before(items.engine, items.target, items.source, self._run, entity, origins)

    def _create(self, entity: str, sourced: Sourced, mapped: Mapped, fields: Mapping[str, str]) -> Planned:
        record, loader = sourced.record, self._wiring.loaders[entity]
        claimed = loader.claimed_by and record.parent and record.parent.id not in self._standing
        kind = effects.UPLOAD if claimed else effects.CREATE
        parent = str(record.parent) if record.parent else ""
        return Planned(
            step=self._step(loader.claimed_by if kind == effects.UPLOAD and loader.claimed_by else entity).number,
            entity=entity,
            origin=record.origin.id,
            key=record.key,
            kind=kind,
            effect_class=loader.effect_class.value,
            payload=mapped.payload,
            notes=[(label, note_text(value)) for label, value in mapped.preserved.items()],
            parent_entity=record.parent.entity if record.parent else None,
            parent_origin=record.parent.id if record.parent else None,
            rank=loader.rank(mapped.payload),
            lane=loader.lane(record.origin.id, parent, "", mapped.payload),
            record_digest=sourced.digest,
            mapping_digest=self._wiring.mappings[entity].digest,
            fields=fields,
        )

    # ---------------------------------------------------------------- compare

    def _compare(
        self,
        batch: Batch,
        entity: str,
        sourced: Sourced,
        mapped: Mapped,
        fields: Mapping[str, str],
        item: Item,
    ) -> None:
        loader = self._wiring.loaders[entity]
        changed = [
            name for name in fields if fields[name] != item.fields.get(name) and name not in loader.finish_fields
        ]
        if _NOTES in changed:
            changed.remove(_NOTES)
            if loader.notes_field and loader.notes_field not in changed:
                changed.append(loader.notes_field)
        if item.owned == MATCHED and loader.effect_class is EffectClass.NATURAL:
            changed = [name for name in changed if name in loader.shared_fields]
        if not changed:
            batch.unchanged += 1
            batch.digests.append((item.origin, sourced.digest, self._wiring.mappings[entity].digest))
            return
        batch.planned.append(self._change(entity, sourced, mapped, fields, changed))

    def _change(
        self, entity: str, sourced: Sourced, mapped: Mapped, fields: Mapping[str, str], only: Sequence[str]
    ) -> Planned:
        planned = self._create(entity, sourced, mapped, fields)
        return replace(planned, kind=effects.UPDATE, only=list(only), step=self._step(entity).number)

    def _adopt(self, batch: Batch, planned: Planned, loader: Loader) -> bool:
        """Take over what stands on the target already; ``False`` where nothing does."""
        entity = planned.entity
        try:
            row = _as_row(planned)
            resolution = Resolution(self._recognising, row, self._wiring.source, loader.required)
            keys = list(loader.keys(resolution.effect))
        except (ItemFailed, ItemSkipped):
            return False  # what it refers to does not exist yet, so neither can it
        match = self._adoption.find(entity, planned.origin, keys)
        if match is None:
            return False
        found, ours = match
        changed = [
            name
            for name, value in loader.image(resolution.effect).items()
            # What others own is only added to, where the target can hold both.
            if (ours or name in loader.shared_fields) and not loader.holds(name, value, found.image.get(name))
        ]
        batch.items.append(
            Item(
                entity,
                planned.origin,
                planned.key,
                found.id,
                CREATED if ours else MATCHED,
                found.display,
                found.parent or None,
                "" if changed or resolution.unresolved else planned.record_digest,
                planned.mapping_digest,
                {} if changed else planned.fields,
                image_digests(found.image),
                found.version,
                found.updated,
            )
        )
        if changed:
            step = self._step(entity).number
            batch.planned.append(replace(planned, kind=effects.UPDATE, only=changed, step=step))
        else:
            batch.unchanged += 1
        return True

    # ---------------------------------------------------------------- what is left out

    def _check_record(self, batch: Batch, record: Record) -> None:
        """Whether the record looks as its extractor says. What does not is told; the mapping decides what it takes."""
        for problem in check_against_any(record, self._schemas[record.origin.entity]):
            batch.problems.append((record.origin.id, replace(problem, severity=WARNING)))

    def _check_parent(self, parent: Optional[Origin]) -> None:
        if parent is None:
            return
        left_out = self._left_out.get(parent.entity, {}).get(parent.id)
        if left_out is None:
            return
        outcome, message = left_out
        if outcome == effects.SKIPPED:
            raise ItemSkipped(f"the item it belongs to was skipped: {message}", code="J2O-E010")
        raise ItemFailed(f"the item it belongs to has failed: {message}", code="J2O-E010")

    def _check_references(self, mapped: Mapped, loader: Loader) -> None:
        for name, value in mapped.payload.items():
            for ref in value if isinstance(value, list) else (value,):
                if isinstance(ref, Ref) and not self._is_coming(ref):
                    label = ref.label or (ref.aliases[0] if ref.aliases else "?")
                    message = f"{name}: '{label}' is not among the migrated {ref.entity}"
                    if ref.missing == FAIL:
                        raise ItemFailed(message, code="J2O-E011")
                    if name in loader.required:
                        raise ItemSkipped(message, code="J2O-E012")

    def _is_coming(self, ref: Ref) -> bool:
        for alias in (*ref.aliases, *((ref.use,) if ref.use else ())):
            origin = self._resolver.origin(ref.entity, alias)
            if origin is not None and origin[0] not in self._left_out.get(ref.entity, {}):
                return True
        return False

    def _check_target(self, batch: Batch, origin: str, key: str, entity: str, mapped: Mapped, loader: Loader) -> None:
        for problem in loader.problems(mapped.payload):
            if problem.severity == ERROR:
                raise ItemFailed(problem.message, code=problem.code)
            batch.problems.append((origin, _about(problem, entity, key)))

    def _list_outcome(self, batch: Batch, entity: str, origin: str, key: str, outcome: str, reason: Outcome) -> None:
        self._list(batch, entity, origin, key, outcome, reason.code or "J2O-P001", reason.message, "")

    def _list(
        self, batch: Batch, entity: str, origin: str, key: str, outcome: str, code: str, message: str, place: str
    ) -> None:
        batch.listed.append(Listed(entity, origin, key, outcome, code, message, place))
        self._left_out.setdefault(entity, {})[origin] = (outcome, message)

    def _list_unreturned(self, entity: str) -> int:
        total, batch = 0, Batch()
        for missing in self._snapshot.unreturned(entity):
            total += missing.count
            for number in range(1, missing.count + 1):
                self._list(
                    batch,
                    entity,
                    f"{missing.parent_id}/unreturned/{number}",
                    missing.parent_key,
                    effects.SKIPPED,
                    "J2O-P002",
                    "the source counts it but does not return it (restricted, or no permission)",
                    "",
                )
            if len(batch.listed) >= _CHUNK:
                self._write(entity, batch)
                batch = Batch()
        self._write(entity, batch)
        return total

    # ---------------------------------------------------------------- trees

    def _node(self, origin: str, mapped: Mapped, loader: Loader) -> tuple[str, Optional[str], bool]:
        parent = None
        ref = mapped.payload.get(loader.parent_field or "")
        if isinstance(ref, Ref):
            for alias in ref.aliases:
                found = self._resolver.origin(ref.entity, alias)
                if found is not None:
                    parent = found[0]
                    break
        valued = any(mapped.payload.get(name) not in (None, "", []) for name in loader.restored_fields)
        return origin, parent, valued

    def _place(self, entity: str, loader: Loader) -> None:
        step = self._step(entity).number
        for chunk in self._tree.places():
            places = []
            for place in chunk:
                parent = f"{self._wiring.source}/{entity}/{place.parent}" if place.parent else ""
                root = f"{self._wiring.source}/{entity}/{place.root}"
                if place.large:
                    root = parent or root
                places.append((place.id, place.depth, loader.lane(place.id, parent, root, {})))
            self._writer.submit(partial(_place_effects, run=self._run, entity=entity, step=step, places=places))
        circles = self._tree.circles()
        if circles:
            problem = Problem(
                "J2O-P010",
                f"{len(circles)} items are their own ancestors or stand below such: {', '.join(circles[:5])}; "
                "their parents are left out where they do not exist yet",
                WARNING,
                entity=entity,
                field=loader.parent_field or "",
            )
            self._writer.submit(lambda connection: listing.put_problems(connection, self._run, "plan", [("", problem)]))

    def _plan_restore(self, entity: str, loader: Loader) -> None:
        steps = [step for step in self._wiring.steps if step.entity == entity and step.kind == RESTORE]
        if not steps:
            return
        batch = Batch()
        left_out = self._left_out.get(entity, {})
        for origin in self._tree.disturbed():
            sourced = self._records.one(entity, origin)
            if sourced is None or origin in left_out or not self._gets_children(entity, origin):
                continue
            mapped = self._wiring.mappings[entity].apply(sourced.record, sourced.source)
            planned = self._create(entity, sourced, mapped, _field_digests(mapped))
            only, number = list(loader.restored_fields), steps[0].number
            batch.planned.append(replace(planned, kind=effects.SHAPE, only=only, step=number))
        self._write(entity, batch)

    def _gets_children(self, entity: str, origin: str) -> bool:
        """Whether this run creates a child of it."""
        children = self._tree.children(origin)
        known = self._items.get(entity, children)
        return any(child not in known for child in children)

    # ---------------------------------------------------------------- writing

    def _write(self, entity: str, batch: Batch) -> None:
        def change(connection: Connection) -> None:
            effects.plan(connection, self._run, batch.planned)
            self._items.put(connection, self._run, batch.items)
            self._items.digests(connection, entity, batch.digests)
            listing.put(connection, self._run, batch.listed)
            listing.put_problems(connection, self._run, "plan", batch.problems)

        self._writer.submit(change)
        if batch.nodes:
            self._tree.add(batch.nodes)

    def _step(self, entity: str) -> Step:
        return next(step for step in self._wiring.steps if step.entity == entity and step.kind == WRITE)


def _place_effects(
    connection: Connection, run: str, entity: str, step: int, places: Sequence[tuple[str, int, str]]
) -> None:
    effects.place(connection, run, entity, step, places)


#: how many lines are written at once
_CHUNK = 500
#: the name under which preserved values are digested
_NOTES = "(notes)"


def _record_schemas(wiring: Wiring, entity: str) -> list[Mapping[str, Any]]:
    names = [extract.plugin or extract.split for extract in wiring.spec.entities[entity].extract]
    found = [wiring.plugins.registry.find(RECORD_SCHEMA, name) for name in names if name]
    return [schema for schema in found if schema is not None]


def _same(item: Optional[Item], record_digest: str, mapping_digest: str) -> bool:
    return item is not None and item.record_digest == record_digest and item.mapping_digest == mapping_digest


def _digest_of(stub: Stub, mapping: EntityMapping) -> str:
    """The digest of all that the mapping reads: of the record it was split from too, where it reads that."""
    return f"{stub.digest}+{stub.parent_digest}" if mapping.reads_source and stub.parent_digest else stub.digest


def _field_digests(mapped: Mapped) -> dict[str, str]:
    fields = {name: digest(to_json(value)) for name, value in mapped.payload.items()}
    if mapped.preserved:
        fields[_NOTES] = digest(to_json(dict(mapped.preserved)))
    return fields


def _about(problem: Problem, entity: str, key: str) -> Problem:
    return replace(problem, entity=problem.entity or entity, key=problem.key or key)


def _as_row(planned: Planned) -> effects.EffectRow:
    return effects.EffectRow(
        id=0,
        rank=planned.rank,
        step=planned.step,
        entity=planned.entity,
        origin=planned.origin,
        key=planned.key,
        kind=planned.kind,
        lane=planned.lane,
        payload=planned.payload,
        notes=planned.notes,
        only=None,
        parent_entity=planned.parent_entity,
        parent_origin=planned.parent_origin,
        record_digest=planned.record_digest,
        mapping_digest=planned.mapping_digest,
        fields=planned.fields,
        attempts=0,
        sent=None,
        resent=False,
    )
