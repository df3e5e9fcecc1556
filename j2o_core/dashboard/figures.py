"""What the process that carries a run out knows beside the ledger: systems, machine, and how far each stage is."""

from __future__ import annotations

import math
from typing import Any, Dict, Iterable, List, Optional, Tuple

from ..observe.metrics import families
from ..observe.metrics.families import Family
from ..observe.metrics.samples import Sample, Spread

Known = Dict[Family, Dict[Tuple[str, ...], Any]]


def figures_of(samples: Iterable[Sample], run: str) -> Optional[Dict[str, Any]]:
    """``systems``, ``machine``, ``progress`` of the stage at work, and more; ``None``: of another run."""
    known: Known = {}
    for sample in samples:
        known.setdefault(sample.family, {})[sample.labels] = sample.value
    if not any(labels[0] == run for labels in known.get(families.RUN, {})):
        return None
    stage = next((labels[0] for labels, is_it in known.get(families.RUN_STAGE, {}).items() if is_it), "")
    expected = known.get(families.PROGRESS_EXPECTED, {})
    return {
        "systems": [_system(known, name, host) for name, host in sorted(known.get(families.CONNECTION, {}))],
        "machine": {
            "memory": _one(known, families.MEMORY),
            "cpu_seconds": _one(known, families.CPU),
            "threads": _one(known, families.THREADS),
            "disks": [
                {"folder": folder, "free": free, "size": known.get(families.DISK_SIZE, {}).get((folder,))}
                for (folder,), free in known.get(families.DISK_FREE, {}).items()
            ],
        },
        "stage": stage,
        "progress": [
            {"entity": entity, "done": done, "expected": expected.get((of, entity))}
            for (of, entity), done in known.get(families.PROGRESS, {}).items()
            if of == stage
        ],
        "in_doubt": _one(known, families.IN_DOUBT),
        "queue": {state: number for (state,), number in known.get(families.QUEUE, {}).items()},
        "commit_queue": _one(known, families.COMMIT_QUEUE),
    }


def _system(known: Known, name: str, host: str) -> Dict[str, Any]:
    """One connection; times are seconds, ``allowed`` is ``None`` where any number of requests is."""
    statuses = {status: number for (of, _, status), number in known.get(families.REQUESTS, {}).items() if of == name}
    spreads = [spread for (of, *_), spread in known.get(families.REQUEST_SECONDS, {}).items() if of == name]
    allowed = known.get(families.ALLOWED, {}).get((name,), math.inf)
    count = sum(sum(spread.counts) for spread in spreads)
    return {
        "connection": name,
        "host": host,
        "requests": sum(statuses.values()),
        "refused": known.get(families.REFUSED, {}).get((name,), 0),
        "errors": sum(number for status, number in statuses.items() if not status.startswith(("2", "3"))),
        "retries": sum(number for (of, _), number in known.get(families.RETRIES, {}).items() if of == name),
        "mean": sum(spread.total for spread in spreads) / count if count else None,
        "most": _quantile(spreads, 0.95),
        "under_way": known.get(families.UNDER_WAY, {}).get((name,), 0),
        "allowed": None if math.isinf(allowed) else allowed,
        "held": bool(known.get(families.HELD, {}).get((name,), False)),
        "pause": known.get(families.PAUSE, {}).get((name,), 0.0),
        "breaker": next((s for (of, s), is_it in known.get(families.BREAKER, {}).items() if of == name and is_it), ""),
        "sent": known.get(families.SENT, {}).get((name,), 0),
        "received": known.get(families.RECEIVED, {}).get((name,), 0),
    }


def _quantile(spreads: List[Spread], share: float) -> Optional[float]:
    """The bound of the bucket below which such a share of all lies."""
    if not spreads:
        return None
    counts = [sum(numbers) for numbers in zip(*(spread.counts for spread in spreads))]
    wanted, so_far = share * sum(counts), 0
    if not wanted:
        return None
    for bound, count in zip(spreads[0].bounds, counts):
        so_far += count
        if so_far >= wanted:
            return bound
    return spreads[0].bounds[-1]


def _one(known: Known, family: Family) -> Any:
    return known.get(family, {}).get((), 0)
