"""Stage 6: read back what was written, compare it field by field with what the target answered then, and seal it."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import AbstractSet, Callable, Deque, Iterable, Iterator, Mapping, Optional, Sequence, TypeVar

from ..hooks.protocols import Loader
from ..ledger.items import MATCHED, Item, Items
from ..ledger.writer import Writer
from ..model.digest import digest
from ..model.effect import EffectClass, Found
from ..model.outcome import Fatal, Outcome
from ..model.problem import ERROR, Problem
from .books import Books
from .interrupt import Interrupted
from .options import Emit
from .wiring import Wiring

_T = TypeVar("_T")
_R = TypeVar("_R")
#: how many batches are handed out before the first one's findings are taken
_AHEAD = 64
#: how many items of a scan are compared at once, by each worker
_CHUNK = 100
#: how findings name the mark by which an item is known again
ORIGIN_MARK = "origin mark"
#: digests of fields that hold nothing
_NOTHING = {digest(None), digest(""), digest([]), digest({})}


@dataclass
class Verified:
    """What verification saw: how many items by entity, and every finding; the books, where they were kept."""

    checked: dict[str, int] = field(default_factory=dict)
    findings: list[Problem] = field(default_factory=list)
    books: Optional[Books] = None


class Verifier:
    """Reads back all items, or only those that one run wrote."""

    def __init__(
        self, wiring: Wiring, items: Items, writer: Writer, run: str, emit: Emit, stop: threading.Event
    ) -> None:
        self._wiring = wiring
        self._items = items
        self._writer = writer
        self._run = run
        self._emit = emit
        self._stop = stop
        self._elsewhere: dict[str, set[str]] = {}
        for loader in wiring.loaders.values():
            for entity, names in loader.writes_elsewhere().items():
                self._elsewhere.setdefault(entity, set()).update(names)

    def verify(self, only_run: Optional[str] = None) -> Verified:
        """Verify every entity. Raises ``Fatal`` where the target cannot be read."""
        verified = Verified()
        written = None if only_run is None else self._items.written_by(only_run)
        for entity in self._wiring.entities:
            if written is not None and entity not in written:
                continue
            loader = self._wiring.loaders[entity]
            scopes = self._scopes(entity, loader, only_run)
            if scopes is None:
                continue
            self._emit({"event": "stage_started", "stage": "verify", "entity": entity})
            batches = self._batches(loader, scopes)
            seen = 0
            changed: set[str] = set()
            told: dict[tuple[str, str, str], Problem] = {}  # what lies in two scopes is found, and told, once
            with ThreadPoolExecutor(max(1, self._wiring.spec.runtime.workers)) as pool:
                check = partial(self._check, entity, loader, only_run)
                for count, findings, origins in _few_ahead(pool, check, batches):
                    seen += count
                    changed.update(origins)
                    told.update({(one.code, one.key, one.message): one for one in findings})
                    event = {"event": "progress", "stage": "verify", "entity": entity, "done": seen, "total": None}
                    self._emit(event)
            self._writer.flush()
            verified.checked[entity] = self._items.count(entity, verified=self._run) + len(changed)
            verified.findings.extend(told.values())
            verified.findings.extend(self._missing(entity, only_run, changed))
        return verified

    def _batches(self, loader: Loader, scopes: Sequence[str]) -> Iterator[Sequence[str]]:
        """Scopes as they are scanned together: smaller than they may be where that gives every worker one."""
        share = -(-len(scopes) // self._wiring.spec.runtime.workers)
        size = max(1, min(loader.scan_batch, share))
        for at in range(0, max(1, len(scopes)), size):
            yield scopes[at : at + size]

    def _scopes(self, entity: str, loader: Loader, only_run: Optional[str]) -> Optional[list[str]]:
        """Target ids to scan; an empty list: one scan for all; ``None``: there is nothing to verify."""
        parents = self._items.parents(entity, only_run)
        if not parents:
            return None
        if loader.scan_by is None:
            return []
        known = [parent for parent in parents if parent is not None]
        if len(known) == len(parents):
            return known
        return [identifier for chunk in self._items.places(loader.scan_by) for _, _, identifier in chunk]

    def _check(
        self, entity: str, loader: Loader, only_run: Optional[str], scopes: Sequence[str]
    ) -> tuple[int, list[Problem], list[str]]:
        """How many items stand in the scopes, the findings, and the origins of those that have changed."""
        if self._stop.is_set():
            raise Interrupted
        count = 0
        findings: list[Problem] = []
        origins: list[str] = []
        elsewhere: AbstractSet[str] = self._elsewhere.get(entity, set())
        try:
            for chunk in _chunks(loader.scan(scopes), _CHUNK):
                known = self._known(entity, chunk, only_run)
                seals: list[tuple[str, Optional[str], Optional[str]]] = []
                for found in chunk:
                    here = _known_as(known.get(found.id, []), found)
                    if not here:
                        findings.extend(self._stranger(entity, found))
                    for item in here:
                        count += 1
                        changed = changed_fields(item, found, loader, elsewhere, alone=len(here) == 1)
                        if changed:
                            origins.append(item.origin)
                            findings.append(not_as_written(entity, item, changed))
                        else:
                            seals.append((item.origin, found.version, found.updated))
                self._writer.post(partial(self._items.seal, entity=entity, run=self._run, seals=seals))
        except Outcome as outcome:
            raise Fatal(f"{entity} cannot be read back: {outcome.message}", exit_code=3) from outcome
        return count, findings, origins

    def _known(self, entity: str, chunk: Sequence[Found], only_run: Optional[str]) -> Mapping[str, Sequence[Item]]:
        """By target id, the items that it may be: what bears no mark is one below its own parent, or below none."""
        marked = [found.id for found in chunk if found.mark is not None]
        places = [(found.id, found.parent) for found in chunk if found.mark is None]
        known: dict[str, Sequence[Item]] = {}
        if places:
            known.update(self._items.at_places(entity, places, only_run))
        if marked:
            known.update(self._items.by_target(entity, marked, only_run))
        return known

    def _stranger(self, entity: str, found: Found) -> Iterator[Problem]:
        """An item that bears our mark, although the ledger knows another one for it."""
        if found.mark is None:
            return
        item = self._items.get(entity, [found.mark]).get(found.mark)
        if item is not None and item.item != found.id:
            yield Problem(
                "J2O-V003",
                f"{entity} {found.id} bears the origin mark of {item.key}, which is {item.item}",
                ERROR,
                entity=entity,
                key=item.key,
            )

    def _missing(self, entity: str, only_run: Optional[str], changed: set[str]) -> list[Problem]:
        return [
            not_there(entity, item, self._wiring.loaders[entity])
            for item in self._items.unverified(entity, self._run, only_run)
            if item.origin not in changed
        ]


def _few_ahead(pool: ThreadPoolExecutor, work: Callable[[_T], _R], items: Iterable[_T]) -> Iterator[_R]:
    """The results in order; only so many items are handed out ahead that no thread waits, whatever their number."""
    ahead: Deque[Future[_R]] = deque()
    for item in items:
        ahead.append(pool.submit(work, item))
        if len(ahead) >= _AHEAD:
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


def _known_as(items: Sequence[Item], found: Found) -> Sequence[Item]:
    """Those below its own parent where the id alone does not tell; else those that have none, or the only one.

    Several people of the source who are one on the target have one membership, say; versions whose names begin alike
    are one version of their project.
    """
    exact = [item for item in items if (item.parent or "") == found.parent]
    anywhere = [item for item in items if item.parent is None]
    if exact or anywhere:
        return exact or anywhere
    return items if len(items) == 1 and found.mark is not None else ()


def changed_fields(
    item: Item, found: Found, loader: Loader, elsewhere: AbstractSet[str], alone: bool = True
) -> list[str]:
    """The fields that are not as they were answered, and the origin mark where it is gone.

    ``elsewhere`` are the fields that other loaders write; ``alone``: no other item stands for the same on the target.
    """
    of_others = item.owned == MATCHED and loader.effect_class is EffectClass.NATURAL
    changed = []
    for name, expected in sorted(item.image.items()):
        if name in elsewhere or digest(found.image.get(name)) == expected:
            continue
        if name in loader.shared_fields:
            before = loader.before_others(name, found, item.owned != MATCHED and alone)
            same = before is None or any(digest(value) == expected for value in before)
        elif name not in found.image:
            same = expected in _NOTHING  # hidden by now, and nothing with it
        else:
            same = of_others  # who may change it as they like
        if not same:
            changed.append(name)
    marked = loader.effect_class is EffectClass.MARKED and item.owned != MATCHED
    return [*changed, ORIGIN_MARK] if marked and found.mark != item.origin else changed


def not_as_written(entity: str, item: Item, changed: Sequence[str]) -> Problem:
    """The finding about an item of which some fields are others."""
    text = f"{entity} {item.item} is not as it was written: {', '.join(changed)} differ"
    return Problem("J2O-V001", text, ERROR, entity=entity, key=item.key, field=changed[0])


def not_there(entity: str, item: Item, loader: Loader) -> Problem:
    """The finding about an item that was not found."""
    marked = loader.effect_class is EffectClass.MARKED
    unmarked = ", or bears its origin mark no more" if marked else ""
    text = f"{entity} {item.item} is not on the target any more{unmarked}"
    return Problem("J2O-V002", text, ERROR, entity=entity, key=item.key)


def _chunks(found: Iterator[Found], size: int) -> Iterator[list[Found]]:
    chunk: list[Found] = []
    for one in found:
        chunk.append(one)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
