"""What the processes of a run know beside the ledger: systems, machines, and how far each stage is.

The process of the run asks itself; others find in the ledger what it told some seconds ago, and how long ago that was.
"""

from __future__ import annotations

import math
import os
import socket
import time
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ..http.breaker import CLOSED, HALF_OPEN, OPEN
from ..ledger.queries import INTERRUPTED
from ..ledger.runs import RUNNING
from ..ledger.told import LEADS, Told
from ..observe.metrics import families
from ..observe.metrics.families import Family
from ..observe.metrics.plain import WARNINGS, samples_of
from ..observe.metrics.process import LEAD
from ..observe.metrics.registry import Metrics
from ..observe.metrics.samples import Spread
from ..observe.metrics.together import Other, together
from ..pipeline.telling import OLD, other_of

Known = Dict[Family, Dict[Tuple[str, ...], Any]]
#: what is told is so now; was so, and nothing came since; was the last that a process told which is dead, or has ended
NOW, STALE, GONE, ENDED = "now", "stale", "gone", "ended"


def of_this_process(metrics: Metrics, run: str) -> Optional[Dict[str, Any]]:
    """What this process knows of its run now; ``None``: it carries out another one."""
    lead = Other(LEAD, True, metrics.own(), socket.gethostname(), os.getpid())
    found = figures_of(lead, metrics.others(), run)
    if found is None:
        return None
    return {"state": NOW, "told": time.time(), "age": 0, **found, "warnings": metrics.warnings.current()}


def of_another(rows: Sequence[Told], run: Mapping[str, Any]) -> Optional[Dict[str, Any]]:
    """What the ledger has of the processes of this run; ``None``: nothing of the one that leads it."""
    if not rows or rows[0].worker != LEADS:
        return None
    row, *workers = rows
    state = _state(row, run)
    lead = Other(LEAD, state == NOW, list(samples_of(row.figures)), row.host, row.pid, row.age)
    found = figures_of(lead, [other_of(one) for one in workers], run["run"])
    # Of what will not change any more, the age is no news.
    age = round(row.age) if state in (NOW, STALE) else None
    if found is None:
        return None
    warnings = row.figures.get(WARNINGS, []) if state == NOW else []
    return {"state": state, "told": row.moment, "age": age, **found, "warnings": warnings}


def _state(row: Told, run: Mapping[str, Any]) -> str:
    if run["state"] == INTERRUPTED:
        return GONE
    if row.ended or run["state"] != RUNNING:
        return ENDED
    return NOW if row.age <= OLD else STALE


def figures_of(lead: Other, others: Sequence[Other], run: str) -> Optional[Dict[str, Any]]:
    """``systems``, ``processes``, ``progress`` of the stage at work, and more; ``None``: of another run."""
    known: Known = {}
    for sample in together(lead.samples, others):
        known.setdefault(sample.family, {})[sample.labels] = sample.value
    if not any(labels[0] == run for labels in known.get(families.RUN, {})):
        return None
    stage = next((labels[0] for labels, is_it in known.get(families.RUN_STAGE, {}).items() if is_it), "")
    expected = known.get(families.PROGRESS_EXPECTED, {})
    return {
        "systems": [_system(known, name, host) for name, host in sorted(known.get(families.CONNECTION, {}))],
        "machine": _machine(known, LEAD),
        "processes": [_process(known, one) for one in (lead, *others) if one.pid],
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


def _process(known: Known, one: Other) -> Dict[str, Any]:
    """A process; of one that tells nothing any more there is no machine, unless it leads."""
    told = (one.name,) in known.get(families.MEMORY, {})
    return {
        "name": one.name,
        "host": one.host,
        "pid": one.pid,
        "there": one.there,
        "age": round(one.age) if one.age else 0,
        "machine": _machine(known, one.name) if told else None,
    }


def _machine(known: Known, name: str) -> Dict[str, Any]:
    return {
        "memory": known.get(families.MEMORY, {}).get((name,), 0),
        "cpu_seconds": known.get(families.CPU, {}).get((name,), 0),
        "threads": known.get(families.THREADS, {}).get((name,), 0),
        "disks": [
            {"folder": folder, "free": free, "size": known.get(families.DISK_SIZE, {}).get((of, folder))}
            for (of, folder), free in known.get(families.DISK_FREE, {}).items()
            if of == name
        ],
    }


def _system(known: Known, name: str, host: str) -> Dict[str, Any]:
    """One connection; times are seconds, ``allowed`` is ``None`` where any number of requests is."""
    statuses = [(status, number) for (of, _, status), number in known.get(families.REQUESTS, {}).items() if of == name]
    spreads = [spread for (of, *_), spread in known.get(families.REQUEST_SECONDS, {}).items() if of == name]
    allowed = known.get(families.ALLOWED, {}).get((name,), math.inf)
    count = sum(sum(spread.counts) for spread in spreads)
    return {
        "connection": name,
        "host": host,
        "requests": sum(number for _, number in statuses),
        "refused": known.get(families.REFUSED, {}).get((name,), 0),
        "errors": sum(number for status, number in statuses if not status.startswith(("2", "3"))),
        "retries": sum(number for (of, _), number in known.get(families.RETRIES, {}).items() if of == name),
        "mean": sum(spread.total for spread in spreads) / count if count else None,
        "most": _quantile(spreads, 0.95),
        "under_way": known.get(families.UNDER_WAY, {}).get((name,), 0),
        "allowed": None if math.isinf(allowed) else allowed,
        "held": bool(known.get(families.HELD, {}).get((name,), False)),
        "pause": known.get(families.PAUSE, {}).get((name,), 0.0),
        "breaker": next((s for s in (OPEN, HALF_OPEN, CLOSED) if known.get(families.BREAKER, {}).get((name, s))), ""),
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
