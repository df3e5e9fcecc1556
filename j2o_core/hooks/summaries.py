"""What a thing that a plugin provides is, in one line."""

from __future__ import annotations

import inspect
from typing import Any

from .protocols import Check, Function, Step


def summary_of(value: Any) -> str:
    """The summary of a step, function or check; of a class or function the first paragraph of its docstring."""
    if isinstance(value, (Step, Function, Check)):
        return value.summary
    text = inspect.getdoc(value) if inspect.isclass(value) or inspect.isroutine(value) else ""
    return (text or "").partition("\n\n")[0].replace("\n", " ")
