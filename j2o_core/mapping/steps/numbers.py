"""Steps for numbers and truth. Lists are taken element by element.

``number``            number, from a number or its text; ``{number: {decimal: ","}}`` for texts such as ``1.234,5``
``integer``           whole number; 5.0 is one, 5.5 is refused (put ``round`` before it)
``round: DIGITS``     half away from zero; no digits where nothing is said
``scale: FACTOR``     multiplied by a factor, exactly: ``{scale: 0.01}``
``clamp``             not below ``min``, not above ``max``; what lay outside is told, and preserved
``boolean``           from true, yes, y, on, 1 and false, no, n, off, 0, whatever their case, also of an option;
                      ``{boolean: {true: [ja], false: [nein]}}`` for other words
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Mapping, Union

from ...expressions.empty import is_empty
from ...expressions.names import fold
from ...expressions.sandbox import show
from ...hooks.protocols import Step, StepError
from ..scope import Scope
from .shape import choices, each, kind_of, maybe, option

Number = Union[int, float]


def number(value: Any, argument: Any = None) -> Number:
    """A number; whole ones in text become integers."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise StepError(f"expected a number, found {kind_of(value)}")
    if not isinstance(value, str):
        return _finite(value)
    text = value.strip()
    if option(argument, "decimal") == ",":
        text = text.replace(".", "").replace(",", ".")
    try:
        if text.lstrip("+-").isdecimal() and text.isascii() and len(text) < 4_000:
            return int(text)
        if "_" in text:
            raise ValueError(text)
        return _finite(float(text))
    except ValueError:
        raise StepError(f"expected a number, found '{text[:40]}'") from None


def integer(value: Any, argument: Any = None) -> int:
    """A whole number, never a rounded one."""
    found = number(value)
    if isinstance(found, float) and not found.is_integer():
        raise StepError(f"expected a whole number, found {found}; put the step round before integer")
    return int(found)


def rounded(value: Any, argument: Any = None) -> Number:
    """Rounded half away from zero."""
    digits = argument or 0
    try:
        exact = Decimal(str(number(value))).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    except ArithmeticError:
        raise StepError(f"cannot round {kind_of(value)} to {digits} digits") from None
    return float(exact) if digits else int(exact)


def scaled(value: Any, argument: Any) -> Number:
    """Multiplied in decimal, so that 0.1 times 3 is 0.3."""
    try:
        made = Decimal(str(number(value))) * Decimal(str(argument))
        return int(made) if made == made.to_integral_value() else _finite(float(made))
    except (ArithmeticError, ValueError):
        raise StepError(f"cannot multiply {kind_of(value)} by {argument}") from None


def clamped(value: Any, argument: Any, scope: Mapping[str, Any]) -> Any:
    """The nearest number within bounds."""
    if isinstance(value, list):
        return [clamped(item, argument, scope) for item in value if not is_empty(item)]
    found = number(value)
    made = max(found, argument["min"]) if "min" in argument else found
    made = min(made, argument["max"]) if "max" in argument else made
    if made != found and isinstance(scope, Scope):
        scope.cut = True
        scope.remarks.append(f"{show(found)} is out of bounds and became {show(made)}")
    return made


def boolean(value: Any, argument: Any = None) -> bool:
    """Truth, from the words people use for it."""
    if isinstance(value, bool):
        return value
    if isinstance(value, dict):
        value = value.get("value", value.get("name"))
    word = fold(str(show(value))) if isinstance(value, (str, int, float)) else ""
    for said, truth in (("true", True), ("false", False)):
        if word in [fold(str(other)) for other in option(argument, said, ())]:
            return truth
    if word not in _WORDS:
        raise StepError(f"expected true or false, found {kind_of(value)}")
    return _WORDS[word]


def _finite(value: Number) -> Number:
    if isinstance(value, float) and not math.isfinite(value):
        raise StepError(f"expected a finite number, found {value}")
    return value


_WORDS = {
    **dict.fromkeys(("true", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "no", "n", "off", "0"), False),
}

_WORD_LIST = {
    "type": "array",
    "items": {"type": "string", "minLength": 1},
    "minItems": 1,
    "description": "Further words for it.",
    "examples": [["ja", "oui"]],
}
_BOUND = {"type": "number", "description": "A bound.", "examples": [100]}

STEPS = (
    each(
        "number",
        number,
        "Reads a number.",
        maybe(
            choices(
                ("decimal",),
                decimal={"enum": [".", ","], "description": "What begins the decimals.", "examples": [","]},
            )
        ),
        examples=((None, " -2.5 ", -2.5), (None, "5", 5), ({"decimal": ","}, "1.234,5", 1234.5)),
    ),
    each("integer", integer, "Reads a whole number; refuses fractions.", examples=((None, "5", 5), (None, 5.0, 5))),
    each(
        "round",
        rounded,
        "Rounds half away from zero, to whole numbers or to a number of digits.",
        maybe({"type": "integer", "minimum": 0, "maximum": 12, "description": "Decimals.", "examples": [2]}),
        examples=((None, 2.5, 3), (2, 1.005, 1.01)),
    ),
    each(
        "scale",
        scaled,
        "Multiplies by a factor.",
        {"type": "number", "description": "The factor.", "examples": [0.01]},
        examples=((0.01, 250, 2.5), (3, 0.1, 0.3)),
    ),
    Step(
        "clamp",
        clamped,
        "Brings a number within bounds; a number that lay outside is told and preserved.",
        choices(min=_BOUND, max=_BOUND),
        examples=(({"min": 0, "max": 100}, 120, 100), ({"min": 0}, "7", 7)),
    ),
    each(
        "boolean",
        boolean,
        "Reads true or false, and the words people use for them, also as the value of an option.",
        maybe(choices(true_=_WORD_LIST, false_=_WORD_LIST)),
        "2",
        examples=(
            (None, "Yes", True),
            (None, {"value": "no"}, False),
            ({"true": ["ja"], "false": ["nein"]}, "Nein", False),
        ),
    ),
)
