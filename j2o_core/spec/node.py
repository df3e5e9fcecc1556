"""A YAML document as a tree that remembers where each key and value was written."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, NamedTuple, Tuple, Union

from ..model.problem import Place

Path = Tuple[Union[str, int], ...]
_PLAIN_KEY = re.compile(r"[^.\[\]\"']+")


class Node(NamedTuple):
    """``value`` is a scalar, a dict of nodes or a list of nodes; ``keys`` tells where each key of a dict stands.

    ``size`` counts the nodes below and the node itself, with every alias expanded; ``height`` counts its levels.
    """

    value: Any
    place: Place
    keys: Mapping[str, Place] = {}
    size: int = 1
    height: int = 1

    @property
    def is_map(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.value, dict)


def tree(document: Any, place: Place) -> Node:
    """The tree of plain data that no file holds any more; everything in it stands at ``place``."""
    if isinstance(document, dict):
        children = {key: tree(value, place) for key, value in document.items()}
        return Node(children, place, dict.fromkeys(children, place))
    if isinstance(document, list):
        return Node([tree(value, place) for value in document], place)
    return Node(document, place)


def plain(node: Node) -> Any:
    """The plain data of a tree."""
    value = node.value
    if isinstance(value, dict):
        return {key: plain(child) for key, child in value.items()}
    if isinstance(value, list):
        return [plain(child) for child in value]
    return value


def dotted(path: Path) -> str:
    """A path as people read it: ``entities.users.extract[0].plugin``, ``drop["fields.lastViewed"]``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not _PLAIN_KEY.fullmatch(part):
            text += '["' + part.replace('"', '\\"') + '"]'
        else:
            text += f".{part}" if text else part
    return text


def find(node: Node, path: Path) -> Node:
    """The node at ``path``, or the deepest one on the way to it."""
    for part in path:
        value = node.value
        held = part in value if isinstance(value, dict) else isinstance(value, list) and int(part) < len(value)
        if not held:
            break
        node = value[part]
    return node


def key_place(root: Node, path: Path) -> Place:
    """Where the last key of ``path`` stands; for a list item, where the item begins."""
    if not path:
        return root.place
    parent = find(root, path[:-1])
    return parent.keys.get(str(path[-1])) or find(root, path).place


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every node with its path, parents first."""
    yield path, node
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from walk(child, (*path, key))
    elif isinstance(node.value, list):
        for index, child in enumerate(node.value):
            yield from walk(child, (*path, index))
