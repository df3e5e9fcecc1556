"""How a record became its payload, part by part, for those who ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List

FROM, VALUE, STEP, DEFAULT, REF, WHEN, RULE, MISSING = (
    "from",
    "value",
    "step",
    "default",
    "ref",
    "when",
    "rule",
    "missing",
)
#: stands for a value that no part before had
NOTHING: Any = type("Nothing", (), {"__repr__": lambda self: "NOTHING", "__bool__": lambda self: False})()


@dataclass(frozen=True)
class Part:
    """One part of a mapping at work: ``kind`` and ``name`` (a path, a step, a rule), the spec's dotted ``path`` of it,
    what went in (``NOTHING`` for parts that begin) and what came out.

    ``field`` is the target field that was being made; empty for rules.
    """

    kind: str
    name: str
    path: str
    before: Any
    after: Any
    field: str = ""


Trace = List[Part]
