"""What of a spec with errors can be checked further: the same spec, with something harmless in place of each error."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence

from ..model.problem import ERROR, Problem
from .node import Node, Path, find, tree
from .overlays import index

#: errors of structure and of names, which stand in place of something that could be checked
_REPLACED = frozenset(f"J2O-S0{number}" for number in (10, 11, 12, 13, 14, 15, 16, 17, 25, 40, 42))
#: errors that keep nothing else from being understood
_LEFT = frozenset(f"J2O-S0{number:02}" for number in (5, 24, *range(30, 38), 41, *range(43, 52), *range(70, 80)))
#: parts of a document on which no mapping depends, and parts of an entity on which its fields do not
_ASIDE = frozenset(("tests", "environments", "runtime", "system", "select", "takeover", "description"))
_NEEDED = frozenset(("extract", "load", "map", "rules"))


def sound_part(root: Node, problems: Sequence[Problem]) -> Optional[Node]:
    """The document without what its errors are about; ``None`` where too little would be left to be told apart.

    A field with an error stays as a field that is empty, so that what refers to it is not wrong for that.
    """
    paths = index(root)
    gone: dict[Path, Optional[Node]] = {(name,): None for name in ("tests", "environments")}
    for found in problems:
        if found.severity != ERROR or found.code in _LEFT:
            continue
        path = _nearest(found.path, paths)
        put = _in_place_of(path, root) if found.code in _REPLACED else None
        if put is None:
            return None
        gone[put[0]] = put[1]
    return _with(root, gone)


def _nearest(dotted: str, paths: Mapping[str, Path]) -> Path:
    """The path, or that of the deepest part on the way to it which is there."""
    while dotted and dotted not in paths:
        dotted = dotted[: max(dotted.rfind("."), dotted.rfind("["), 0)]
    return paths.get(dotted, ())


def _in_place_of(path: Path, root: Node) -> Optional[tuple[Path, Optional[Node]]]:
    """The part to replace for an error at ``path``, and what stands there instead (``None``: nothing)."""
    if not path:
        return None
    if path[0] in _ASIDE or (len(path) == 1 and path[0] not in ("entities", "connections", "tables", "name")):
        return path[:1], None
    if path[0] != "entities" or len(path) < 3:
        return None
    if path[2] == "map" and len(path) > 3:
        return path[:4], tree({"value": ""}, find(root, path[:4]).place)
    if path[2] in ("rules", "drop") and len(path) > 3:
        return path[:4], None
    return None if path[2] in _NEEDED else (path[:3], None)


def _with(node: Node, changes: Mapping[Path, Optional[Node]]) -> Node:
    """The tree with another part at each of these paths, or without what stands there."""
    if not node.is_map:
        return node
    here: dict[object, Optional[Node]] = {path[0]: part for path, part in changes.items() if len(path) == 1}
    below: dict[object, dict[Path, Optional[Node]]] = {}
    for path, part in changes.items():
        if len(path) > 1:
            below.setdefault(path[0], {})[path[1:]] = part
    value = {}
    for name, held in node.value.items():
        part = here[name] if name in here else _with(held, below[name]) if name in below else held
        if part is not None:
            value[name] = part
    return node._replace(value=value, keys={name: place for name, place in node.keys.items() if name in value})
