"""What single fields of items will hold, told before a run from what was read, else from the keys that are selected."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator, Mapping, Optional

from ..hooks.registry import INSPECTOR, Registry
from ..mapping.compiled import CompileError, compile_entity
from ..mapping.rules import SOURCE
from ..model.origin import Origin
from ..model.record import Record
from ..spec.model import EntitySpec, Spec
from .recorded import Recorded

#: stands for all keys where none is selected and nothing was read
_SAMPLE = "ACME"


def previews(
    spec: Spec, registry: Registry, recorded: Optional[Recorded] = None
) -> dict[str, dict[str, Optional[str]]]:
    """By loader the values of the field that inspectors want to see, by key of the source.

    Without ``recorded`` a record is made of each selected key, which is its ``key``, ``id`` and ``name``.
    """
    found: dict[str, dict[str, Optional[str]]] = {}
    for connection in spec.connections.values():
        inspector = registry.find(INSPECTOR, connection.plugin)
        for loader, name in () if inspector is None else inspector.previews.items():
            for entity in spec.entities.values():
                if entity.load and entity.load.plugin == loader and name in entity.map:
                    found.setdefault(loader, {}).update(_values(spec, registry, entity, name, recorded))
    return found


def _values(
    spec: Spec, registry: Registry, entity: EntitySpec, name: str, recorded: Optional[Recorded]
) -> Iterator[tuple[str, Optional[str]]]:
    rules = tuple(rule for rule in entity.rules if rule.on == SOURCE) if recorded else ()
    fields: Mapping[str, str] = recorded.wiring.field_names if recorded else {}
    part = replace(entity, map={name: entity.map[name]}, rules=rules, across=(), drop={}, unmapped="preserve")
    try:
        mapping = compile_entity(part, spec, registry, fields)
    except CompileError:
        return  # `j2o validate` tells
    for record, source in _records(spec, entity, recorded):
        mapped = mapping.apply(record, source)
        if mapped.skip is None and mapped.fail is None and not mapped.stops:
            value = mapped.payload.get(name)
            yield record.key, None if value is None else str(value)


def _records(spec: Spec, entity: EntitySpec, recorded: Optional[Recorded]) -> Iterator[tuple[Record, Optional[Record]]]:
    if recorded is None:
        for key in spec.projects or (_SAMPLE,):
            yield Record(Origin("", entity.name, key), key, {"id": key, "key": key, "name": key}), None
        return
    for stubs in recorded.snapshot.stubs(entity.name):
        for sourced in recorded.records.load(entity.name, stubs):
            yield sourced.record, sourced.source
