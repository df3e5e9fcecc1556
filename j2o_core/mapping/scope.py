"""What a step or an expression can see while one record is mapped."""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional

from ..expressions.paths import follow
from .trace import Trace


class Scope(Dict[str, Any]):
    """The roots (``source``, ``parent``, ``item``, ``history``, later ``target``) and a place for remarks.

    ``bindings`` are the tables and entities of the spec, for the steps that name one. A step that cuts a value sets
    ``cut``, one that takes one element of several sets ``others``; a step that has something to tell adds it to
    ``remarks``. ``seen`` are the marks of the parts of expressions that were looked at. ``trace`` takes what each part
    of the mapping makes, where somebody asked for it.
    """

    __slots__ = ("bindings", "cut", "others", "remarks", "seen", "trace")

    def __init__(self, roots: Mapping[str, Any], bindings: Any, trace: Optional[Trace] = None) -> None:
        super().__init__(roots)
        self.bindings = bindings
        self.cut = self.others = False
        self.remarks: list[str] = []
        self.seen: set[int] = set()
        self.trace = trace


def roots(data: Any, source: Any) -> dict[str, Any]:
    """The roots for a record's data and, where it was split from another, that record's data (else ``None``)."""
    whole = data if source is None else source
    history = follow(whole, ("changelog", "histories"))
    return {
        "item": data,
        "source": whole,
        "parent": {} if source is None else source,
        "history": history if isinstance(history, list) else [],
    }
