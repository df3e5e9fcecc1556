"""Samples as plain data, to be kept as JSON and read by another process: small, and without what the families say."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

from .families import FAMILIES, HISTOGRAM, Family
from .samples import Sample, Spread

#: under which the same data may hold the current warnings, which are no samples
WARNINGS = "warnings"
_KNOWN: Mapping[str, Family] = {family.name: family for family in FAMILIES}


def plain(samples: Iterable[Sample]) -> Dict[str, List[Any]]:
    """By name of the family a list of ``[labels, value]``; of histograms ``[labels, counts, total]``."""
    told: Dict[str, List[Any]] = {}
    for sample in samples:
        value = sample.value
        rest = [list(value.counts), round(value.total, 6)] if isinstance(value, Spread) else [_number(value)]
        told.setdefault(sample.family.name, []).append([list(sample.labels), *rest])
    return told


def samples_of(told: Mapping[str, Any]) -> Iterator[Sample]:
    """The samples that were told. What this version does not know as it stands there is left out."""
    for name, series in told.items():
        family = _KNOWN.get(name)
        if family is not None:
            for one in series:
                sample = _sample(family, one)
                if sample is not None:
                    yield sample


def _sample(family: Family, one: List[Any]) -> Optional[Sample]:
    labels, *rest = one
    if len(labels) != len(family.labels):
        return None
    if family.kind != HISTOGRAM:
        return Sample(family, tuple(labels), rest[0]) if len(rest) == 1 else None
    if len(rest) != 2 or len(rest[0]) != len(family.bounds) + 1:
        return None
    return Sample(family, tuple(labels), Spread(family.bounds, rest[0], rest[1]))


def _number(value: float) -> float:
    return int(value) if value == value and abs(value) < 1e15 and value == int(value) else value
