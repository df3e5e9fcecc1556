"""Verifying a part of all that was written: so many items of each entity, evenly spread, each read back by itself."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import AbstractSet, Iterator, Optional, Sequence

from ..hooks.protocols import Loader
from ..http import Refused
from ..ledger.items import Item, Items
from ..model.effect import Found
from ..model.outcome import Fatal, Outcome
from ..model.problem import Problem
from .interrupt import Interrupted
from .options import Emit
from .verify import Verified, changed_fields, not_as_written, not_there
from .wiring import Wiring


class SampleVerifier:
    """Reads back up to ``number`` items of each entity. Seals nothing: only a whole verification does."""

    def __init__(self, wiring: Wiring, items: Items, emit: Emit, stop: threading.Event, number: int) -> None:
        self._wiring, self._items, self._emit, self._stop, self._number = wiring, items, emit, stop, number
        self._elsewhere: dict[str, set[str]] = {}
        for loader in wiring.loaders.values():
            for entity, names in loader.writes_elsewhere().items():
                self._elsewhere.setdefault(entity, set()).update(names)

    def verify(self) -> Verified:
        """Verify the sample of every entity. Raises ``Fatal`` (exit 3) where the target cannot be read."""
        verified = Verified()
        for entity in self._wiring.entities:
            chosen = self._chosen(entity)
            if not chosen:
                continue
            self._emit({"event": "stage_started", "stage": "verify", "entity": entity})
            loader = self._wiring.loaders[entity]
            try:
                found = self._read(loader, chosen)
            except Outcome as outcome:
                raise Fatal(f"{entity} cannot be read back: {outcome.message}", exit_code=3) from outcome
            verified.checked[entity] = len(chosen)
            shared = self._shared(entity, chosen) if loader.shared_fields else frozenset()
            for item in chosen:
                seen = found.get(_place(item))
                verified.findings.extend(self._findings(entity, loader, item, seen, item.item not in shared))
            done = {"event": "progress", "stage": "verify", "entity": entity, "done": len(chosen), "total": len(chosen)}
            self._emit(done)
        return verified

    def _chosen(self, entity: str) -> list[Item]:
        every = max(1, -(-self._items.count(entity) // self._number))
        chosen, seen = [], 0
        for chunk in self._items.stream(entity):
            for item in chunk:
                if seen % every == 0:
                    chosen.append(item)
                seen += 1
        return chosen

    def _read(self, loader: Loader, items: Sequence[Item]) -> dict[tuple[str, str], Found]:
        found: dict[tuple[str, str], Found] = {}
        if type(loader).read is Loader.read:
            parents = list(dict.fromkeys(item.parent for item in items if item.parent))
            scopes = [parents[at : at + loader.scan_batch] for at in range(0, len(parents), loader.scan_batch)]
            for scope in scopes or [[]]:
                self._go_on()
                found.update({(one.id, one.parent): one for one in loader.scan(scope)})
            return {_place(item): one for item in items if (one := _among(found, item)) is not None}
        many: dict[str, Found] = {}
        for start in range(0, len(items), loader.read_batch):
            self._go_on()
            page = [item.item for item in items[start : start + loader.read_batch]]
            many.update({one.id: one for one in loader.read_many(page)})
        with ThreadPoolExecutor(max(1, self._wiring.spec.runtime.workers)) as pool:
            rest = [item for item in items if item.item not in many]
            single = pool.map(lambda item: self._one(loader, item), rest)
            found.update({_place(item): one for item, one in zip(rest, single) if one is not None})
        found.update({_place(item): many[item.item] for item in items if item.item in many})
        return found

    def _one(self, loader: Loader, item: Item) -> Optional[Found]:
        self._go_on()
        try:
            return loader.read(item.item, item.parent or "")
        except Refused as refusal:
            if refusal.status != 404:
                raise
            return None

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Interrupted

    def _shared(self, entity: str, chosen: Sequence[Item]) -> AbstractSet[str]:
        """The ids for which several items stand."""
        known = self._items.by_target(entity, [item.item for item in chosen])
        return {identifier for identifier, items in known.items() if len(items) > 1}

    def _findings(
        self, entity: str, loader: Loader, item: Item, found: Optional[Found], alone: bool
    ) -> Iterator[Problem]:
        if found is None:
            yield not_there(entity, item, loader)
            return
        names = changed_fields(item, found, loader, self._elsewhere.get(entity, frozenset()), alone)
        if names:
            yield not_as_written(entity, item, names)


def _place(item: Item) -> tuple[str, str]:
    return item.item, item.parent or ""


def _among(found: dict[tuple[str, str], Found], item: Item) -> Optional[Found]:
    return found.get(_place(item)) or found.get((item.item, ""))
