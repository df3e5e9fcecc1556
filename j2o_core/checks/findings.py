"""Problems by root cause: how many items have it, and which for example."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Sequence

from ..model.problem import ERROR, Problem

#: how many examples of a cause are kept, and how many causes of one code, entity and field are told apart
EXAMPLES, CAUSES = 5, 50


@dataclass(frozen=True)
class Finding:
    """One cause. ``problem`` is the first with it; ``examples`` are keys of items, the first ones."""

    problem: Problem
    count: int
    examples: tuple[str, ...]

    def summary(self) -> Problem:
        """The finding as one problem: the count, the cause, the examples."""
        if self.count == 1:
            return self.problem
        more = ", …" if self.count > len(self.examples) else ""
        examples = f" ({', '.join(self.examples)}{more})" if self.examples else ""
        return replace(self.problem, key="", message=f"{self.count:,} items: {self.problem.message}{examples}")


class Findings:
    """Gathers problems in bounded memory. Messages must not name the item, which ``Problem.key`` does."""

    def __init__(self) -> None:
        self._causes: dict[tuple[str, str, str, str], dict[str, _Cause]] = {}

    def add(self, problem: Problem, count: int = 1, keys: Sequence[str] = ()) -> None:
        """Count a problem (of ``count`` items, some ``keys`` of which are given) with the others of its cause.

        Past ``CAUSES`` different causes it counts with the rest.
        """
        place = (problem.severity, problem.code, problem.entity, problem.field)
        causes = self._causes.setdefault(place, {})
        message = problem.message if problem.message in causes or len(causes) < CAUSES else _REST
        cause = causes.get(message)
        if cause is None:
            shown = (
                problem if message is not _REST else replace(problem, message=f"{problem.message}, and others like it")
            )
            cause = causes[message] = _Cause(shown)
        cause.count += count
        for key in keys or (problem.key,):
            if key and len(cause.examples) < EXAMPLES and key not in cause.examples:
                cause.examples.append(key)

    def __bool__(self) -> bool:
        return bool(self._causes)

    def ranked(self) -> list[Finding]:
        """Errors before warnings, the most frequent cause first, then by code, entity, field and message."""
        found = [
            Finding(cause.problem, cause.count, tuple(cause.examples))
            for causes in self._causes.values()
            for cause in causes.values()
        ]
        return sorted(
            found,
            key=lambda finding: (
                finding.problem.severity != ERROR,
                -finding.count,
                finding.problem.code,
                finding.problem.entity,
                finding.problem.field,
                finding.problem.message,
            ),
        )


class _Cause:
    __slots__ = ("count", "examples", "problem")

    def __init__(self, problem: Problem) -> None:
        self.problem, self.count = problem, 0
        self.examples: list[str] = []


_REST = "\0rest"
