"""What a plugin's tests may import besides ``j2o_core.api``: the conformance kit, and servers that misbehave."""

from __future__ import annotations

from .conformance import Conformance, Kit, records_of
from .hostile_proxy import HostileProxy
from .proofs import NotConforming, Proof, Result
from .worlds import Bench, NotProved, World, Worlds

__all__ = [
    "Bench",
    "Conformance",
    "HostileProxy",
    "Kit",
    "NotConforming",
    "NotProved",
    "Proof",
    "Result",
    "World",
    "Worlds",
    "records_of",
]
