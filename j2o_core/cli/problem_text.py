"""A problem as text for a person: code, place and message, the line itself, the nearest valid name."""

from __future__ import annotations

import re
from typing import Any, Mapping

from ..model.problem import ERROR, Place, Problem


def render(problem: Problem, texts: Mapping[str, str]) -> str:
    """Several lines: what is wrong and where, the line with its fault underlined, and what to do.

    ``texts`` are the files that were read, by the name they have in places.
    """
    place = f" {problem.place}" if problem.place else ""
    severity = "" if problem.severity == ERROR else f"{problem.severity}: "
    subject = " ".join(part for part in (problem.entity, problem.key, problem.field) if part)
    lines = [f"{problem.code}{place}  {severity}{problem.message}" + (f" ({subject})" if subject else "")]
    if problem.place:
        lines += _excerpt(problem.place, texts.get(problem.place.file, ""))
    if problem.expected:
        lines.append(f"   expected: {problem.expected}")
    if problem.suggestion:
        lines.append(f"   did you mean '{problem.suggestion}'?")
    lines.append(f"   {problem.docs}")
    return "\n".join(lines)


def as_json(problem: Problem) -> dict[str, Any]:
    """A problem in the form that ``validate --format json`` promises."""
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "path": problem.path,
        "message": problem.message,
        "expected": problem.expected,
        "suggestion": problem.suggestion,
        "docs": problem.docs,
    }


def _excerpt(place: Place, text: str) -> list[str]:
    lines = text.splitlines()
    if not 0 < place.line <= len(lines) or not lines[place.line - 1].strip():
        return []
    shown = "".join(character if character.isprintable() else " " for character in lines[place.line - 1])[:_WIDEST]
    start = place.column - 1
    excerpt = [f"{place.line:>5} | {shown}"]
    if start < len(shown):
        word = _WORD.match(shown, start)
        excerpt.append(f"      | {' ' * start}{'^' * (len(word.group()) if word else 1)}")
    return excerpt


_WORD = re.compile(r"""\"[^\"]*\"|'[^']*'|[^\s,:\]\[{}]+""")
_WIDEST = 160
