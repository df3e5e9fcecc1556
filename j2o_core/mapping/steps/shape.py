"""How most steps are made: one value in, one value out, and a list element by element."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Optional, Sequence

from ...expressions.empty import is_empty
from ...expressions.sandbox import show
from ...hooks.protocols import Step, StepError
from ..scope import Scope

#: the schema of a step that takes no argument
NOTHING: Mapping[str, Any] = {"type": "null", "description": "No argument."}
Apply = Callable[[Any, Any, Mapping[str, Any]], Any]
#: (argument, value in, value out)
Examples = Sequence[tuple[Any, Any, Any]]


def each(
    name: str,
    change: Callable[[Any, Any], Any],
    summary: str,
    schema: Mapping[str, Any] = NOTHING,
    version: str = "1",
    examples: Examples = (),
) -> Step:
    """A step for one value; a list is taken element by element, and elements that become empty are left out.

    Where that happens to an element that said something, the list did not come through whole.
    """

    def apply(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
        if isinstance(value, list):
            items = [item for item in value if not is_empty(item)]
            made = [change(item, argument) for item in items]
            if isinstance(scope, Scope) and any(is_empty(new) and not _is_blank(old) for old, new in zip(items, made)):
                scope.cut = True
            return [item for item in made if not is_empty(item)]
        return change(value, argument)

    return Step(name, apply, summary, schema, version, examples=examples)


def whole(
    name: str,
    change: Callable[[Any, Any], Any],
    summary: str,
    schema: Mapping[str, Any] = NOTHING,
    takes_empty: bool = False,
    examples: Examples = (),
    version: str = "1",
) -> Step:
    """A step for the value as it is, a list as one."""

    def apply(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
        return change(value, argument)

    return Step(name, apply, summary, schema, version, takes_empty, examples)


def maybe(*schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of an argument that may be left out."""
    return {"oneOf": [NOTHING, *schemas]}


def choices(required: Sequence[str] = (), **properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of an argument with named parts; ``true_`` is called ``true``."""
    return {
        "type": "object",
        "properties": {name.rstrip("_"): schema for name, schema in properties.items()},
        "required": [name.rstrip("_") for name in required],
        "minProperties": 1,
        "additionalProperties": False,
    }


def text_of(value: Any) -> str:
    """The text of a text, number or boolean; anything else is no text.

    Raises:
        StepError: an object or a list.
    """
    if value.__class__ is str:
        return str(value)
    if isinstance(value, (bool, int, float)):
        return str(show(value))
    if isinstance(value, str):
        return value
    raise StepError(f"expected a text, found {kind_of(value)}")


def kind_of(value: Any) -> str:
    """What a value is, for messages."""
    if isinstance(value, dict):
        return "an object with " + (", ".join(sorted(map(str, value))[:4]) or "nothing in it")
    if isinstance(value, list):
        return "a list"
    shown = f"{show(value)!r}"
    return shown if len(shown) <= 80 else shown[:80] + "…"


def option(argument: Any, name: str, default: Optional[Any] = None) -> Any:
    """One entry of a step's argument, where that is an object."""
    return argument.get(name, default) if isinstance(argument, dict) else default


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()
