"""Stage 1: read the source into the snapshot, slice by slice, resumable after every page."""

from __future__ import annotations

import json
import threading
import time
from typing import Iterable, Optional, Sequence

from ..hooks.protocols import Extractor
from ..model.digest import digest
from ..model.outcome import Fatal, Outcome
from ..snapshot.rows import SliceName
from ..snapshot.store import Snapshot
from ..spec.model import Spec
from .later_reading import LaterReading, later_reading
from .options import Emit
from .people_words import hide_people
from .side_by_side import SideBySide
from .slice_reader import SliceReader, stopped
from .wiring import Wiring

#: the snapshot's note of the source's display names by field id
FIELD_NAMES = "field_names"
#: its notes of what is being read, and of what was read to its end and when
READING, COMPLETE = "reading", "complete"
#: the form of the checkpoints; those of another one are not gone on from
_FORM = 2


def extract(
    wiring: Wiring, snapshot: Snapshot, emit: Emit, stop: threading.Event, look_for_deleted: bool = False
) -> None:
    """Read every slice of every extractor to its end; where one was read before, only what changed since.

    What people should know of it stays with the snapshot (``Snapshot.problems``), for it is found once.
    Raises ``Fatal``, or ``Interrupted`` once ``stop`` is set.
    """
    asked = _asked(wiring.spec, snapshot)
    later = later_reading(wiring, snapshot, asked, look_for_deleted)
    snapshot.set_meta(READING, asked)
    snapshot.set_meta(FIELD_NAMES, json.dumps(wiring.field_names))
    names = [
        SliceName(entity, priority, name)
        for (entity, priority), extractor in wiring.extractors.items()
        for name in _slices(extractor, entity, wiring)
    ]
    with SideBySide(wiring.spec.runtime.workers) as tasks:
        reader = SliceReader(wiring, snapshot, emit, stop, tasks, names, later)
        if later is None:
            _read(names, reader, tasks)
        else:
            _read_later(wiring, later, names, reader, tasks, emit)
    snapshot.set_meta(COMPLETE, f"{asked} {time.time()}")
    hide_people(wiring.spec, snapshot)


def _read(names: Iterable[SliceName], reader: SliceReader, tasks: SideBySide) -> None:
    for name in names:
        tasks.submit(reader.read, name)
    tasks.finish()


def _read_later(
    wiring: Wiring,
    later: LaterReading,
    names: Sequence[SliceName],
    reader: SliceReader,
    tasks: SideBySide,
    emit: Emit,
) -> None:
    """What is read in full first, then what changed, then what tells of either; the rest goes on to hold."""
    emit({"event": "notice", "message": later.told})
    changing = {place for place, extractor in wiring.extractors.items() if extractor.incremental}
    _read([name for name in names if (name.entity, name.priority) not in changing], reader, tasks)
    later.note_unseen([place for place in wiring.extractors if place not in changing])
    _read([name for name in names if (name.entity, name.priority) in changing], reader, tasks)
    present = set(names)
    for entity, priority in sorted(changing):
        for slice, records in later.outdated(wiring, entity, priority).items():
            name = SliceName(entity, priority, slice)
            if name in present:
                reader.read_again(name, records)
    tasks.finish()
    shared = [(one.entity, one.priority) for one in wiring.derivations if one.shared]
    later.rows.keep([name for name in names if later.earlier(name) is not None], shared)
    reader.put_disputed()


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
    asked = {"select": spec.document.get("select"), "entities": entities, "form": _FORM}
    return f"{snapshot.generation}:{digest(asked)}"


def _slices(extractor: Extractor, entity: str, wiring: Wiring) -> list[str]:
    try:
        return list(extractor.slices(wiring.selection))
    except Fatal:
        raise
    except Outcome as outcome:
        raise stopped(entity, outcome) from outcome
