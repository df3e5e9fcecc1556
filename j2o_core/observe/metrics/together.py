"""The figures of several processes of one run as those of the run: see ``Family.joins``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable, Iterator, Sequence, Union

from .families import ADDED_OF_SENDERS, COUNTED, EACH, LARGEST, LEADS, LEAST_OF_SENDERS, Family
from .samples import Sample, Spread

_Value = Union[float, Spread]


@dataclass(frozen=True)
class Other:
    """What another process of the run has told, ``age`` seconds ago.

    ``there``: it still does, so that it counts as it stands, too.
    """

    name: str
    there: bool
    samples: Sequence[Sample]
    host: str = ""
    pid: int = 0
    age: float = 0.0


def together(own: Sequence[Sample], others: Sequence[Other]) -> list[Sample]:
    """Those of the process that leads, and of all others."""
    if not others:
        return list(own)
    mine: dict[Family, dict[tuple[str, ...], _Value]] = {}
    told: dict[Family, dict[tuple[str, ...], list[_Value]]] = {}
    found = [sample for sample in own if sample.family.joins in (LEADS, EACH)]
    for sample in own:
        if sample.family.joins not in (LEADS, EACH):
            mine.setdefault(sample.family, {})[sample.labels] = sample.value
    for other in others:
        for sample in other.samples:
            joins = sample.family.joins
            if joins == LEADS or not (other.there or joins == COUNTED):
                continue
            if joins == EACH:
                found.append(Sample(sample.family, (other.name, *sample.labels[1:]), sample.value))
            else:
                told.setdefault(sample.family, {}).setdefault(sample.labels, []).append(sample.value)
    for family in {**mine, **told}:
        own_values, values = mine.get(family, {}), told.get(family, {})
        for labels in {**own_values, **values}:
            own_value = [own_values[labels]] if labels in own_values else []
            found.append(Sample(family, labels, _one(family, own_value, values.get(labels, []))))
    return found


def _one(family: Family, own: Sequence[_Value], others: Sequence[_Value]) -> _Value:
    if family.joins in (ADDED_OF_SENDERS, LEAST_OF_SENDERS):  # as long as there are workers, who leads sends nothing
        values = others or own
    else:
        values = [*own, *others]
    spreads = [value for value in values if isinstance(value, Spread)]
    if spreads:
        return _sum(spreads)
    numbers = list(_numbers(values))
    if family.joins == LARGEST:
        return max(numbers)
    return min(numbers) if family.joins == LEAST_OF_SENDERS else sum(numbers)


def _sum(spreads: Sequence[Spread]) -> Spread:
    counts = [sum(of_bucket) for of_bucket in zip(*(spread.counts for spread in spreads))]
    return Spread(spreads[0].bounds, counts, sum(spread.total for spread in spreads))


def _numbers(values: Iterable[_Value]) -> Iterator[float]:
    for value in values:
        assert not isinstance(value, Spread)
        yield value
