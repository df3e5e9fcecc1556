"""What an overlay does to the spec below it: nothing, or something to a part that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator, Mapping, Sequence

from ..model.problem import Problem
from .codes import problem
from .node import Node, Path, dotted, find, key_place, plain, walk
from .suggestion import listed, nearest

#: what each named part must say to be one; an overlay may leave it to the part that it changes
_MAKES = {"entities": ("extract",), "connections": ("plugin",), "map": ("from", "value"), "rules": ("message",)}
_KINDS = {
    "entities": "entity",
    "connections": "connection",
    "tables": "table",
    "map": "field",
    "rules": "rule",
    "drop": "dropped field",
    "tests": "test",
}
#: what an incomplete part, and one that is ``null``, look like at first
_CANDIDATES = ("J2O-S011", "J2O-S012")
_NO_PART = frozenset(("apiVersion", "kind", "extends", "environments"))


def without_effect(base: Node, overlay: Node, at: Path = ()) -> Iterator[Problem]:
    """Each value of ``overlay``, which stands at ``at``, that says what ``base`` says already."""
    if not overlay.is_map:
        return
    if not overlay.value:
        message = f"the overlay '{at[-1]}' is empty" if at else "the overlay is empty"
        yield problem("J2O-S024", message, overlay.place, dotted(at), "what differs in this environment")
        return
    yield from _restated(base, overlay, (), at)


def index(root: Node) -> Mapping[str, Path]:
    """Every path of the document by its dotted form."""
    return {dotted(path): path for path, _ in walk(root)}


def retold(problems: Sequence[Problem], root: Node) -> list[Problem]:
    """The problems, where a part that is incomplete or ``null`` was meant to change another part: told as that."""
    if not any(found.code in _CANDIDATES for found in problems):
        return list(problems)
    paths = index(root)
    known: dict[tuple[Path, bool], list[str]] = {}
    told = [_retold(found, root, paths, known) if found.code in _CANDIDATES else found for found in problems]
    changes = {found.path for found in told if found.code == "J2O-S025"}
    return [found for found in told if found.path not in changes or found.code == "J2O-S025"]


def _retold(
    found: Problem, root: Node, paths: Mapping[str, Path], known: dict[tuple[Path, bool], list[str]]
) -> Problem:
    path = paths.get(found.path, ())
    group = _group(path)
    if not group:
        return found
    node = find(root, path)
    removes = node.value is None and found.code == "J2O-S012"
    if not removes and (found.code != "J2O-S011" or not node.is_map or _is_whole(node, group)):
        return found
    names = known.get((path[:-1], removes))
    if names is None:
        siblings = find(root, path[:-1]).value.items()
        names = [name for name, other in siblings if (other.value is not None if removes else _is_whole(other, group))]
        known[path[:-1], removes] = names
    guess = nearest(str(path[-1]), names)
    if not removes and not guess:
        return found
    message = f"there is no {_KINDS[group]} '{str(path[-1])[:80]}' to {'remove' if removes else 'change'}"
    expected, place = listed(names) or found.expected, key_place(root, path)
    return replace(found, code="J2O-S025", message=message, place=place, expected=expected, suggestion=guess)


def _group(path: Path) -> str:
    """The kind of named part that stands at ``path``, or an empty string."""
    if len(path) == 2 and path[0] in ("entities", "connections", "tables", "tests"):
        return str(path[0])
    if len(path) == 4 and path[0] == "entities" and path[2] in ("map", "rules", "drop"):
        return str(path[2])
    return ""


def _is_whole(node: Node, group: str) -> bool:
    if not node.is_map:
        return isinstance(node.value, str)
    return any(key in node.value for key in _MAKES.get(group, ()))


def _restated(base: Node, overlay: Node, path: Path, at: Path) -> Iterator[Problem]:
    for key, child in overlay.value.items():
        under = base.value.get(key)
        if under is None or (not path and key in _NO_PART):
            continue
        here = (*path, key)
        if child.is_map and child.value and under.is_map:
            yield from _restated(under, child, here, at)
        elif (child.is_map and under.is_map) or (child.value is not None and plain(child) == plain(under)):
            message = f"{dotted(here)} is the same without the overlay"
            yield problem("J2O-S024", message, overlay.keys[key], dotted((*at, *here)), "what differs")
