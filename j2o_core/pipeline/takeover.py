"""What an earlier tool has written, by its id maps: looked up on the target, and taken over as owned by others."""

from __future__ import annotations

import contextlib
import datetime
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator, Optional, Sequence

from ..engine.resolve import Resolver
from ..engine.written import image_digests
from ..expressions.dates import parse_timestamp
from ..hooks.protocols import Loader
from ..ledger.effects import Planned
from ..ledger.items import CREATED, MATCHED, Item, Items
from ..model.effect import Effect, EffectClass, Found, TargetItem
from ..model.outcome import ItemFailed
from ..model.problem import ERROR, WARNING, Problem
from ..model.record import Record
from ..snapshot.store import Snapshot
from ..spec.model import Spec, TakeoverSpec
from ..spec.takeover import read_maps
from .batch import Batch

#: how many entries that lead nowhere are told one by one
_TOLD = 100
_AT_ONCE = 50
#: what a planned effect asks of the target, with its references resolved; ``None``: some of them have no item yet
AsEffect = Callable[[Planned], Optional[Effect]]


@dataclass(frozen=True)
class Claim:
    """What the maps say of one origin: its id on the target, and when that was written."""

    target: str
    moment: Optional[datetime.datetime] = None


class Takeover:
    """The claims of the id maps of one spec; without such maps it takes nothing."""

    def __init__(self, spec: Spec, snapshot: Snapshot, items: Items, resolver: Resolver, effect: AsEffect) -> None:
        self._spec: Optional[TakeoverSpec] = spec.takeover
        self._folder = Path(spec.files[0]).parent if spec.files else Path()
        self._snapshot, self._items, self._resolver, self._effect = snapshot, items, resolver, effect
        self._read: Optional[dict[str, list[tuple[tuple[str, ...], Claim]]]] = None
        self._claims: dict[str, dict[str, Claim]] = {}
        self._clashes: dict[tuple[str, str], str] = {}
        self._found: dict[str, Found] = {}
        self._gone: set[str] = set()
        self._taken: dict[tuple[str, str], Optional[str]] = {}

    def begin(self, entity: str) -> Iterator[Problem]:
        """Find the origins that the maps name of this entity; tells the entries that name none."""
        if self._spec is None or entity in self._claims:
            return
        claims: dict[str, Claim] = {}
        owners: dict[str, str] = {}
        self._claims[entity] = claims
        lost: list[str] = []
        for names, claim in self._entries(entity):
            origins = {found[0] for found in (self._resolver.origin(entity, name) for name in names) if found}
            if not origins:
                lost.append(names[0])
            for origin in origins:
                known = claims.setdefault(origin, claim)
                other = owners.setdefault(claim.target, origin)
                if len(origins) > 1 or known.target != claim.target:
                    self._clash(entity, origins, f"the id map names {known.target} and {claim.target} for it")
                elif other != origin:
                    self._clash(entity, (origin, other), f"the id map names {claim.target} for another item too")
        for target, stored in self._items.by_target(entity, list(owners)).items():
            for item in stored:
                if item.origin != owners[target]:
                    self._clash(entity, (owners[target],), f"{target}, which the id map names for it, is {item.key}")
        for name in lost[:_TOLD]:
            message = f"the id map names '{name}', which the source does not have or the spec does not select"
            yield Problem("J2O-P014", message, WARNING, entity=entity, key=name)
        if len(lost) > _TOLD:
            message = f"{len(lost) - _TOLD} more entries of the id map name nothing that was read"
            yield Problem("J2O-P014", message, WARNING, entity=entity)

    def look_up(self, entity: str, loader: Loader, origins: Sequence[str]) -> None:
        """Ask the target for what the maps name for these origins."""
        claims = self._claims.get(entity, {})
        self._found.clear()
        self._gone.clear()
        wanted = {claims[origin].target: origin for origin in origins if origin in claims}
        identifiers = list(wanted)
        at_once = min(_AT_ONCE, loader.read_batch)
        for start in range(0, len(identifiers), at_once):
            for found in _standing(loader, identifiers[start : start + at_once]):
                if found.id in wanted:
                    self._found[wanted[found.id]] = found
        self._gone.update(origin for origin in wanted.values() if origin not in self._found)

    def take(self, batch: Batch, planned: Planned, loader: Loader) -> Optional[list[str]]:
        """Take over what the maps name for this item: the fields to be written, ``None`` where they name nothing.

        ``left_out`` has found nothing against it.
        """
        entity, origin = planned.entity, planned.origin
        found = self._found.get(origin) if self._claims.get(entity) else None
        if found is None:
            if origin in self._gone and self._claims.get(entity):
                target = self._claims[entity][origin].target
                message = f"{target}, which the id map names for it, is not on the target any more: it is created again"
                batch.problems.append((origin, Problem("J2O-P013", message, WARNING, entity=entity, key=planned.key)))
            return None
        ours = found.mark == origin
        effect = self._effect(planned)
        changed: list[str] = []
        if self._spec is not None and self._spec.existing == "update" and effect is not None:
            natural = loader.effect_class is EffectClass.NATURAL and not ours
            changed = [
                name
                for name, value in loader.image(effect).items()
                if not (natural and name not in loader.shared_fields)
                and not loader.holds(name, value, found.image.get(name))
            ]
        batch.items.append(
            Item(
                entity,
                origin,
                planned.key,
                found.id,
                CREATED if ours else MATCHED,
                found.display,
                found.parent or None,
                "" if changed else planned.record_digest,
                planned.mapping_digest,
                {} if changed else planned.fields,
                image_digests(found.image),
                found.version,
                found.updated,
            )
        )
        return changed

    def left_out(self, planned: Planned, record: Record, loader: Loader) -> Optional[Problem]:
        """Why an item is not written: the maps contradict themselves or the target, or the earlier tool wrote it."""
        entity, origin = planned.entity, planned.origin
        if self._spec is None:
            return None
        reason = self._clashes.get((entity, origin)) or self._contradiction(planned, loader)
        if reason:
            natural = loader.effect_class is EffectClass.NATURAL
            self._found.pop(origin, None)
            if natural:
                return None  # found by its name, as without a map
            message = f"{reason}: mend the map, so that nothing is created twice"
            return Problem("J2O-P011", message, ERROR, self._spec.place, entity=entity, key=planned.key)
        path = self._spec.children.get(entity)
        if path is None or not planned.parent_entity or not planned.parent_origin or origin in self._found:
            return None
        parent = self._taken_parent(planned.parent_entity, planned.parent_origin)
        claim = self._claims.get(planned.parent_entity, {}).get(planned.parent_origin)
        if parent is None or claim is None:
            return None
        created = _moment(_at(record.data, path))
        if created is None or claim.moment is None or created > claim.moment:
            return None
        if not self._strangers(entity, loader, parent):
            return None
        message = "older than the taking over of its parent, where the earlier tool has written such: not written again"
        return Problem("J2O-P012", message, WARNING, self._spec.place, entity=entity, key=planned.key)

    # ---------------------------------------------------------------- the maps

    def _entries(self, entity: str) -> Sequence[tuple[tuple[str, ...], Claim]]:
        """The entries of one entity; the files are read once."""
        assert self._spec is not None
        if self._read is None:
            self._read = {}
            until = _moment(self._spec.until)
            for path, read in read_maps(self._spec.files, self._folder):
                changed = datetime.datetime.fromtimestamp(path.stat().st_mtime, datetime.timezone.utc)
                for entry in read.entries:
                    claim = Claim(entry.target, _moment(entry.moment) or until or changed)
                    self._read.setdefault(entry.entity, []).append((entry.names, claim))
        return self._read.get(entity, ())

    def _clash(self, entity: str, origins: Any, reason: str) -> None:
        for origin in origins:
            self._clashes.setdefault((entity, origin), reason)

    def _contradiction(self, planned: Planned, loader: Loader) -> str:
        """Why the item on the target cannot be the one that is meant."""
        found = self._found.get(planned.origin) if self._claims.get(planned.entity) else None
        if found is None:
            return ""
        if found.mark is not None and found.mark != planned.origin:
            return f"{found.id}, which the id map names for it, bears the origin mark of another item"
        effect = self._effect(planned)
        image = loader.image(effect) if effect is not None else {}
        for name in loader.required:
            refers = effect is not None and isinstance(effect.payload.get(name), TargetItem)
            stored, wanted = found.image.get(name), image.get(name)
            if refers and stored and wanted and stored != wanted:
                return f"{found.id}, which the id map names for it, stands in another {name}"
        return ""

    # ---------------------------------------------------------------- children

    def _taken_parent(self, entity: str, origin: str) -> Optional[str]:
        """The id of a parent that was taken over, ``None`` for one of ours."""
        key = (entity, origin)
        if key not in self._taken:
            claim = self._claims.get(entity, {}).get(origin)
            item = self._items.get(entity, [origin]).get(origin) if claim is not None else None
            owned = item is not None and claim is not None and item.owned == MATCHED and item.item == claim.target
            self._taken[key] = item.item if item is not None and owned else None
        return self._taken[key]

    def _strangers(self, entity: str, loader: Loader, parent: str) -> bool:
        """Whether children of a kind that j2o has not made stand below a parent; asked once, and kept."""
        name = f"strangers:{entity}:{parent}"
        known = self._snapshot.meta(name)
        if known is None:
            known = "yes" if loader.strangers(parent) else "no"
            self._snapshot.set_meta(name, known)
        return known == "yes"


def _standing(loader: Loader, identifiers: Sequence[str]) -> Iterator[Found]:
    """Those of the items that are there."""
    found: dict[str, Found] = {}
    with contextlib.suppress(ItemFailed):  # one id that is no more spoils the question: then each is asked for
        found = {one.id: one for one in loader.read_many(identifiers)}
    yield from found.values()
    for identifier in identifiers:
        if identifier in found:
            continue
        try:
            yield loader.read(identifier)
        except ItemFailed as refused:
            if refused.detail.get("status") not in (403, 404):
                raise


def _at(data: Any, path: str) -> Any:
    for part in path.split("."):
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _moment(value: Any) -> Optional[datetime.datetime]:
    """A moment as either system writes it; a day is taken to its end, and what bears no offset is UTC."""
    if value is None or value == "":
        return None
    text = str(value).strip() if isinstance(value, str) else value
    if isinstance(text, str) and len(text) == 10:
        text += "T23:59:59"
    for candidate in (text, f"{text}Z"):
        try:
            return parse_timestamp(candidate)
        except ValueError:
            continue
    return None
