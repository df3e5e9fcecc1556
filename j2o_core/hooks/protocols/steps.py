"""Steps change one value on its way from the source to the target."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping, Sequence


@dataclass(frozen=True)
class Step:
    """A transformer: ``apply(value, argument, scope)`` → value. Pure. ``argument`` is what the spec gave, or ``None``.

    ``schema`` is the JSON Schema of the argument; ``version`` enters the mapping digest. Raise ``StepError`` where
    the value cannot be taken. A text in the argument whose schema says ``format: secret`` must be a reference in the
    spec (``${env:NAME}``); the step gets what it stands for, as a ``Secret``.
    """

    name: str
    apply: Callable[[Any, Any, Mapping[str, Any]], Any]
    summary: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    version: str = "1"
    #: whether empty values (None, "", []) are given to it too
    takes_empty: bool = False
    #: (argument, value in, value out): shown in the step reference, and tried by the conformance kit
    examples: Sequence[tuple[Any, Any, Any]] = ()


class StepError(ValueError):
    """A step cannot take this value; the message says what it expected."""
