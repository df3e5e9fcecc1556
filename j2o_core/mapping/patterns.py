"""Regular expressions of a spec: compiled once; what plainly takes exponential time is refused, what does is stopped.

They run in ``regex``, which understands what ``re`` does and stops after a stated time; ``re`` never stops.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Iterator, Optional

import regex

from ..hooks.protocols import StepError

try:
    from re import _constants as constants  # type: ignore[attr-defined,unused-ignore]
    from re import _parser as parser  # type: ignore[attr-defined,unused-ignore]
except ImportError:  # before Python 3.11
    import sre_constants as constants
    import sre_parse as parser

#: the longest pattern, in characters
PATTERN_LIMIT = 1_000
#: seconds that a pattern may take on one text
SECONDS = 1.0


class Pattern:
    """A compiled pattern. What it is asked raises ``StepError`` where a text takes it longer than ``SECONDS``."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._compiled = regex.compile(pattern, regex.VERSION0)
        self.groups: int = self._compiled.groups
        self.groupindex: Any = self._compiled.groupindex

    def search(self, text: str) -> Optional[Any]:
        """The first match."""
        try:
            return self._compiled.search(text, timeout=SECONDS)
        except TimeoutError:
            raise self._slow(text) from None

    def finditer(self, text: str) -> Iterator[Any]:
        """All matches, from left to right."""
        try:
            yield from self._compiled.finditer(text, timeout=SECONDS)
        except TimeoutError:
            raise self._slow(text) from None

    def sub(self, replacement: str, text: str) -> str:
        """The text with every match replaced."""
        try:
            return str(self._compiled.sub(replacement, text, timeout=SECONDS))
        except TimeoutError:
            raise self._slow(text) from None

    def _slow(self, text: str) -> StepError:
        return StepError(
            f"the pattern '{self.pattern}' takes more than {SECONDS:g} s on a text of {len(text)} characters: write it "
            "so that no part of it can match the same text in several ways"
        )


@lru_cache(maxsize=1_024)
def compile_pattern(pattern: str) -> Pattern:
    """The compiled pattern.

    Raises:
        ValueError: it is no regular expression, too long, or a repeated group repeats an ambiguous part, as in
            ``(a+)+``, so that some text would take exponential time.
    """
    if len(pattern) > PATTERN_LIMIT:
        raise ValueError(f"a pattern has at most {PATTERN_LIMIT} characters")
    try:
        tree = parser.parse(pattern)
        compiled = Pattern(pattern)
    except (re.error, regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"'{pattern}' is no regular expression: {error}") from None
    if _explodes(tree):
        raise ValueError(f"'{pattern}' can take exponential time: a repeated group repeats itself, as in (a+)+")
    return compiled


def compile_template(pattern: Pattern, value: Any) -> bool:
    """Whether a replacement is a text that names groups of ``pattern``, or escapes characters.

    Raises:
        ValueError: it names a group that there is not, or holds a backslash that escapes nothing.
    """
    if not isinstance(value, str) or "\\" not in value:
        return False
    try:
        parser.parse_template(value, re.compile(pattern.pattern))
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
