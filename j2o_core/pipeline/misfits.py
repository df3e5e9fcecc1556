"""What records hold and the source, as it is set up, would not offer: told by the check, where the set-up is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable, Iterable, Iterator, Mapping

from ..model.problem import WARNING, Problem
from ..model.record import Record
from ..snapshot.store import Snapshot
from .wiring import Wiring


def misfits_of(wiring: Wiring, snapshot: Snapshot, entity: str) -> Callable[[Record], Iterator[Problem]]:
    """What its extractors say of a record of an entity. Keeps in memory what they keep of the set-up."""
    look = [
        extractor.misfits(_set_up(wiring, snapshot, extractor.set_up_by))
        for (name, _), extractor in wiring.extractors.items()
        if name == entity and extractor.set_up_by
    ]

    def told(record: Record) -> Iterator[Problem]:
        for misfits in look:
            for found in misfits(record.data):
                yield replace(found, severity=WARNING, entity=entity, key=record.key)

    return told


def _set_up(wiring: Wiring, snapshot: Snapshot, plugin: str) -> Iterable[Mapping[str, Any]]:
    for entity in {name: None for (name, _), extractor in wiring.extractors.items() if extractor.name == plugin}:
        for stubs in snapshot.stubs(entity):
            for record, _ in snapshot.load(entity, [stub.id for stub in stubs]).values():
                yield record.data
