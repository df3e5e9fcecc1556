"""The plan of a whole run: rules across items, then entity by entity, with what keeps it from being carried out."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Mapping, Optional

from ..checks.findings import Finding
from ..engine.resolve import Resolver
from ..ledger import listing, plan_rows
from ..ledger.items import Items
from ..ledger.writer import Writer
from ..snapshot.store import Snapshot
from .across import Across
from .check import tell
from .options import Emit
from .plan import Planner
from .preflight import demand_required
from .retry import Retry
from .wiring import Wiring


@dataclass(frozen=True)
class WholePlan:
    """What was counted by entity (``source``, ``unchanged``), for what nothing may be written, and what was told."""

    counts: Mapping[str, Mapping[str, int]]
    stops: tuple[Finding, ...]
    told: tuple[Finding, ...]


def plan_all(
    wiring: Wiring,
    snapshot: Snapshot,
    items: Items,
    resolver: Resolver,
    writer: Writer,
    run: str,
    emit: Emit,
    stop: threading.Event,
    scan_again: frozenset[str] = frozenset(),
    retry: Optional[Retry] = None,
    fresh: bool = False,
) -> WholePlan:
    """Plan everything into the effect table of ``run``, instead of what it held; what earlier runs left out for good,
    too, where it is ``fresh``. Raises ``Interrupted``, ``Fatal``."""
    demand_required(wiring)
    across = Across(wiring, snapshot, items, emit, stop)
    across.look()
    emit({"event": "stage_started", "stage": "plan"})
    writer.submit(lambda connection: plan_rows.forget(connection, run))
    for loader in wiring.loaders.values():
        loader.prepare()
    warnings = [("", problem) for mapping in wiring.mappings.values() for problem in mapping.problems]
    writer.submit(lambda connection: listing.put_problems(connection, run, "plan", warnings))
    planner = Planner(wiring, snapshot, items, resolver, writer, run, emit, stop, scan_again, retry, fresh)
    counts = planner.plan()
    stops, told = (*across.stops.ranked(), *planner.stops.ranked()), tuple(across.told.ranked())
    tell([*stops, *told], writer, run, emit)
    return WholePlan(counts, stops, told)
