"""Steps for lists; a single value is a list of one.

``join``              list → text; ``{join: "; "}``, ``", "`` where nothing is said
``first``, ``last``   one element; the others are preserved as text
``unique``            without repetitions, in order
``get: NAME``         a key of an object, or of each object in a list: ``{get: name}``
``default: VALUE``    the value where there is none (also the function ``default(x, y)``)
"""

from __future__ import annotations

from typing import Any, Mapping

from ...expressions.empty import is_empty
from ...expressions.sandbox import show
from ...hooks.protocols import Step
from ...model.digest import canonical
from ..scope import Scope
from .shape import NOTHING, maybe, whole


def join(value: Any, argument: Any) -> str:
    """One text of all elements that are not empty."""
    separator = ", " if argument is None else argument
    return str(separator.join(str(show(item)) for item in _list(value) if not is_empty(item)))


def first(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """The first element that is not empty."""
    return _one([item for item in _list(value) if not is_empty(item)], 0, scope)


def last(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """The last element that is not empty."""
    return _one([item for item in _list(value) if not is_empty(item)], -1, scope)


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


def _one(items: list[Any], index: int, scope: Mapping[str, Any]) -> Any:
    if not items:
        return None
    found = items[index]
    if len(items) > 1 and isinstance(scope, Scope) and any(item != found for item in items):
        scope.others = True
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


STEPS = (
    whole(
        "join",
        join,
        "Makes one text of a list, with a separator between.",
        maybe({"type": "string", "description": "The separator.", "examples": ["; "]}),
        examples=((None, ["a", None, 1.0], "a, 1"), ("; ", ["a", {"name": "x"}], "a; x")),
    ),
    Step(
        "first",
        first,
        "Takes the first element of a list; the others are preserved.",
        NOTHING,
        "2",
        examples=((None, [None, "a", "b"], "a"),),
    ),
    Step(
        "last",
        last,
        "Takes the last element of a list; the others are preserved.",
        NOTHING,
        "2",
        examples=((None, ["a", "b", ""], "b"), (None, "a", "a")),
    ),
    whole("unique", unique, "Leaves out repetitions.", examples=((None, ["b", "a", "b"], ["b", "a"]),)),
    whole(
        "get",
        get,
        "Takes one key of an object, or of each object in a list; the other keys of a plain object are preserved.",
        {"type": "string", "minLength": 1, "description": "The key.", "examples": ["name"]},
        examples=(("name", {"name": "n"}, "n"), ("name", [{"name": "n"}, {}], ["n"])),
    ),
    whole(
        "default",
        lambda value, argument: argument if is_empty(value) else value,
        "Gives a value where there is none.",
        {"description": "The value.", "examples": ["none"]},
        takes_empty=True,
        examples=(("d", None, "d"), ("d", 0, 0)),
    ),
)
