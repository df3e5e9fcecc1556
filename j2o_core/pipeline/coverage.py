"""How much of what was read survives a spec, field by field."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import Callable, Iterator

from ..mapping.fates import LOST
from ..model.payload import Ref
from .recorded import Recorded

_SAMPLES = 5


@dataclass
class FieldCoverage:
    """One source field of one entity: how many items have a value, and what becomes of those values. ``samples`` are
    keys of items whose value is lost; where none is, of items that have one."""

    entity: str
    field: str
    items: int = 0
    mapped: int = 0
    preserved: int = 0
    dropped: int = 0
    lost: int = 0
    samples: list[str] = dataclasses.field(default_factory=list)

    @property
    def survived(self) -> float:
        """The share of values that are mapped, preserved or dropped by a line of the spec, in per cent."""
        return 100.0 * (self.items - self.lost) / self.items


def cover(recorded: Recorded) -> Iterator[FieldCoverage]:
    """Every field that has a value in some record, by entity in the order of the spec, the emptiest last.

    What is only read to be accounted for has no fields that could be lost.
    """
    resolves = _resolving(recorded)
    for entity, mapping in recorded.wiring.mappings.items():
        if recorded.wiring.spec.entities[entity].account:
            continue
        found: dict[str, FieldCoverage] = {}
        for stubs in recorded.snapshot.stubs(entity):
            for sourced in recorded.records.load(entity, stubs):
                mapped = mapping.apply(sourced.record, sourced.source)
                for name, fate in mapping.fates(sourced.record, mapped, resolves).items():
                    _count(found.setdefault(name, FieldCoverage(entity, name)), fate, sourced.record.key)
        yield from sorted(found.values(), key=lambda one: -one.items)


def _resolving(recorded: Recorded) -> Callable[[Ref], bool]:
    """Whether what a reference means was read too."""

    @lru_cache(maxsize=100_000)
    def known(entity: str, alias: str) -> bool:
        return recorded.snapshot.resolve(entity, [alias]) is not None

    def resolves(ref: Ref) -> bool:
        return any(known(ref.entity, alias) for alias in (*ref.aliases, *((ref.use,) if ref.use else ())))

    return resolves


def _count(coverage: FieldCoverage, fate: str, key: str) -> None:
    coverage.items += 1
    if fate == LOST and not coverage.lost:
        coverage.samples.clear()
    if len(coverage.samples) < _SAMPLES and (fate == LOST or not coverage.lost):
        coverage.samples.append(key)
    setattr(coverage, fate, getattr(coverage, fate) + 1)
