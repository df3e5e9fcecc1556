"""The names of the people of a source, which the log hides from when they were read on."""

from __future__ import annotations

from typing import Iterable

from ..model.record import Record
from ..observe.people import are_hidden, names_of, remember
from ..snapshot.store import Snapshot
from ..spec.model import Spec

#: how many records of an entity tell whether it is one of people
_TRIED = 5


def hide_people(spec: Spec, snapshot: Snapshot) -> None:
    """Let the log know the names in the snapshot, where it hides any."""
    if not are_hidden():
        return
    for entity in spec.entities:
        for number, stubs in enumerate(snapshot.stubs(entity)):
            identifiers = [stub.id for stub in stubs]
            if number == 0:
                tried = snapshot.load(entity, identifiers[:_TRIED]).values()
                if not any(names_of(record.data) for record, _ in tried):
                    break
            hide_named(record for record, _ in snapshot.load(entity, identifiers).values())


def hide_named(records: Iterable[Record]) -> None:
    """Let the log know the names of those records that are of people."""
    if not are_hidden():
        return
    for record in records:
        names = names_of(record.data)
        if names:
            remember([*names, record.key])
