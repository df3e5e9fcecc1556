"""Functions of the expression language: what plugins add beside steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable


@dataclass(frozen=True)
class Function:
    """A pure function for expressions: ``{{ NAME(x, y) }}``, and as a filter ``{{ x | NAME(y) }}``.

    Arguments and result are plain data. ``version`` enters the mapping digest of what uses it. What it raises fails
    the item, with its message.
    """

    name: str
    apply: Callable[..., Any]
    summary: str
    version: str = "1"


@dataclass(frozen=True)
class Check:
    """A named condition for rules: ``assert: "{{ NAME(item) }}"``. ``holds`` says true or false, nothing else.

    It works wherever a ``Function`` does (in ``when``, too); arguments are plain data, and it is pure.
    """

    name: str
    holds: Callable[..., bool]
    summary: str
    version: str = "1"
