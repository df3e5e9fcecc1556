"""Whether a reading can take from the last complete one what did not change since, and from which."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Iterable, Mapping, Optional

from ..hooks.protocols import Earlier
from ..model.digest import digest
from ..model.outcome import Fatal
from ..snapshot.later import Later
from ..snapshot.rows import SliceName
from ..snapshot.slices import Slices
from ..snapshot.store import Snapshot
from .wiring import Wiring

#: the snapshot's note of how its generation is read
_NOTE = "begun"


@dataclass(frozen=True)
class LaterReading:
    """``began`` (epoch seconds) is when the earlier reading did; ``slices`` are those that it read to their end."""

    snapshot: Snapshot
    rows: Later
    began: float
    slices: frozenset[SliceName]
    look_for_deleted: bool

    @property
    def told(self) -> str:
        """What a person should know."""
        moment = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.began))
        deleted = "" if self.look_for_deleted else ", nor is looked for what was deleted (--look-for-deleted)"
        return (
            f"reads what changed since {moment}; what is as it was is not read again{deleted}; --fresh reads everything"
        )

    def earlier(self, name: SliceName) -> Optional[Earlier]:
        """What was read of a slice; ``None`` where it was not."""
        if name not in self.slices:
            return None
        return Earlier(self.began, partial(self.rows.known, name), self.look_for_deleted)

    def note_unseen(self, places: Iterable[tuple[str, int]]) -> None:
        """Note what extracts (entity, priority) that were read in full do not give any more."""
        with self.snapshot.transaction() as connection:
            for entity, priority in places:
                self.rows.note_unseen(connection, entity, priority)

    def outdated(self, wiring: Wiring, entity: str, priority: int) -> dict[str, list[tuple[str, str]]]:
        """(id, key) by slice of records that were not read yet, and show something that differs or are named by it."""
        extractor, rows = wiring.extractors[(entity, priority)], self.rows
        changed: dict[str, set[str]] = {}
        for of, ids in rows.differing().items():
            names = {one.name for (place, _), one in wiring.extractors.items() if place == of} or {""}
            for name in names:
                changed.setdefault(name, set()).update(ids)
        every = set().union(*changed.values())
        mentioned = {one for record in rows.changed(entity, priority) for one in extractor.mentions(record.data)}
        found: dict[str, list[tuple[str, str]]] = {}
        for slice, identifier, key, data in rows.holders(entity, priority, every, mentioned):
            if data is None or extractor.shows(data, changed):
                found.setdefault(slice, []).append((identifier, key))
        return found


def later_reading(
    wiring: Wiring, snapshot: Snapshot, asked: str, look_for_deleted: bool = False
) -> Optional[LaterReading]:
    """How to read the snapshot's generation as ``asked``: decided when that begins, and kept when it is gone on with.

    ``None``: everything has to be read, for nothing was yet, or other things, or by another account or version. Raises
    ``Fatal`` (2) where a reading that was begun otherwise is to look for what was deleted.
    """
    if not any(extractor.incremental for extractor in wiring.extractors.values()):
        return None
    note = json.loads(snapshot.meta(_NOTE) or "{}")
    if note.get("asked") != asked:
        note = _begin(wiring, snapshot, asked, note, look_for_deleted)
        snapshot.set_meta(_NOTE, json.dumps(note))
    if note["of"] is None:
        return None
    if look_for_deleted and not note["look_for_deleted"]:
        message = "this reading was begun without --look-for-deleted: carry it on without, then look in the next one"
        raise Fatal(message, exit_code=2)
    slices = frozenset(SliceName(*parts) for parts in note["slices"])
    return LaterReading(snapshot, Later(snapshot, note["of"]), note["of_began"], slices, note["look_for_deleted"])


def _begin(
    wiring: Wiring, snapshot: Snapshot, asked: str, last: Mapping[str, Any], look_for_deleted: bool
) -> dict[str, Any]:
    by = _by(wiring)
    note = {
        "asked": asked,
        "generation": snapshot.generation,
        "began": time.time(),
        "by": by,
        "of": None,
        "look_for_deleted": look_for_deleted,
    }
    before = str(last.get("asked", ""))
    complete = before and snapshot.meta("reading") == before
    complete = complete and (snapshot.meta("complete") or "").rpartition(" ")[0] == before
    same = before.partition(":")[2] == asked.partition(":")[2] and last.get("by") == by
    if complete and same and last["generation"] < snapshot.generation and last["began"] <= time.time():
        slices = [[one.entity, one.priority, one.slice] for one in Slices(snapshot).done(last["generation"])]
        note.update(of=last["generation"], of_began=last["began"], slices=slices)
    return note


def _by(wiring: Wiring) -> str:
    """Who reads what with what: another account sees other things, another version makes other records."""
    clients = [extractor.client for extractor in wiring.extractors.values()]
    facts = {
        name: dict(wiring.facts.get(name, {}))
        for name, client in wiring.clients.items()
        if any(client is one for one in clients)
    }
    bases = [extractor.basis() for extractor in wiring.extractors.values() if extractor.incremental]
    versions = {info.name: info.version for info in wiring.plugins.infos}
    return digest({"facts": facts, "bases": bases, "versions": versions})
