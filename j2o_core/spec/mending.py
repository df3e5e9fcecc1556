"""Tells causes from consequences: what a misspelt name leaves undone elsewhere is no problem of its own."""

from __future__ import annotations

from typing import Any, Callable, Sequence

from ..model.problem import Place, Problem
from .merge import merge
from .node import Node, Path, find, walk
from .overlays import index

#: problems that are mended by writing the suggestion in place of a key or a value
_OF_NAMES = frozenset(
    (
        *("J2O-S010", "J2O-S013", "J2O-S014", "J2O-S015", "J2O-S025", "J2O-S040", "J2O-S042", "J2O-S044", "J2O-S046"),
        "J2O-S052",
    )
)
#: more problems than these do not come from slips of the pen
_MANY = 500


def causes(problems: Sequence[Problem], root: Node, check: Callable[[Node], Sequence[Problem]]) -> list[Problem]:
    """The problems without those that vanish once every misspelt name is mended as suggested.

    What stands below a mended key is checked as what it was meant to be, so that its own problems are told too.
    """
    misspelt = [found for found in problems if found.code in _OF_NAMES and (found.suggestion or _is_idle(found))]
    if not misspelt or len(problems) > _MANY or (len(problems) == len(misspelt) == 1 and not _hides(misspelt[0], root)):
        return list(problems)
    mended, below = _mended(root, misspelt)
    remaining = check(mended)
    keys = {(found.code, found.place) for found in remaining}
    told = {(found.code, found.place) for found in problems}
    named = set(misspelt)
    return [
        *(found for found in problems if found in named or (found.code, found.place) in keys),
        *(found for found in remaining if found.place in below and (found.code, found.place) not in told),
    ]


def _is_idle(found: Problem) -> bool:
    """Whether the part can only be left out."""
    return found.code == "J2O-S025"


def _hides(found: Problem, root: Node) -> bool:
    """Whether the misspelt name is a key with something below it that was not checked."""
    path = index(root).get(found.path)
    return path is not None and isinstance(find(root, path).value, (dict, list))


def _mended(root: Node, misspelt: Sequence[Problem]) -> tuple[Node, set[Place]]:
    """The tree with the suggestions in it, and the places of all that stands below mended keys."""
    paths = index(root)
    below: set[Place] = set()
    # deepest first, so that no path is changed before it is used
    for found in sorted(misspelt, key=lambda found: -len(paths.get(found.path, ()))):
        path = paths.get(found.path)
        if not path or find(root, path[:-1]) is find(root, path):
            continue  # mended already
        parent = find(root, path[:-1])
        node = find(root, path)
        if isinstance(parent.value, dict) and found.place == parent.keys.get(str(path[-1])):
            if isinstance(node.value, (dict, list)):
                below |= {place for _, inner in walk(node) for place in (inner.place, *inner.keys.values())}
            root = _changed(root, path[:-1], _with_key(parent, str(path[-1]), found.suggestion))
        else:
            root = _changed(root, path, node._replace(value=found.suggestion))
    return root, below


def _with_key(parent: Node, key: str, suggestion: str) -> Node:
    """The mapping with what stood under ``key`` laid over what stands under ``suggestion``, in the order it had."""
    value: dict[str, Any] = {}
    moved, place = parent.value[key], parent.keys[key]
    keys = {name: at for name, at in parent.keys.items() if name != key}
    for name, child in parent.value.items():
        if name != key:
            value[name] = child
        elif suggestion and suggestion not in parent.value:
            value[suggestion] = moved
            keys[suggestion] = place
    if suggestion and suggestion in parent.value:
        if moved.value is None:
            del value[suggestion], keys[suggestion]
        else:
            value[suggestion] = merge(value[suggestion], moved)
    return parent._replace(value=value, keys=keys)


def _changed(root: Node, path: Path, node: Node) -> Node:
    """The tree with another node at ``path``."""
    if not path:
        return node
    inner = _changed(root.value[path[0]], path[1:], node)
    if isinstance(root.value, dict):
        return root._replace(value={**root.value, path[0]: inner})
    return root._replace(value=[inner if at == path[0] else item for at, item in enumerate(root.value)])
