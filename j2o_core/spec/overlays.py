"""What an overlay does to the spec below it: nothing, or something to a part that is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Iterator, Mapping, Sequence

from ..model.problem import Problem
from .codes import problem
from .node import Node, Path, dotted, find, key_place, plain, walk
from .suggestion import nearest

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
    candidates = [found for found in problems if found.code in ("J2O-S011", "J2O-S012")]
    if not candidates:
        return list(problems)
    paths = index(root)
    told = [_retold(found, root, paths) if found in candidates else found for found in problems]
    changes = {found.path for found in told if found.code == "J2O-S025"}
    return [found for found in told if found.path not in changes or found.code == "J2O-S025"]


def _retold(found: Problem, root: Node, paths: Mapping[str, Path]) -> Problem:
    path = paths.get(found.path, ())
    group = _group(path)
    if not group:
        return found
    node, siblings = find(root, path), find(root, path[:-1])
    name = str(path[-1])
    if node.value is None and found.code == "J2O-S012":
        known = [other for other, sibling in siblings.value.items() if sibling.value is not None]
        message, verb = f"there is no {_KINDS[group]} '{name[:80]}' to remove", "remove"
    elif found.code == "J2O-S011" and node.is_map and not any(key in node.value for key in _MAKES.get(group, ())):
        known = [other for other, sibling in siblings.value.items() if _is_whole(sibling, group)]
        message, verb = f"there is no {_KINDS[group]} '{name[:80]}' to change", "change"
    else:
        return found
    guess = nearest(name, known)
    if verb == "change" and not guess:
        return found
    expected = ", ".join(known[:30]) or found.expected
    place = key_place(root, path)
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
