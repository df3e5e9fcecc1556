"""Steps for lists; a single value is a list of one.

``join``              list → text; ``{join: "; "}``, ``", "`` where nothing is said
``first``, ``last``   one element; the others are preserved as text
``unique``            without repetitions, in order
``get: NAME``         a key of an object, or of each object in a list: ``{get: name}``
``default: VALUE``    the value where there is none (also the function ``default(x, y)``)
"""

from __future__ import annotations

from typing import Any

from ...expressions.empty import is_empty
from ...expressions.sandbox import show
from ...model.digest import canonical
from .shape import NOTHING, whole


def join(value: Any, argument: Any) -> str:
    """One text of all elements that are not empty."""
    separator = ", " if argument is None else argument
    return str(separator.join(str(show(item)) for item in _list(value) if not is_empty(item)))


def first(value: Any, argument: Any) -> Any:
    """The first element that is not empty."""
    return next((item for item in _list(value) if not is_empty(item)), None)


def last(value: Any, argument: Any) -> Any:
    """The last element that is not empty."""
    return next((item for item in reversed(_list(value)) if not is_empty(item)), None)


def unique(value: Any, argument: Any) -> list[Any]:
    """Each element once, where it first stood."""
    found: dict[str, Any] = {}
    for item in _list(value):
        found.setdefault(item if item.__class__ is str else "\0" + canonical(item), item)
    return list(found.values())


def get(value: Any, argument: Any) -> Any:
    """A key of an object, or of every object in a list."""
    if isinstance(value, list):
        made = [get(item, argument) for item in value]
        return [item for item in made if not is_empty(item)]
    return value.get(argument) if isinstance(value, dict) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


STEPS = (
    whole(
        "join",
        join,
        "Makes one text of a list, with a separator between.",
        {"oneOf": [NOTHING, {"type": "string"}]},
    ),
    whole("first", first, "Takes the first element of a list; the others are preserved."),
    whole("last", last, "Takes the last element of a list; the others are preserved."),
    whole("unique", unique, "Leaves out repetitions."),
    whole("get", get, "Takes one key of an object, or of each object in a list.", {"type": "string", "minLength": 1}),
    whole(
        "default",
        lambda value, argument: argument if is_empty(value) else value,
        "Gives a value where there is none.",
        {},
        takes_empty=True,
    ),
)
