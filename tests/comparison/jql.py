"""As much of JQL as generated filters use: conditions that all hold, and an order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional

_VALUE = r'"[^"]*"|[\w.-]+(?:\(\))?'
_CLAUSE = re.compile(
    rf"(?i)^(?P<field>\w+)\s*(?:=\s*(?P<one>{_VALUE})|in\s*\((?P<many>[^()]*)\)|is\s+(?P<none>empty|null))$"
)


@dataclass(frozen=True)
class Clause:
    """``field`` (lower case) is one of the ``values``."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """By what, and from which end."""

    field: str
    descending: bool


@dataclass(frozen=True)
class Asked:
    """What a query asks."""

    clauses: tuple[Clause, ...]
    order: tuple[Order, ...]


def read_jql(jql: str) -> Optional[Asked]:
    """The query, or nothing where it says more than is understood here."""
    where, _, by = re.sub(r"(?i)\border\s+by\b", "\0", jql).partition("\0")
    clauses = []
    for part in re.split(r"(?i)\s+and\s+", where.strip()) if where.strip() else ():
        found = _CLAUSE.match(part.strip())
        if found is None:
            return None
        values = ["EMPTY"] if found["none"] else [found["one"]] if found["one"] else found["many"].split(",")
        clauses.append(Clause(found["field"].lower(), tuple(value.strip().strip('"') for value in values)))
    order = []
    for part in by.split(",") if by.strip() else ():
        name, *direction = part.split()
        order.append(Order(name.lower(), [one.upper() for one in direction] == ["DESC"]))
    return Asked(tuple(clauses), tuple(order))
