"""A problem as people read it, with the lines of the file, and as programs read it."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Any

from ..model.problem import ERROR, Problem
from .reading import LINE_BREAK

_WIDTH = 100
_TOKEN = re.compile(r"""["'](?:[^"'\\]|\\.)*["']?|(?:[^\s,\[\]{}:#]|:(?=\S)|(?<=\S)\#|\ (?=[^\s,\[\]{}:#]))+|.""")
_VALUE = r"""(?:["']\s*:\s*|:\s+)("[^"]*"?|'[^']*'?|[^\s,}\[{"'][^,}]*)"""
_SECRET = re.compile(
    r"(?i)\b(?:auth|[\w-]*(?:token|api[_-]?key|pass(?:word|wd|phrase)?|secret|private[_-]?key))" + _VALUE
)
#: in a connection a misspelt key may hold a secret too
_NOT_PUBLIC = re.compile(r"(?i)\b(?!(?:plugin|id|url|identity|user|username|email|name)\b)[\w-]+" + _VALUE)
_CONNECTION = re.compile(r"(?:environments\.[^.]+\.)?(?:connections|system)\b")
_PASSWORD_IN_ADDRESS = re.compile(r"://[^/@\s:]*:([^/@\s]+)@")
_MASK = "***"
#: about keys of an older configuration, in which a secret may stand under any name
_OF_KEYS = ("J2O-L001", "J2O-L002", "J2O-L003")


def render_problem(problem: Problem, text: str) -> str:
    """The problem with an excerpt of ``text`` (the whole file) and a caret under the place; secrets are masked."""
    place = problem.place
    head = f"{problem.code} {place}  " if place is not None else f"{problem.code}  "
    head += problem.message if problem.severity == ERROR else f"{problem.severity}: {problem.message}"
    lines = [head]
    if place is not None and text:
        secret = _NOT_PUBLIC if _CONNECTION.match(problem.path) else _SECRET
        lines += _excerpt(text, place.line, place.column, problem.code == "J2O-S032", secret, problem.code in _OF_KEYS)
    lines.append(f"   {_hint(problem)}{problem.docs}")
    return "\n".join(lines)


def problem_json(problem: Problem) -> dict[str, Any]:
    """The form that ``--format json`` prints; positions count from 1."""
    place = problem.place
    return {
        "code": problem.code,
        "severity": problem.severity,
        "file": place.file if place is not None else None,
        "line": place.line if place is not None else None,
        "column": place.column if place is not None else None,
        "path": problem.path,
        "message": problem.message,
        "expected": problem.expected,
        "suggestion": problem.suggestion,
        "docs": problem.docs,
    }


def _hint(problem: Problem) -> str:
    if problem.suggestion:
        return f"did you mean '{problem.suggestion}'?   "
    return f"expected {problem.expected}   " if problem.expected else ""


@functools.lru_cache(maxsize=4)
def _lines(text: str) -> list[str]:
    """Kept: a file of thousands of problems is split once."""
    return LINE_BREAK.split(text)


def _excerpt(text: str, line: int, column: int, is_secret: bool, secret: re.Pattern[str], of_key: bool) -> list[str]:
    lines = _lines(text)
    if not 0 < line <= len(lines):
        return []
    source = _printable(lines[line - 1])
    start = min(column - 1, len(source))
    token = _TOKEN.match(source, start)
    length = max(1, len(token.group().rstrip()) if token is not None else 1)
    if of_key:
        source = source[: start + length] + f": {_MASK}"
    if is_secret:
        source, length = source[:start] + _MASK, len(_MASK)
    before, shown, after = source[:start], source[start : start + length], source[start + length :]
    before, shown, after = _masked(before, shown, after, secret)
    if len(before) + len(shown) + len(after) > _WIDTH:
        if len(before) > _WIDTH // 2:
            before = "..." + before[-(_WIDTH // 2) :]
        shown = shown[:_WIDTH]
        room = max(0, _WIDTH - len(before) - len(shown))
        after = after[:room] + "..." if len(after) > room else after
    number = f"{line:>5}"
    return [
        f"{number} | {before}{shown}{after}".rstrip(),
        f"{' ' * len(number)} | {' ' * _width(before)}{'^' * max(1, _width(shown))}",
    ]


def _masked(before: str, shown: str, after: str, secret: re.Pattern[str]) -> tuple[str, str, str]:
    """The three parts of a line with whatever looks like a secret replaced, the parts kept apart."""
    line = before + shown + after
    spans = [match.span(1) for pattern in (secret, _PASSWORD_IN_ADDRESS) for match in pattern.finditer(line)]
    bounds = (0, len(before), len(before) + len(shown), len(line))
    parts = []
    for first, last in zip(bounds, bounds[1:]):
        part, at = "", first
        for start, end in sorted(spans):
            start, end = max(start, at), min(end, last)
            if start >= end or _is_reference(line[start:end]):
                continue
            part += line[at:start] + _MASK
            at = end
        parts.append(part + line[at:last])
    return parts[0], parts[1], parts[2]


def _is_reference(text: str) -> bool:
    return re.fullmatch(r"""["']?\$\{[a-z]+:[^:{}]*:?\}["']?""", text.strip()) is not None


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() else " " for char in line)


def _width(text: str) -> int:
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
