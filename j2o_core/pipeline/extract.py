"""Stage 1: read the source into the snapshot, slice by slice, resumable after every page."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Iterator, Optional

from ..hooks.protocols import Extractor, Page
from ..model.digest import digest
from ..model.outcome import Fatal, Outcome
from ..model.record import Record
from ..snapshot.derive import Derivation, children, unreturned
from ..snapshot.rows import SliceState
from ..snapshot.store import Snapshot
from ..spec.model import Spec
from .interrupt import Interrupted
from .options import Emit, problem_event
from .wiring import Wiring

#: the snapshot's note of the source's display names by field id
FIELD_NAMES = "field_names"
#: its notes of what is being read, and of what was read to its end and when
READING, COMPLETE = "reading", "complete"


def extract(wiring: Wiring, snapshot: Snapshot, emit: Emit, stop: threading.Event) -> None:
    """Read every slice of every extractor to its end. Raises ``Fatal``, or ``Interrupted`` once ``stop`` is set.

    What people should know of it stays with the snapshot (``Snapshot.problems``), for it is found once.
    """
    snapshot.set_meta(READING, _asked(wiring.spec, snapshot))
    snapshot.set_meta(FIELD_NAMES, json.dumps(wiring.field_names))
    reader = _Reader(wiring, snapshot, emit, stop)
    parts = [
        (entity, priority, name)
        for (entity, priority), extractor in wiring.extractors.items()
        for name in _slices(extractor, entity, wiring)
    ]
    with ThreadPoolExecutor(max(1, min(wiring.spec.runtime.workers, len(parts)))) as pool:
        futures = [pool.submit(reader.read, *part) for part in parts]
        try:
            for future in futures:
                future.result()
        except BaseException:
            reader.failed.set()
            raise
    snapshot.set_meta(COMPLETE, f"{_asked(wiring.spec, snapshot)} {time.time()}")


def begun_before(spec: Spec, snapshot: Snapshot) -> bool:
    """Whether the snapshot's generation was begun as this spec would read it, so that reading can go on there."""
    return snapshot.meta(READING) == _asked(spec, snapshot)


def read_before(spec: Spec, snapshot: Snapshot) -> Optional[float]:
    """When (epoch seconds) that generation was read to its end; ``None`` where it was not."""
    asked, _, finished = (snapshot.meta(COMPLETE) or "").rpartition(" ")
    return float(finished) if asked == _asked(spec, snapshot) else None


def _asked(spec: Spec, snapshot: Snapshot) -> str:
    """The generation, and a digest of all of the spec that decides what is read."""
    entities = {name: entity.get("extract") for name, entity in spec.document["entities"].items()}
    return f"{snapshot.generation}:{digest({'select': spec.document.get('select'), 'entities': entities})}"


class _Reader:
    def __init__(self, wiring: Wiring, snapshot: Snapshot, emit: Emit, stop: threading.Event) -> None:
        self._wiring = wiring
        self._snapshot = snapshot
        self._emit = emit
        self._stop = stop
        self._guard = threading.Lock()
        self._read: dict[str, int] = {}
        self._expected: dict[tuple[str, int, str], int] = {}
        self._derivations: dict[str, list[Derivation]] = {}
        self.failed = threading.Event()
        for derivation in wiring.derivations:
            self._derivations.setdefault(derivation.of, []).append(derivation)

    def read(self, entity: str, priority: int, name: str) -> None:
        """Read one slice from where it was left."""
        extractor = self._wiring.extractors[(entity, priority)]
        state = self._snapshot.slice(entity, priority, name)
        self._progress(entity, priority, name, state)
        if state.done:
            return
        for page in self._pages(extractor, entity, name, state):
            self._check()
            state = SliceState(page.cursor, False, state.received + len(page.records), page.expected or state.expected)
            self._store(entity, priority, name, page, state)
            self._progress(entity, priority, name, state, len(page.records))
        with self._guard, self._snapshot.transaction() as connection:
            done = SliceState(None, True, state.received, state.expected)
            self._snapshot.put_slice(connection, entity, priority, name, done)

    def _pages(self, extractor: Extractor, entity: str, name: str, state: SliceState) -> Iterator[Page]:
        self._check()
        try:
            for page in extractor.pages(self._wiring.selection, name, state.cursor):
                if not isinstance(page, Page) or not all(isinstance(record, Record) for record in page.records):
                    raise Fatal(f"the extractor '{extractor.name}' of {entity} gives what is no page of records")
                yield page
        except Fatal:
            raise
        except Outcome as outcome:
            raise _stopped(f"{entity} ({name})", outcome) from outcome

    def _store(self, entity: str, priority: int, name: str, page: Page, state: SliceState) -> None:
        with self._guard, self._snapshot.transaction() as connection:
            self._snapshot.put(connection, ((record, priority, True) for record in page.records))
            for record in page.records:
                for derivation, child in self._descendants(record):
                    self._snapshot.put(connection, [(child, derivation.priority, derivation.keeps_data)])
                for derivation in self._derivations.get(record.origin.entity, ()):
                    if derivation.total is not None:
                        missing = unreturned(derivation, record)
                        self._snapshot.put_unreturned(connection, derivation.entity, record, missing)
            self._snapshot.put_problems(connection, page.problems)
            self._snapshot.put_slice(connection, entity, priority, name, state)
        for problem in page.problems:
            self._emit(problem_event(problem, "extract"))

    def _descendants(self, record: Record) -> Iterator[tuple[Derivation, Record]]:
        for derivation in self._derivations.get(record.origin.entity, ()):
            for child in children(derivation, record):
                yield derivation, child
                yield from self._descendants(child)

    def _progress(self, entity: str, priority: int, name: str, state: SliceState, new: int = 0) -> None:
        with self._guard:
            if not new:
                self._read[entity] = self._read.get(entity, 0) + state.received
            self._read[entity] += new
            if state.expected is not None:
                self._expected[(entity, priority, name)] = state.expected
            done = self._read[entity]
            known = [total for (of, _, _), total in self._expected.items() if of == entity]
        total = max(done, sum(known)) if known else None
        self._emit({"event": "progress", "stage": "extract", "entity": entity, "done": done, "total": total})

    def _check(self) -> None:
        if self._stop.is_set():
            raise Interrupted
        if self.failed.is_set():
            raise Interrupted


def _slices(extractor: Extractor, entity: str, wiring: Wiring) -> list[str]:
    try:
        return list(extractor.slices(wiring.selection))
    except Fatal:
        raise
    except Outcome as outcome:
        raise _stopped(entity, outcome) from outcome


def _stopped(what: str, outcome: Outcome) -> Fatal:
    """A page that cannot be read is never the end of the data: the run stops, and goes on from there next time."""
    return Fatal(f"reading {what} stopped: {outcome.message}", exit_code=3, code=outcome.code, detail=outcome.detail)
