"""A secret that a reference stood for: a text that never shows itself in a message."""

from __future__ import annotations


class Secret(str):
    """The text itself; its ``repr`` is not."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"
