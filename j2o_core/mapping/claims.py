"""What a field takes of a source value, and what that leaves.

A field that takes a part of a plain object or of a list leaves the other parts. An object that stands for something
with an identity of its own (it has ``self``, an id or a key: a user, a status, a version) is taken by any of its
names: what else the source says of it belongs to that thing, not to the item. Only the ``child`` of a cascading option
is a value beside it.
"""

from __future__ import annotations

from typing import Any, Iterable, NamedTuple, Optional, Sequence, Tuple, Union

from ..expressions.paths import Key, Path

#: the keys by which an object tells that it stands for something else
IDENTITY = ("self", "id", "key", "accountId", "groupId")
#: the keys under which a table looks an object up, in this order
NAMES = ("value", "name", "key", "accountId", "emailAddress", "displayName", "title", "label", "id")
CHILD = "child"
#: what a list inside an object is paged with
PAGING = ("self", "total", "maxResults", "startAt", "isLast", "offset", "limit", "size")


class Get(NamedTuple):
    """One key of an object, or of each object in a list; ``lenient``: a plain value is taken whole."""

    name: str
    lenient: bool = False


class Pick(NamedTuple):
    """One element of a list; anything but a list is the element itself."""

    position: int


class Names(NamedTuple):
    """The names of an object, or of each object in a list; a plain value whole."""


Marker = Union[Get, Pick, Names]


class Claim(NamedTuple):
    """What is taken: the value at ``path``, or what ``then`` leads to from there."""

    path: Path
    then: Tuple[Marker, ...] = ()


class Taken:
    """What is taken of one value: all of it (``whole``), or parts."""

    __slots__ = ("gets", "indexes", "keys", "names", "only", "picks", "whole")

    def __init__(self) -> None:
        self.whole = self.names = False
        #: the one key that is taken, whole, where that is all
        self.only: Optional[str] = None
        self.keys: dict[str, Taken] = {}
        self.indexes: dict[int, Taken] = {}
        self.gets: dict[Get, Taken] = {}
        self.picks: dict[int, Taken] = {}

    def add(self, way: Sequence[Union[Key, Marker]]) -> None:
        """Take what ``way`` leads to."""
        is_first = not (self.whole or self.names or self.keys or self.indexes or self.gets or self.picks)
        self.only = str(way[0]) if is_first and len(way) == 1 and isinstance(way[0], str) else None
        if not way:
            self.whole = True
            return
        first, rest = way[0], way[1:]
        if isinstance(first, Names):
            self.names = True
        elif isinstance(first, Get):
            self.gets.setdefault(first, Taken()).add(rest)
        elif isinstance(first, Pick):
            self.picks.setdefault(first.position, Taken()).add(rest)
        elif isinstance(first, int):
            self.indexes.setdefault(first, Taken()).add(rest)
        else:
            self.keys.setdefault(first, Taken()).add(rest)

    def left(self, value: Any) -> Any:
        """What is left of ``value``; ``None`` where nothing is."""
        if self.whole or value is None:
            return None
        if isinstance(value, dict):
            # most often: a name of what stands for something else
            only = self.only
            named = only is not None and only != CHILD and value.get(only) is not None and CHILD not in value
            if named and stands_for_another(value):
                return None
            return self._left_of_object(value)
        if isinstance(value, list):
            return self._left_of_list(value)
        if self.names or any(get.lenient for get in self.gets):
            return None
        return _intersect([part.left(value) for part in self.picks.values()]) if self.picks else value

    def _left_of_object(self, value: dict[str, Any]) -> Any:
        for part in self.picks.values():
            value = part.left(value)
            if not isinstance(value, dict):
                return value
        taken: dict[str, list[Taken]] = {}
        for name, part in self.keys.items():
            taken.setdefault(name, []).append(part)
        for get, part in self.gets.items():
            taken.setdefault(get.name, []).append(part)
        if self.names:
            for name in NAMES:
                taken.setdefault(name, []).append(_WHOLE)
        held = [name for name in taken if value.get(name) is not None]
        if not held:
            return value
        rest = dict(value)
        if stands_for_another(value) and held != [CHILD]:
            rest = {CHILD: value[CHILD]} if isinstance(value.get(CHILD), dict) else {}
        for name in held:
            if name in rest:
                left = rest[name]
                for part in taken[name]:
                    left = part.left(left)
                if left is None:
                    del rest[name]
                else:
                    rest[name] = left
        return rest or None

    def _left_of_list(self, value: list[Any]) -> Any:
        rest: list[Any] = list(value)
        for positions in (self.indexes, self.picks):
            for index, part in positions.items():
                if -len(value) <= index < len(value):
                    rest[index] = part.left(rest[index])
        if self.gets or self.names:
            each = Taken()
            each.gets, each.names = self.gets, self.names
            rest = [each.left(item) for item in rest]
        return [item for item in rest if item is not None] or None


def stands_for_another(value: dict[str, Any]) -> bool:
    """Whether an object stands for something with an identity of its own."""
    for name in IDENTITY:  # noqa: SIM110 - half the time of any()
        if value.get(name) is not None:
            return True
    return False


def taken_by_steps(steps: Iterable[tuple[str, Any]], table: Optional[str]) -> tuple[tuple[Marker, ...], bool]:
    """What steps take of the value that they get, and whether ``first`` and ``last`` among them are covered by it.

    As long as only parts are taken, the other parts are left; the first step that makes something of the value takes
    it whole. ``first`` and ``last`` behind that take one element, as long as the list was not made by a step.
    """
    then: list[Marker] = []
    narrow, covered = True, True
    for name, argument in steps:
        if name in _PICKS:
            if not covered or any(isinstance(marker, Get) for marker in then):
                return tuple(then), False
            then.append(Pick(_PICKS[name]))
        elif not narrow:
            covered = covered and name != "split"
        elif name == "get" and isinstance(argument, str) and "{{" not in argument:
            then.append(Get(argument))
        elif name == "option" and isinstance(argument, dict) and argument.get("level") in _LEVELS:
            then.append(Get(_LEVELS[argument["level"]], lenient=argument["level"] == 1))
            narrow = False
        elif name == "table":
            return (*then, Names()), covered
        else:
            narrow, covered = False, name != "split"
    if narrow and table is not None:
        then.append(Names())
    return tuple(then), covered


def _intersect(parts: list[Any]) -> Any:
    return None if any(part is None for part in parts) else parts[0]


_WHOLE = Taken()
_WHOLE.whole = True
_PICKS = {"first": 0, "last": -1}
_LEVELS = {1: "value", 2: CHILD}
