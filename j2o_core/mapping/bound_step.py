"""A step with its argument, ready to be applied."""

from __future__ import annotations

from typing import Any, Optional

from ..expressions.compiled import Compiled
from ..hooks.protocols import Step
from .scope import Scope


class BoundStep:
    """A step with its argument; ``made`` makes the argument where it is an expression.

    Such an expression sees the value that comes in as ``value``; that it was evaluated is noted with ``mark``.
    """

    __slots__ = ("apply", "argument", "evaluate", "made", "mark", "name", "takes_empty")

    def __init__(self, step: Step, argument: Any, made: Optional[Compiled] = None, mark: int = 0) -> None:
        self.name, self.apply, self.takes_empty = step.name, step.apply, step.takes_empty
        self.argument, self.made, self.mark = argument, made, mark
        self.evaluate = None if made is None else made.evaluate

    def __call__(self, value: Any, scope: Scope) -> Any:
        """The step applied to a value."""
        if self.evaluate is None:
            return self.apply(value, self.argument, scope)
        scope.seen.add(self.mark)
        scope["value"] = value
        try:
            return self.apply(value, self.evaluate(scope), scope)
        finally:
            del scope["value"]
