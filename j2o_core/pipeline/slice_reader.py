"""Reads slices into the snapshot: each page with its checkpoint in one transaction, and divided slices part by part."""

from __future__ import annotations

import sqlite3
import threading
from collections import Counter
from dataclasses import replace
from typing import Iterator, Optional, Sequence, TypeVar

from ..hooks.protocols import Division, Extractor, Page
from ..model.outcome import Fatal, Outcome
from ..model.record import Record
from ..observe.at_work import working
from ..snapshot.derive import Derivation, children, unreturned
from ..snapshot.rows import SliceName, SliceState
from ..snapshot.slices import Slices
from ..snapshot.store import Snapshot
from .interrupt import Interrupted
from .later_reading import LaterReading
from .options import Emit, problem_event
from .people_words import hide_named
from .side_by_side import SideBySide
from .wiring import Wiring

T = TypeVar("T")
#: how many parts of slices are read at a time: each holds a page of records with all that belongs to them, and what is
#: asked for one by one (who watches an issue) is asked side by side within a page
PARTS_AT_A_TIME = 4


class SliceReader:
    """Reads the slices ``names`` for one run, of ``later`` ones only what changed. What dividing gives is handed to
    ``tasks``.

    How many an entity has in all is told once each of its slices has said so, or has ended.
    """

    def __init__(
        self,
        wiring: Wiring,
        snapshot: Snapshot,
        emit: Emit,
        stop: threading.Event,
        tasks: SideBySide,
        names: Sequence[SliceName],
        later: Optional[LaterReading] = None,
    ) -> None:
        self._wiring = wiring
        self._snapshot = snapshot
        self._slices = Slices(snapshot)
        self._emit = emit
        self._stop = stop
        self._tasks = tasks
        self._later = later
        self._guard = threading.Lock()
        #: events of progress come in the order of their numbers
        self._counting = threading.Lock()
        self._slices_of = Counter(name.entity for name in names)
        self._parts = threading.BoundedSemaphore(PARTS_AT_A_TIME)
        self._read: dict[str, int] = {}
        self._expected: dict[SliceName, int] = {}
        self._derivations: dict[str, list[Derivation]] = {}
        for derivation in wiring.derivations:
            self._derivations.setdefault(derivation.of, []).append(derivation)

    def read(self, name: SliceName) -> None:
        """Read one slice from where it was left, or divide it from there on and hand in its parts."""
        state, parts = self._slices.state(name), self._slices.parts(name)
        self._expect(name, _counted(state) if state.done and not parts else state)
        self._progress(name.entity, state.received + sum(received for _, _, received in parts))
        for part, done, _ in parts:
            if not done:
                self._tasks.submit(self._read_part, part)
        if state.done:
            return
        extractor, selection = self._extractor(name), self._wiring.selection
        earlier = self._later.earlier(name) if self._later and extractor.incremental else None
        if earlier is not None:
            found: Optional[Iterator[Division]] = extractor.changes(selection, name.slice, earlier, state.cursor)
        else:
            found = extractor.divide(selection, name.slice, state.cursor)
        if found is None:
            self._read_pages(name)
        else:
            self._divide(name, state, found)

    def read_again(self, name: SliceName, records: Sequence[tuple[str, str]]) -> None:
        """Hand in slices of these (id, key), which were read from the slice ``name`` before."""
        with self._guard, self._snapshot.transaction() as connection:
            slices = self._extractor(name).chosen(name.slice, records)
            added = self._slices.add_parts(connection, name, ((one.name, one.cursor, one.expected) for one in slices))
        for part in added:
            self._tasks.submit(self._read_part, part)

    # ---------------------------------------------------------------- dividing

    def _divide(self, name: SliceName, state: SliceState, found: Iterator[Division]) -> None:
        for division in self._told(name, found):
            if not isinstance(division, Division):
                raise Fatal(f"the extractor '{self._extractor(name).name}' of {name.entity} gives what is no division")
            state = SliceState(division.cursor, False, 0, division.expected or state.expected)
            with self._guard, self._snapshot.transaction() as connection:
                slices = ((one.name, one.cursor, one.expected) for one in division.slices)
                added = self._slices.add_parts(connection, name, slices)
                self._snapshot.put_problems(connection, division.problems)
                if self._later is not None:
                    self._later.rows.differ(connection, name.entity, division.gone, gone=True)
                    self._later.rows.differ(connection, "", division.outdated)
                self._slices.put(connection, name, state)
            for problem in division.problems:
                self._emit(problem_event(problem, "extract"))
            self._expect(name, state)
            for part in added:
                self._tasks.submit(self._read_part, part)
        self._end(name, state)

    # ---------------------------------------------------------------- reading

    def _read_part(self, name: SliceName) -> None:
        with self._parts:
            self._read_pages(name)

    def _read_pages(self, name: SliceName) -> None:
        with working(lambda: {"entity": name.entity, "stage": "extract"}):
            self._store_pages(name)

    def _store_pages(self, name: SliceName) -> None:
        state = self._slices.state(name)
        pages = self._extractor(name).pages(self._wiring.selection, name.part or name.slice, state.cursor)
        for page in self._told(name, pages):
            if not isinstance(page, Page) or not all(isinstance(record, Record) for record in page.records):
                extractor = self._extractor(name)
                raise Fatal(f"the extractor '{extractor.name}' of {name.entity} gives what is no page of records")
            state = SliceState(page.cursor, False, state.received + len(page.records), page.expected or state.expected)
            self._store(name, page, state)
            if not name.part:
                self._expect(name, state)
            self._progress(name.entity, len(page.records))
        self._end(name, state)

    def _store(self, name: SliceName, page: Page, state: SliceState) -> None:
        hide_named(page.records)
        with self._guard, self._snapshot.transaction() as connection:
            if self._later is not None:
                self._later.rows.note(connection, page.records)
                self._later.rows.differ(connection, name.entity, page.gone, gone=True)
            if self._extractor(name).incremental:
                self._slices.put_source(connection, name, (record.origin.id for record in page.records))
            for record in self._snapshot.put_parents(connection, page.records, name.priority):
                self._put_children(connection, record)
                for derivation in self._derivations.get(record.origin.entity, ()):
                    if derivation.total is not None:
                        missing = unreturned(derivation, record)
                        self._snapshot.put_unreturned(connection, derivation.entity, record, missing)
            self._snapshot.put_problems(connection, page.problems)
            self._slices.put(connection, name, state)
        for problem in page.problems:
            self._emit(problem_event(problem, "extract"))

    def put_disputed(self) -> None:
        """Put the children of kept records again that others claimed: whose they are is decided as ever."""
        assert self._later is not None
        for record in self._later.rows.disputed():
            with self._guard, self._snapshot.transaction() as connection:
                self._put_children(connection, record)

    def _put_children(self, connection: sqlite3.Connection, record: Record) -> None:
        for derivation, child in self._descendants(record):
            if derivation.shared:
                hide_named((child,))
            if self._later is not None:
                self._later.rows.note_child(connection, child)
            self._snapshot.put(connection, [(child, derivation.priority, derivation.keeps_data)])

    def _descendants(self, record: Record) -> Iterator[tuple[Derivation, Record]]:
        for derivation in self._derivations.get(record.origin.entity, ()):
            for child in children(derivation, record):
                yield derivation, child
                yield from self._descendants(child)

    # ---------------------------------------------------------------- around both

    def _extractor(self, name: SliceName) -> Extractor:
        return self._wiring.extractors[(name.entity, name.priority)]

    def _told(self, name: SliceName, pages: Iterator[T]) -> Iterator[T]:
        """What an extractor gives, with what it raises in a person's words, until somebody wants the run to stop."""
        self._check()
        try:
            for page in pages:
                yield page  # what was read is kept
                self._check()
        except Fatal:
            raise
        except Outcome as outcome:
            raise stopped(f"{name.entity} ({name})", outcome) from outcome

    def _end(self, name: SliceName, state: SliceState) -> None:
        with self._guard, self._snapshot.transaction() as connection:
            self._slices.put(connection, name, replace(state, cursor=None, done=True))
        if not name.part and name not in self._expected and not self._slices.parts(name):
            self._expect(name, _counted(state))
            self._progress(name.entity, 0)

    def _expect(self, name: SliceName, state: SliceState) -> None:
        if state.expected is not None:
            with self._counting:
                self._expected[name] = state.expected

    def _progress(self, entity: str, new: int) -> None:
        with self._counting:
            self._read[entity] = done = self._read.get(entity, 0) + new
            known = [total for name, total in self._expected.items() if name.entity == entity]
            total = max(done, sum(known)) if len(known) >= self._slices_of[entity] else None
            self._emit({"event": "progress", "stage": "extract", "entity": entity, "done": done, "total": total})

    def _check(self) -> None:
        if self._stop.is_set() or self._tasks.ended:
            raise Interrupted


def _counted(state: SliceState) -> SliceState:
    """Of a slice that has ended: where nobody said how many it has, that is what was received."""
    return replace(state, expected=state.received) if state.expected is None else state


def stopped(what: str, outcome: Outcome) -> Fatal:
    """A page that cannot be read is never the end of the data: the run stops, and goes on from there next time."""
    return Fatal(f"reading {what} stopped: {outcome.message}", exit_code=3, code=outcome.code, detail=outcome.detail)
