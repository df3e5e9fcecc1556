"""The counts of a run: whether they add up, and as a table for people."""

from __future__ import annotations

from typing import Mapping, Optional

from .table import aligned

#: what becomes of an item; each entity's ``source`` is their sum
OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed", "left")
#: neither written nor left out for a reason
_UNSUCCESSFUL = ("failed", "left")
Counts = Mapping[str, int]


def adds_up(counts: Counts) -> bool:
    """Whether every source item has exactly one outcome."""
    return counts.get("source", 0) == sum(counts.get(outcome, 0) for outcome in OUTCOMES)


def totals(entities: Mapping[str, Counts]) -> dict[str, int]:
    """The sum of each count over all entities."""
    return {name: sum(counts.get(name, 0) for counts in entities.values()) for name in ("source", *OUTCOMES)}


def success_rate(counts: Counts) -> Optional[float]:
    """The share, 0 to 1, of source items that arrived or were left out for a stated reason; ``None`` without items.

    It is never rounded up to 1: four digits are kept, the rest is cut off.
    """
    source = counts.get("source", 0)
    if not source:
        return None
    well = sum(counts.get(outcome, 0) for outcome in OUTCOMES if outcome not in _UNSUCCESSFUL)
    return min(well, source) * 10_000 // source / 10_000


def percent(rate: Optional[float]) -> str:
    """A rate for people: ``99.95 %``; a dash where there is none."""
    return "–" if rate is None else f"{rate * 100:.2f}".rstrip("0").rstrip(".") + " %"


def render(entities: Mapping[str, Counts]) -> str:
    """An aligned table, a row for each entity and one for the total; says so where a sum does not add up."""
    rows = [(name, *_row(counts)) for name, counts in entities.items()]
    rows.append(("total", *_row(totals(entities))))
    lines = aligned(("", "source", *OUTCOMES), rows)
    lines.insert(len(lines) - 1, "-" * max(len(line) for line in lines))
    lines += [
        f"{name}: {counts.get('source', 0)} source items, but {sum(counts.get(o, 0) for o in OUTCOMES)} outcomes"
        for name, counts in entities.items()
        if not adds_up(counts)
    ]
    return "\n".join(lines)


def _row(counts: Counts) -> tuple[int, ...]:
    return tuple(counts.get(name, 0) for name in ("source", *OUTCOMES))
