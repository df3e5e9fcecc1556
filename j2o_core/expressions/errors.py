"""What can be wrong with an expression or a path, before and while it is evaluated."""

from __future__ import annotations


class ExpressionSyntaxError(ValueError):
    """The text is not in the language. ``suggestion`` is the nearest valid name, where there is one."""

    def __init__(self, message: str, *, suggestion: str = "", expected: str = "") -> None:
        super().__init__(message)
        self.suggestion = suggestion
        self.expected = expected


class AmbiguousName(ExpressionSyntaxError):
    """Several source fields bear this display name."""


class ExpressionFailed(ValueError):
    """An expression cannot be evaluated for this record; the message says why, without the record's data."""
