"""The spec under construction: plain data in which every value keeps the place of the old line that it came from."""

from __future__ import annotations

from typing import Any, Iterator

from ...model.problem import Place
from ..node import Node, Path, tree


class Written:
    """A document that grows by values at paths. Where two lines write the same value, the later one counts."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._root: dict[str, Any] = {}
        self._places: dict[Path, Place] = {}

    def put(self, path: Path, value: Any, place: Place) -> None:
        """Set a value; mappings on the way are made."""
        holder = self._root
        for index, part in enumerate(path[:-1]):
            holder = holder.setdefault(str(part), {})
            self._places.setdefault(path[: index + 1], place)
        holder[str(path[-1])] = value
        self._places[path] = place

    def lay(self, overlay: Any, place: Place, path: Path = ()) -> list[Path]:
        """Lay plain data over the document; returns the paths of its values. What is removed already stays removed."""
        paths: list[Path] = []
        for key, value in overlay.items():
            inner = (*path, key)
            if isinstance(value, dict) and value:
                if self._get(inner, {}) is not None:
                    paths += self.lay(value, place, inner)
            else:
                self.put(inner, value, place)
                paths.append(inner)
        return paths

    def node(self) -> Node:
        """The tree."""
        return self._node(self._root, ())

    @property
    def document(self) -> dict[str, Any]:
        """The plain data."""
        return self._root

    def places(self) -> Iterator[tuple[Path, Place]]:
        """Every path with the place that its value came from."""
        yield from self._places.items()

    def _get(self, path: Path, default: Any) -> Any:
        holder: Any = self._root
        for part in path:
            if not isinstance(holder, dict) or part not in holder:
                return default
            holder = holder[part]
        return holder

    def _node(self, value: Any, path: Path) -> Node:
        place = self._places.get(path, self._place)
        if not isinstance(value, dict) or not value:
            return tree(value, place)
        children = {key: self._node(child, (*path, key)) for key, child in value.items()}
        keys = {key: self._places.get((*path, key), place) for key in children}
        size = 1 + sum(child.size for child in children.values())
        return Node(children, place, keys, size, 1 + max(child.height for child in children.values()))
