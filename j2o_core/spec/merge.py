"""Lays one document over another: maps merge, lists and scalars replace, ``null`` removes."""

from __future__ import annotations

from .node import Node


def merge(base: Node, overlay: Node) -> Node:
    """``overlay`` over ``base``; every value keeps the place where it was written.

    ``null`` removes what the base has under the key; where the base has nothing there, it stays a value.
    """
    if not (isinstance(base.value, dict) and isinstance(overlay.value, dict)):
        return overlay
    value = dict(base.value)
    keys = dict(base.keys)
    for key, child in overlay.value.items():
        under = value.get(key)
        if under is None:
            value[key] = child
        elif child.value is None:
            del value[key], keys[key]
            continue
        elif isinstance(under.value, dict) and isinstance(child.value, dict):
            value[key] = merge(under, child)
        else:
            value[key] = child
        keys[key] = overlay.keys[key]
    return Node(value, overlay.place, keys, base.size + overlay.size, max(base.height, overlay.height))
