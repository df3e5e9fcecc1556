"""Steps for numbers and truth. Lists are taken element by element.

``number``            number, from a number or its text; ``{number: {decimal: ","}}`` for texts such as ``1.234,5``
``integer``           whole number; 5.0 is one, 5.5 is refused (put ``round`` before it)
``round: DIGITS``     half away from zero; no digits where nothing is said
``boolean``           from true, yes, y, on, 1 and false, no, n, off, 0, whatever their case
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Union

from ...hooks.protocols import StepError
from .shape import NOTHING, each, kind_of, option

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


def boolean(value: Any, argument: Any = None) -> bool:
    """Truth, from the words people use for it."""
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower() if isinstance(value, (str, int)) else ""
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

STEPS = (
    each(
        "number",
        number,
        "Reads a number.",
        {
            "oneOf": [
                NOTHING,
                {
                    "type": "object",
                    "properties": {"decimal": {"enum": [".", ","]}},
                    "required": ["decimal"],
                    "additionalProperties": False,
                },
            ]
        },
    ),
    each("integer", integer, "Reads a whole number; refuses fractions."),
    each(
        "round",
        rounded,
        "Rounds half away from zero, to whole numbers or to a number of digits.",
        {"oneOf": [NOTHING, {"type": "integer", "minimum": 0, "maximum": 12}]},
    ),
    each("boolean", boolean, "Reads true or false, and the words people use for them."),
)
