"""The spec under construction: plain data in which every value keeps the place of the old line that it came from."""

from __future__ import annotations

from typing import Any, Iterator

from ...model.problem import Place
from ..node import Node, Path, dotted, tree

_ORDER = ("apiVersion", "kind", "name", "extends", "connections", "select", "runtime", "takeover", "tables", "entities")


class Written:
    """A document that grows by values at paths. Where two lines write the same value, the later one counts."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._root: dict[str, Any] = {}
        self._places: dict[Path, Place] = {}
        #: those that are migrated; none: all
        self.entities: tuple[str, ...] = ()

    def put(self, path: Path, value: Any, place: Place) -> None:
        """Set a value; mappings on the way are made."""
        holder = self._root
        for index, part in enumerate(path[:-1]):
            holder = holder.setdefault(str(part), {})
            self._places.setdefault(path[: index + 1], place)
        holder[str(path[-1])] = value
        self._places[path] = place

    def lay(self, overlay: Any, place: Place) -> list[str]:
        """Lay plain data over the document, but for entities that are not migrated; returns the paths of its values."""
        return list(self._lay(overlay, place, ()))

    def has(self, path: str) -> bool:
        """Whether what a path is about is migrated."""
        parts = path.split(".")
        return parts[0] != "entities" or len(parts) < 2 or not self.entities or parts[1] in self.entities

    def node(self) -> Node:
        """The tree."""
        return self._node(self._root, ())

    @property
    def document(self) -> dict[str, Any]:
        """The plain data, in the order in which people write it."""
        ranked = sorted(self._root, key=lambda key: _ORDER.index(key) if key in _ORDER else len(_ORDER))
        return {key: self._root[key] for key in ranked}

    def _lay(self, overlay: Any, place: Place, path: Path) -> Iterator[str]:
        for key, value in overlay.items():
            inner = (*path, key)
            if not self.has(dotted(inner)) and value is not None:
                continue
            if isinstance(value, dict) and value:
                yield from self._lay(value, place, inner)
            else:
                self.put(inner, value, place)
                yield dotted(inner)

    def _node(self, value: Any, path: Path) -> Node:
        place = self._places.get(path, self._place)
        if not isinstance(value, dict) or not value:
            return tree(value, place)
        children = {key: self._node(child, (*path, key)) for key, child in value.items()}
        keys = {key: self._places.get((*path, key), place) for key in children}
        size = 1 + sum(child.size for child in children.values())
        return Node(children, place, keys, size, 1 + max(child.height for child in children.values()))
