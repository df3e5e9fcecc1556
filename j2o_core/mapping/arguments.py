"""Whether the argument of a step is what the step takes."""

from __future__ import annotations

from typing import Any, Mapping

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import best_match

from ..hooks.protocols import StepError
from .patterns import compile_pattern
from .steps.dates import zone


def wrong_argument(schema: Mapping[str, Any], argument: Any) -> str:
    """What is wrong with an argument, in words; nothing where it fits."""
    error = best_match(Draft202012Validator(schema, format_checker=_FORMATS).iter_errors(argument))
    return "" if error is None else _readable(error, argument)


_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("safe-regex", raises=ValueError)
def _is_safe_regex(value: object) -> bool:
    return not isinstance(value, str) or compile_pattern(value) is not None


@_FORMATS.checks("zone", raises=StepError)
def _is_zone(value: object) -> bool:
    return not isinstance(value, str) or zone(value) is not None


def _readable(error: Any, argument: Any) -> str:
    if error.cause is not None:
        return str(error.cause)
    if error.validator == "type" and error.validator_value == "null":
        return "takes no argument"
    if argument is None and not error.absolute_path:
        return "needs an argument"
    return str(error.message)
