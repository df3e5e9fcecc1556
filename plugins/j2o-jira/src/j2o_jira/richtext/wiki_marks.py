"""Which signs of a line are marks, and which of them close which."""

from __future__ import annotations

from typing import Dict, Optional, Sequence

from j2o_core.api import richtext as rt

MARKS = {
    "*": rt.STRONG,
    "_": rt.EM,
    "-": rt.STRIKE,
    "+": rt.Mark(rt.UNDERLINE_KIND),
    "^": rt.SUP,
    "~": rt.SUB,
    "??": rt.CITE,
}


class Delimiter:
    """A mark that may open, close, both or neither; ``raw`` is what remains of it where it does not pair."""

    __slots__ = ("can_close", "can_open", "closer", "kind", "raw", "tight")

    def __init__(self, kind: str, raw: str, can_open: bool, can_close: bool, tight: bool) -> None:
        self.kind = kind
        self.raw = raw
        self.can_open = can_open
        self.can_close = can_close
        self.tight = tight
        self.closer = -1


def delimiter(line: str, start: int, end: int) -> Optional[Delimiter]:
    """The mark that these characters are at this place of the line; ``None``: they are text."""
    raw = line[start:end]
    before, after = line[start - 1 : start], line[end : end + 1]
    can_open = not before.isalnum() and after not in ("", " ", "\t", raw[0])
    can_close = before != "" and not after.isalnum()
    if not can_open and not can_close:
        return None
    return Delimiter(raw, raw, can_open, can_close, before not in (" ", "\t"))


def pair(tokens: Sequence[object]) -> None:
    """Give each opening mark the index of its closing one: the next that can close, if that is valid."""
    nearest: Dict[str, int] = {}
    for index in range(len(tokens) - 1, -1, -1):
        token = tokens[index]
        if not isinstance(token, Delimiter):
            continue
        if token.can_open:
            closer = nearest.get(token.kind, -1)
            if closer > index + 1:
                closing = tokens[closer]
                if isinstance(closing, Delimiter) and closing.tight:
                    token.closer = closer
        if token.can_close:
            nearest[token.kind] = index
