"""Places in a document, as JSON pointers of unescaped segments."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any, Iterator, Sequence

Pointer = tuple[str, ...]


class Nowhere(KeyError):
    """There is nothing at this place."""


def parse(text: str) -> Pointer:
    """``/paths/~1api/get`` as segments; ``#`` before it is left out."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.lstrip("#").strip("/").split("/") if part)


def spell(pointer: Pointer) -> str:
    """For people: segments with a slash of their own in brackets."""
    return "".join(f"/[{part}]" if "/" in part else f"/{part}" for part in pointer)


def look_up(root: Any, pointer: Sequence[str]) -> Any:
    """What stands there.

    Raises:
        Nowhere: nothing does.
    """
    node = root
    for part in pointer:
        try:
            node = node[int(part)] if isinstance(node, list) else node[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise Nowhere(spell(tuple(pointer))) from None
    return node


def covers(pattern: Pointer, pointer: Pointer) -> bool:
    """Whether the place lies at or below the pattern; ``*`` and ``?`` are wildcards inside of one segment."""
    return len(pointer) >= len(pattern) and all(
        part == wanted or fnmatchcase(part, wanted) for wanted, part in zip(pattern, pointer)
    )


def places(root: Any, pattern: Pointer) -> Iterator[Pointer]:
    """The places of a document that a pattern names; its last segment, if no pattern itself, need not be there yet."""

    def walk(node: Any, at: Pointer) -> Iterator[Pointer]:
        if len(at) == len(pattern):
            yield at
            return
        wanted = pattern[len(at)]
        if isinstance(node, list):
            node = {str(number): value for number, value in enumerate(node)}
        if not isinstance(node, dict):
            return
        if "*" not in wanted and "?" not in wanted:
            if wanted in node or len(at) == len(pattern) - 1:
                yield from walk(node.get(wanted), (*at, wanted))
            return
        for name in list(node):
            if fnmatchcase(name, wanted):
                yield from walk(node[name], (*at, name))

    return walk(root, ())
