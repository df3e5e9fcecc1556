"""What the target holds of all that a plan touches, as one digest: it changes when anybody changes any of that."""

from __future__ import annotations

import hashlib
from typing import Iterator, Sequence

from ..engine.resolve import Resolution, Resolver
from ..hooks.protocols import Loader
from ..ledger import plans
from ..ledger.effects import UPDATE, EffectRow
from ..ledger.items import Item, Items
from ..model.effect import Found
from ..model.outcome import ItemFailed, ItemSkipped, Outcome
from .wiring import Wiring


def standing(wiring: Wiring, items: Items, resolver: Resolver, run: str) -> str:
    """A digest of: items to be updated, as they are now; of kinds that one scan tells, which known ones are still there
    and which of the keys that the plan creates are taken. Only reads; raises what loaders raise."""
    sha = hashlib.sha256()
    for entity in wiring.entities:
        loader = wiring.loaders[entity]
        for line in (*_updated(items, run, entity, loader), *_scanned(wiring, items, resolver, run, entity, loader)):
            sha.update(f"{entity}\0{line}\n".encode("utf-8", "surrogatepass"))
    return sha.hexdigest()


def found_now(loader: Loader, items: Sequence[Item]) -> dict[str, Found]:
    """Items as they are now, by their id on the target; those that are gone are not in it."""
    wanted = {item.item: item for item in items}
    found: dict[str, Found] = {}
    for start in range(0, len(items), loader.read_batch):
        page = [item.item for item in items[start : start + loader.read_batch]]
        found.update({one.id: one for one in loader.read_many(page)})
    for identifier in wanted.keys() - found.keys():
        try:
            found[identifier] = loader.read(identifier, wanted[identifier].parent or "")
        except (NotImplementedError, Outcome):
            continue
    return found


def _updated(items: Items, run: str, entity: str, loader: Loader) -> Iterator[str]:
    for rows in plans.stream(items.engine, run, entity):
        known = items.get(entity, [row.origin for row in rows if row.kind == UPDATE])
        found = found_now(loader, list(known.values()))
        for origin in sorted(known):
            one = found.get(known[origin].item)
            yield f"{origin} gone" if one is None else f"{origin} {one.version} {one.updated}"


def _scanned(wiring: Wiring, items: Items, resolver: Resolver, run: str, entity: str, loader: Loader) -> Iterator[str]:
    if loader.scan_by is not None:
        return
    there: set[str] = set()
    taken: set[str] = set()
    for found in loader.scan([]):
        there.add(found.id)
        taken.update(found.keys)
    for chunk in items.stream(entity):
        for item in chunk:
            if item.item not in there:
                yield f"{item.origin} gone"
    for rows in plans.stream(items.engine, run, entity):
        for row in rows:
            if row.kind != UPDATE and taken.intersection(_keys(wiring, resolver, row, loader)):
                yield f"{row.origin} taken"


def _keys(wiring: Wiring, resolver: Resolver, row: EffectRow, loader: Loader) -> Sequence[str]:
    try:
        return loader.keys(Resolution(resolver, row, wiring.source, loader.required).effect)
    except (ItemFailed, ItemSkipped):
        return ()  # what it refers to is not there, so neither can it be
