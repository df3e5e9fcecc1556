"""A problem as text for a person: code, place and message, the line itself, the nearest valid name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Optional

from ..model.problem import ERROR, Place, Problem


def render(problem: Problem) -> str:
    """Several lines: what is wrong and where, the line with its fault underlined, and what to do."""
    place = f" {problem.place}" if problem.place else ""
    severity = "" if problem.severity == ERROR else f"{problem.severity}: "
    subject = " ".join(part for part in (problem.entity, problem.key, problem.field) if part)
    lines = [f"{problem.code}{place}  {severity}{problem.message}" + (f" ({subject})" if subject else "")]
    if problem.place:
        lines += _excerpt(problem.place)
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


def _excerpt(place: Place) -> list[str]:
    line = _line(place)
    if line is None or not line.strip():
        return []
    shown = line.expandtabs(1)[:_WIDEST]
    start = place.column - 1
    if start >= len(shown):
        return [f"{place.line:>5} | {shown}"]
    word = re.match(r"\"[^\"]*\"|'[^']*'|[^\s,:\]\[{}]+", shown[start:])
    return [f"{place.line:>5} | {shown}", f"      | {' ' * start}{'^' * max(1, len(word.group()) if word else 1)}"]


def _line(place: Place) -> Optional[str]:
    try:
        text = Path(place.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None  # packaged in an archive, gone since, or not text: the message stands alone
    lines = text.splitlines()
    return lines[place.line - 1] if 0 < place.line <= len(lines) else None


_WIDEST = 160
