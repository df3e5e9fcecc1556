"""Lists of wiki markup: each line says its whole place, ``*#`` being numbered within bulleted."""

from __future__ import annotations

import re
from typing import List, Tuple, Union

from j2o_core.api import richtext as rt

LIST_START = re.compile(r"(?:[*#]{1,20}|-) ")
_ITEM = re.compile(r"[ \t]*([*#-]{1,20}) (.*)", re.DOTALL)


def list_symbols(line: str) -> Tuple[str, str]:
    """The symbols that begin a list item and its text; no symbols where the line continues an item."""
    match = _ITEM.match(line)
    if match is None:
        return "", line
    return match.group(1), match.group(2)


class _List:
    __slots__ = ("items", "ordered")

    def __init__(self, ordered: bool) -> None:
        self.ordered = ordered
        self.items: List[List[Union[rt.Block, _List]]] = []


class ListBuilder:
    """Nests items by the length of their symbols; a change of kind starts a new list beside the old one."""

    def __init__(self) -> None:
        self._roots: List[_List] = []
        self._open: List[_List] = []

    def add(self, symbols: str) -> None:
        """Begin an item; ``fill`` gives it its content."""
        depth = len(symbols)
        ordered = symbols[-1] == "#"
        del self._open[depth:]
        if self._open and len(self._open) == depth and self._open[-1].ordered != ordered:
            self._open.pop()
        while len(self._open) < depth:
            level = len(self._open)
            new = _List(symbols[level] == "#")
            if not self._open:
                self._roots.append(new)
            else:
                parent = self._open[-1]
                if not parent.items:
                    parent.items.append([])
                parent.items[-1].append(new)
            self._open.append(new)
        self._open[-1].items.append([])

    def fill(self, blocks: List[rt.Block]) -> None:
        """Give the last item its content."""
        self._open[-1].items[-1].extend(blocks)

    def lists(self) -> List[rt.Block]:
        """The finished lists."""
        return [_freeze(root) for root in self._roots]


def _freeze(list_: _List) -> rt.Block:
    items = tuple(
        [
            rt.ListItem(tuple([_freeze(block) if isinstance(block, _List) else block for block in item]))
            for item in list_.items
        ]
    )
    return rt.OrderedList(items) if list_.ordered else rt.BulletList(items)
