"""The gates of all workers before one host act as one: what each reports, what follows for all, how each follows it."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any, Callable, Collection, Mapping, Optional, Sequence

from ...http import Gate
from ...http.adapting import Seen
from ...http.retry_budget import SharedBudget
from ...http.shared_limit import SharedLimit
from ...http.standing import Directions, Standing
from ...ledger.workers import Member
from .orders import GateOrder
from .shares import Shares, equal_shares, whole_shares

#: for so many seconds the same workers have the places, where there are fewer places than workers
_ROUND = 10.0


def report(gates: Mapping[str, Gate]) -> dict[str, Any]:
    """How the gates of a worker stand, as plain data."""
    return {name: asdict(gate.standing()) for name, gate in gates.items()}


def follow(gates: Mapping[str, Gate], orders: Mapping[str, Any], worker: int, now: float) -> None:
    """Do as the orders say; ``now`` is on the ledger's clock."""
    for name, form in orders.get("gates", {}).items():
        if name in gates:
            gates[name].follow(directions(GateOrder(**form), str(worker), now))


def directions(order: GateOrder, worker: str, now: float) -> Directions:
    """What an order means for one worker. Pure."""
    parallel = None if order.parallel is None else int(order.parallel.get(worker, 0))
    return Directions(
        parallel=parallel,
        rate=None if order.rate is None else order.rate.get(worker),
        pause=max(0.0, order.pause_until - now),
        held=order.held or ("waits for its share" if order.rate is not None and not order.rate.get(worker) else ""),
        broken=order.broken_by is not None and str(order.broken_by) != worker,
        round=order.round,
        slow=order.slow,
        retries=order.retries.get(worker, 0.0),
        owing=order.owing,
    )


@dataclass
class _Host:
    budget: SharedBudget
    adaptive: Optional[SharedLimit]
    parallel: Shares = field(default_factory=Shares)
    rate: Shares = field(default_factory=Shares)
    broken_by: Optional[int] = None
    #: requests refused so far, by worker; those of workers that are gone stay
    refused: dict[int, int] = field(default_factory=dict)
    #: by worker, as told last
    places: Mapping[int, float] = field(default_factory=dict)


class Gates:
    """What holds before each host, as the coordinator finds it in the reports of its workers."""

    def __init__(self, gates: Mapping[str, Gate], clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        names = {id(gate): name for name, gate in reversed(list(gates.items()))}  # a host is led under one name alone
        self._gates = {name: gates[name] for name in names.values()}
        self._hosts = {name: _host(gate, clock()) for name, gate in self._gates.items()}

    def places(self) -> Optional[int]:
        """How many workers can have a place at the same time, as the limits are; ``None``: any number."""
        stated = [limit for limit in (gate.limits[0] for gate in self._gates.values()) if limit is not None]
        return min(stated, default=None)

    def order(self, number: int, members: Sequence[Member], now: float, active: Collection[str] = ()) -> dict[str, Any]:
        """The orders with this number, as plain data; ``now`` is on the ledger's clock.

        ``active``: names of those who send at present, among whom the maxima are shared; all, where it is empty.
        """
        return {name: asdict(self._of(name, number, members, now, active)) for name in self._gates}

    def _of(self, name: str, number: int, members: Sequence[Member], now: float, active: Collection[str]) -> GateOrder:
        parallel, rate, held = self._gates[name].limits
        host = self._hosts[name]
        standing = {member.id: _standing(member, name) for member in members}
        workers = sorted(standing)
        seen = {member.id: member.seen for member in members}
        for worker, stands in standing.items():
            host.refused[worker] = stands.refused
        pauses = [
            float(member.report.get("at", now)) + standing[member.id].pause
            for member in members
            if standing[member.id].pause
        ]
        broken = [worker for worker in workers if standing[worker].broken]
        host.broken_by = host.broken_by if host.broken_by in broken else next(iter(broken), None)
        busy = {worker: float(stands.under_way) for worker, stands in standing.items()}
        sharing = [member.id for member in members if member.name in active] or workers
        idle = dict.fromkeys(workers, 0.0)
        places = rates = None
        slow: Mapping[str, float] = {}
        if host.adaptive is not None:
            parallel = _adapted(host, host.adaptive, standing, parallel, self._clock())
            slow = host.adaptive.slow()
        if parallel is not None:
            whole = whole_shares(parallel, sharing, int(now / _ROUND))
            wanted = {**idle, **{worker: float(share) for worker, share in whole.items()}}
            found = host.parallel.grant(number, parallel, wanted, seen, busy)
            host.places = {worker: int(many) for worker, many in found.items()}
            places = {str(worker): int(many) for worker, many in found.items()}
        if rate is not None:
            shares = host.rate.grant(number, rate, {**idle, **equal_shares(rate, sharing)}, seen, {})
            rates = {str(worker): share for worker, share in shares.items()}
        taken = {worker: (stands.succeeded, stands.retried) for worker, stands in standing.items()}
        granted, owing = host.budget.grant(taken, self._clock())
        return GateOrder(
            held=held,
            pause_until=max(pauses, default=0.0),
            broken_by=host.broken_by,
            parallel=places,
            rate=rates,
            round=None if host.adaptive is None else host.adaptive.number,
            slow=slow,
            retries={str(worker): many for worker, many in granted.items()},
            owing=owing,
        )


def _host(gate: Gate, now: float) -> _Host:
    adaptive = SharedLimit(gate.stated.courtesy) if gate.stated.adaptive else None
    return _Host(SharedBudget(gate.retry_share, now), adaptive)


def _adapted(host: _Host, limit: SharedLimit, standing: Mapping[int, Standing], most: Optional[int], now: float) -> int:
    """How many requests all workers together may have under way."""
    seen = {worker: stands.seen for worker, stands in standing.items() if stands.seen is not None}
    under_way = sum(stands.under_way for stands in standing.values())
    return limit.look(seen, host.places, sum(host.refused.values()), under_way, most, now)


def _standing(member: Member, gate: str) -> Standing:
    told = dict(member.report.get("gates", {}).get(gate, {}))
    if told.get("seen"):
        told["seen"] = Seen(**told["seen"])
    return Standing(**told)
