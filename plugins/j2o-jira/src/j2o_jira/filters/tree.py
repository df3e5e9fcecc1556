"""What a query says, as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple, Union


@dataclass(frozen=True)
class Value:
    """A word or a quoted text."""

    text: str


@dataclass(frozen=True)
class Call:
    """A function with its arguments: ``startOfDay("-1d")``."""

    name: str
    arguments: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Empty:
    """``EMPTY`` or ``NULL``."""


@dataclass(frozen=True)
class Listed:
    """``(a, b, c())``."""

    items: Tuple[Union[Value, Call, Empty], ...]


Operand = Union[Value, Call, Empty, Listed]


@dataclass(frozen=True)
class Clause:
    """A field, an operator in small letters (``=``, ``not in``, ``was``) and what it is compared with.

    ``changed`` has no operand. ``history`` are the parts behind ``was`` and ``changed``: ``("after", Value(...))``.
    """

    field: str
    operator: str
    operand: Optional[Operand] = None
    history: Tuple[Tuple[str, Operand], ...] = ()


@dataclass(frozen=True)
class Not:
    """A negation."""

    part: Condition


@dataclass(frozen=True)
class And:
    """Two or more conditions that all hold."""

    parts: Tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    """Two or more conditions of which one holds."""

    parts: Tuple[Condition, ...]


Condition = Union[Clause, Not, And, Or]


@dataclass(frozen=True)
class Order:
    """A field to sort by; ``descending`` is ``None`` where nothing is said."""

    field: str
    descending: Optional[bool] = None


@dataclass(frozen=True)
class Query:
    """A whole query; without a condition it means everything."""

    condition: Optional[Condition] = None
    order: Tuple[Order, ...] = ()
