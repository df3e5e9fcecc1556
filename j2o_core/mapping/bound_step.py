"""A step with its argument, ready to be applied."""

from __future__ import annotations

from typing import Any, Callable, Optional

from ..expressions.paths import Path
from ..hooks.protocols import Step
from .scope import Scope


class BoundStep:
    """A step with its argument; ``evaluate`` makes the argument where it is an expression.

    Such an expression sees the value that comes in as ``value``, and looks at the paths ``reads``.
    """

    __slots__ = ("apply", "argument", "evaluate", "name", "reads", "takes_empty")

    def __init__(
        self,
        step: Step,
        argument: Any,
        evaluate: Optional[Callable[[Scope], Any]] = None,
        reads: frozenset[Path] = frozenset(),
    ) -> None:
        self.name, self.apply, self.takes_empty = step.name, step.apply, step.takes_empty
        self.argument, self.evaluate, self.reads = argument, evaluate, reads

    def __call__(self, value: Any, scope: Scope) -> Any:
        """The step applied to a value."""
        if self.evaluate is None:
            return self.apply(value, self.argument, scope)
        scope["value"] = value
        try:
            return self.apply(value, self.evaluate(scope), scope)
        finally:
            del scope["value"]
