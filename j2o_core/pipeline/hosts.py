"""The gates before the hosts that a run talks to: a host bears what it bears, under however many names it is used."""

from __future__ import annotations

from functools import reduce
from typing import Mapping

from ..http import Gate
from ..http.environment import origin_of
from ..model.limits import Limit
from ..spec.model import RuntimeSpec


def gates(addresses: Mapping[str, str], runtime: RuntimeSpec) -> dict[str, Gate]:
    """A gate for each connection, given their URLs; those with one scheme, host and port share theirs.

    Where several of them have a ``rate_limit``, the stricter one holds for all.
    """
    hosts: dict[tuple[str, str, int], list[str]] = {}
    for name, url in addresses.items():
        hosts.setdefault(origin_of(url), []).append(name)
    return {name: gate for names in hosts.values() for gate in [_gate(names, runtime)] for name in names}


def _gate(names: list[str], runtime: RuntimeSpec) -> Gate:
    stated = [runtime.rate_limit[name] for name in names if name in runtime.rate_limit]
    return Gate(
        " and ".join(names),
        limit=reduce(Limit.along_with, stated, Limit()),
        breaker=runtime.circuit_breaker,
        retry_share=runtime.retry.budget,
        workers=runtime.workers,
    )
