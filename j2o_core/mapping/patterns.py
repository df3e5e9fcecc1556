"""Regular expressions of a spec: compiled once, and refused where they could take exponential time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

try:
    from re import _constants as constants  # type: ignore[attr-defined,unused-ignore]
    from re import _parser as parser  # type: ignore[attr-defined,unused-ignore]
except ImportError:  # before Python 3.11
    import sre_constants as constants
    import sre_parse as parser

#: the longest pattern, in characters
PATTERN_LIMIT = 1_000


@lru_cache(maxsize=1_024)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The compiled pattern.

    Raises:
        ValueError: it is no regular expression, too long, or a repeated group repeats an ambiguous part, as in
            ``(a+)+``, so that some text would take exponential time.
    """
    if len(pattern) > PATTERN_LIMIT:
        raise ValueError(f"a pattern has at most {PATTERN_LIMIT} characters")
    try:
        compiled = re.compile(pattern)
        tree = parser.parse(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}") from None
    if _explodes(tree):
        raise ValueError(f"'{pattern}' can take exponential time: a repeated group repeats itself, as in (a+)+")
    return compiled


def compile_template(pattern: re.Pattern[str], value: Any) -> bool:
    """Whether a replacement is a text that names groups of ``pattern``, or escapes characters.

    Raises:
        ValueError: it names a group that there is not, or holds a backslash that escapes nothing.
    """
    if not isinstance(value, str) or "\\" not in value:
        return False
    try:
        parser.parse_template(value, pattern)
    except (re.error, IndexError) as error:
        raise ValueError(f"'{value}' is no replacement for '{pattern.pattern}': {error}") from None
    return True


def _explodes(tree: Any) -> bool:
    for operation, argument in tree:
        if operation in _REPEATS and _is_many(argument[1]) and _is_ambiguous(argument[2]):
            return True
        if any(_explodes(part) for part in _parts(operation, argument)):
            return True
    return False


def _is_ambiguous(body: Any) -> bool:
    """Whether one stretch of text can be cut into repetitions of ``body`` in more than one way, as far as this sees.

    A body with an item that must match and does not repeat itself marks where each repetition begins.
    """
    repeats, fixed = False, False
    for operation, argument in _flatten(body):
        if operation in _REPEATS:
            repeats = repeats or _is_many(argument[1])
            fixed = fixed or (argument[0] > 0 and not _is_many(argument[1]))
        elif operation is constants.BRANCH:
            repeats = repeats or any(_has_repeat(branch) for branch in argument[1])
        elif operation in (constants.LITERAL, constants.NOT_LITERAL, constants.IN, constants.ANY):
            fixed = True
    return repeats and not fixed


def _flatten(body: Any) -> Any:
    for operation, argument in body:
        if operation is constants.SUBPATTERN:
            yield from _flatten(argument[-1])
        else:
            yield operation, argument


def _has_repeat(body: Any) -> bool:
    return any(
        (operation in _REPEATS and _is_many(argument[1]))
        or any(_has_repeat(part) for part in _parts(operation, argument))
        for operation, argument in body
    )


def _parts(operation: Any, argument: Any) -> list[Any]:
    if operation in _REPEATS:
        return [argument[2]]
    if operation is constants.SUBPATTERN:
        return [argument[-1]]
    if operation is constants.BRANCH:
        return list(argument[1])
    if operation in (constants.ASSERT, constants.ASSERT_NOT):
        return [argument[1]]
    return []


def _is_many(maximum: Any) -> bool:
    return maximum is constants.MAXREPEAT or int(maximum) > 16


_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
