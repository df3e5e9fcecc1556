"""The Jinja environment in which expressions live: plain data, no attributes, no methods, bounded arithmetic."""

from __future__ import annotations

from typing import Any, Callable, Mapping, NoReturn

from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..model.payload import Ref, RichText
from .empty import EMPTY, Empty

#: the longest text or list that ``*`` may make
REPEAT_LIMIT = 10_000
#: the largest exponent and the largest result, in bits, of ``**``
EXPONENT_LIMIT, POWER_BITS = 64, 4_096


class Sandbox(ImmutableSandboxedEnvironment):
    """Evaluates checked syntax trees. ``filters`` are the only functions there are; nothing else can be called."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, filters: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__(undefined=Empty, finalize=show, keep_trailing_newline=True, optimized=False, cache_size=0)
        self.globals.clear()
        self.filters.clear()
        self.filters.update(filters)
        self.tests = dict(_TESTS)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``obj.attribute``: a key of an object, never an attribute of Python's."""
        if obj.__class__ is dict:
            value = obj.get(attribute)
            return EMPTY if value is None else value
        return _look_into(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj[argument]``: a key of an object, an index or a slice of a list or a text; empty where there is none."""
        if obj.__class__ is dict:
            value = obj.get(argument) if isinstance(argument, (str, int)) else None
            return EMPTY if value is None else value
        if isinstance(obj, (list, tuple, str)) and isinstance(argument, (int, slice)):
            try:
                value = obj[argument]
            except IndexError:
                return EMPTY
            return EMPTY if value is None else value
        return _look_into(obj, argument)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: the functions of the language are filters, and plain data cannot be called."""
        raise SecurityError("nothing can be called here")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """``*``, ``**`` and ``%`` with bounded results."""
        if isinstance(left, Empty) or isinstance(right, Empty):
            EMPTY._refuse()
        if operator == "*":
            return _multiply(left, right)
        if not (_is_number(left) and _is_number(right)):
            raise SecurityError(f"'{operator}' takes numbers")
        if operator == "%":
            return left % right
        return _power(left, right)


def show(value: Any) -> Any:
    """How a value reads inside a text: nothing for null, ``5`` for 5.0, ``a, b`` for a list, a reference's label."""
    kind = value.__class__
    if kind is str:
        return value
    if value is None or isinstance(value, Empty):
        return ""
    if kind is bool:
        return "true" if value else "false"
    if kind is float and value.is_integer():
        return str(int(value)) if abs(value) < 1e16 else str(value)
    if isinstance(value, Ref):
        return value.label or (value.aliases[0] if value.aliases else "")
    if isinstance(value, (list, tuple)):
        return ", ".join(str(show(item)) for item in value)
    if isinstance(value, dict):
        for name in ("displayName", "value", "name", "key", "id"):
            if isinstance(value.get(name), (str, int, float)):
                return show(value[name])
    if isinstance(value, RichText):
        raise ValueError("rich text cannot stand inside a text")
    return str(value)


def _look_into(obj: Any, name: Any) -> Any:
    if isinstance(obj, Ref) and name in ("entity", "label", "aliases"):
        value = getattr(obj, name)
        return list(value) if name == "aliases" else value
    return EMPTY


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))


def _multiply(left: Any, right: Any) -> Any:
    for text, count in ((left, right), (right, left)):
        if isinstance(text, (str, list, tuple)):
            if not isinstance(count, int) or len(text) * max(count, 0) > REPEAT_LIMIT:
                raise SecurityError(f"'*' makes at most {REPEAT_LIMIT} characters or items")
            return text * count
    if not (_is_number(left) and _is_number(right)):
        raise SecurityError("'*' takes numbers, or a text and a number")
    return left * right


def _power(left: Any, right: Any) -> Any:
    if abs(right) > EXPONENT_LIMIT or (isinstance(left, int) and left.bit_length() * abs(right) > POWER_BITS):
        raise SecurityError(f"'**' takes exponents up to {EXPONENT_LIMIT} and results up to {POWER_BITS} bits")
    result = left**right
    if isinstance(result, complex):
        raise SecurityError("'**' makes no complex numbers")
    return result


_TESTS: Mapping[str, Callable[..., bool]] = {
    "defined": lambda value: not (value is None or isinstance(value, Empty)),
    "undefined": lambda value: value is None or isinstance(value, Empty),
    "none": lambda value: value is None or isinstance(value, Empty),
    "string": lambda value: isinstance(value, str),
    "number": lambda value: _is_number(value) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "mapping": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, (list, tuple)),
    "in": lambda value, container: value in container,
}
#: the words after ``is`` in an expression
TESTS = frozenset(_TESTS)
