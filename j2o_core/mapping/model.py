"""What a compiled mapping gives for one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping, Optional

from ..model.problem import Place, Problem


@dataclass(frozen=True)
class Mapped:
    """One record, mapped.

    ``payload`` is symbolic (``Ref`` and ``RichText`` in it) and in the order of the spec. ``preserved`` are the source
    values that no field took and no line dropped, by display name, for the readable block. ``skip`` is the reason for
    which the item is left out, ``fail`` the problem for which it cannot be written; else both are ``None``.
    ``problems`` are the warnings. ``stops`` are those of its problems for which nothing may be
    written at all, of no item.
    """

    payload: Mapping[str, Any]
    preserved: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    skip: Optional[str] = None
    fail: Optional[Problem] = None
    #: the line of the spec that leaves the item out
    skip_place: Optional[Place] = None
    stops: tuple[Problem, ...] = ()
