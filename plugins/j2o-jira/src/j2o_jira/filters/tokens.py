"""The words and signs of JQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Iterator

#: kinds of tokens; of a SIGN the text is the sign itself
WORD, QUOTED, SIGN, END = "word", "quoted", "sign", "end"

_SPACE = re.compile(r"\s+")
_SIGN = re.compile(r"!=|!~|>=|<=|&&|\|\||[=<>~()!,&|]")
_PLAIN = r"(?:\\.|[^\s=!<>()~&|,\"'\[\]\\])"
#: ``cf[10001]`` and ``issue.property[key].path`` are words
_WORD = re.compile(rf"{_PLAIN}+(?:\[[^\[\]]*\]{_PLAIN}*)*", re.DOTALL)
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r"}


class JqlError(ValueError):
    """A text is no JQL; ``position`` counts its characters from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position})")
        self.position = position


@dataclass(frozen=True)
class Token:
    """One word or sign, its escapes resolved, and where it begins (from 1)."""

    kind: str
    text: str
    position: int


def tokens(jql: str) -> Iterator[Token]:
    """The tokens of a query, an ``END`` behind them. Raises ``JqlError``."""
    at = 0
    while True:
        space = _SPACE.match(jql, at)
        at = space.end() if space else at
        if at >= len(jql):
            yield Token(END, "", at + 1)
            return
        kind, text = _next(jql, at)
        if kind != SIGN:
            yield Token(kind, _ESCAPE.sub(_resolved, text[1:-1] if kind == QUOTED else text), at + 1)
        else:
            yield Token(kind, text, at + 1)
        at += len(text)


def quoted(text: str) -> str:
    """A text as JQL, whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    for letter, sign in _NAMED.items():
        escaped = escaped.replace(sign, f"\\{letter}")
    return f'"{escaped}"'


def _next(jql: str, at: int) -> tuple[str, str]:
    for kind, pattern in ((QUOTED, _QUOTED), (SIGN, _SIGN), (WORD, _WORD)):
        found = pattern.match(jql, at)
        if found:
            return kind, found.group()
    sign = jql[at]
    what = "a quotation mark that nothing closes" if sign in "\"'" else f"an unexpected {sign!r}"
    raise JqlError(what, at + 1)


def _resolved(found: re.Match[str]) -> str:
    escaped = found[1]
    if len(escaped) == 5:
        return chr(int(escaped[1:], 16))
    return _NAMED.get(escaped, escaped)
