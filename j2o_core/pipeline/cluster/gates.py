"""The gates of all workers before one host act as one: what each reports, what follows for all, how each follows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Collection, Mapping, Optional, Sequence

from ...http import Gate
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
        refused=sum(number for other, number in order.refused.items() if other != worker),
    )


@dataclass
class _Host:
    parallel: Shares
    rate: Shares
    broken_by: Optional[int] = None


class Gates:
    """What holds before each host, as the coordinator finds it in the reports of its workers."""

    def __init__(self, gates: Mapping[str, Gate]) -> None:
        self._gates = gates
        self._hosts = {name: _Host(Shares(), Shares()) for name in gates}
        #: requests refused by each host, so far, by worker; those of workers that are gone stay
        self._refused: dict[str, dict[str, int]] = {name: {} for name in gates}

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
        host, refused = self._hosts[name], self._refused[name]
        standing = {member.id: _standing(member, name) for member in members}
        workers = sorted(standing)
        seen = {member.id: member.seen for member in members}
        for worker, stands in standing.items():
            refused[str(worker)] = stands.refused
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
        if parallel is not None:
            whole = whole_shares(parallel, sharing, int(now / _ROUND))
            wanted = {**idle, **{worker: float(share) for worker, share in whole.items()}}
            found = host.parallel.grant(number, parallel, wanted, seen, busy)
            places = {str(worker): int(many) for worker, many in found.items()}
        if rate is not None:
            shares = host.rate.grant(number, rate, {**idle, **equal_shares(rate, sharing)}, seen, {})
            rates = {str(worker): share for worker, share in shares.items()}
        return GateOrder(held, max(pauses, default=0.0), host.broken_by, dict(refused), places, rates)


def _standing(member: Member, gate: str) -> Standing:
    return Standing(**member.report.get("gates", {}).get(gate, {}))
