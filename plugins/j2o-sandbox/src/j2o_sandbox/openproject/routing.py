"""From method and path to a handler; routes are declared beside their handlers."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

Handler = Callable[..., Any]


class Match(NamedTuple):
    """A route found for a path: handlers by method, the template, the values of its parameters."""

    methods: Dict[str, Handler]
    template: str
    values: List[str]


class _Node:
    __slots__ = ("children", "methods", "parameter", "template")

    def __init__(self) -> None:
        self.children: Dict[str, _Node] = {}
        self.parameter: Optional[_Node] = None
        self.methods: Dict[str, Handler] = {}
        self.template = ""


class Router:
    """A tree of path segments; a literal segment wins over a parameter."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Add a route; ``{id}`` stands for one segment."""
        node = self._root
        for segment in template.strip("/").split("/"):
            if segment == "{id}":
                if node.parameter is None:
                    node.parameter = _Node()
                node = node.parameter
            else:
                node = node.children.setdefault(segment, _Node())
        node.template = template
        if method in node.methods:
            raise ValueError(f"two handlers for {method} {template}")
        node.methods[method] = handler

    def find(self, path: str) -> Optional[Match]:
        """The route of a path, or None."""
        found = _walk(self._root, path.strip("/").split("/"), 0, ())
        return None if found is None else Match(found[0].methods, found[0].template, list(found[1]))


def _walk(
    node: _Node, segments: List[str], at: int, values: Tuple[str, ...]
) -> Optional[Tuple[_Node, Tuple[str, ...]]]:
    if at == len(segments):
        return (node, values) if node.methods else None
    child = node.children.get(segments[at])
    if child is not None:
        found = _walk(child, segments, at + 1, values)
        if found is not None:
            return found
    if node.parameter is not None and segments[at]:
        return _walk(node.parameter, segments, at + 1, (*values, segments[at]))
    return None


class Routes:
    """Routes of one room, collected by decorators."""

    def __init__(self) -> None:
        self.entries: List[Tuple[str, str, Handler]] = []

    def __call__(self, method: str, *templates: str) -> Callable[[Handler], Handler]:
        """Declare a handler for a method and one or more path templates below ``/api/v3``."""

        def keep(handler: Handler) -> Handler:
            self.entries.extend((method, "/api/v3" + template, handler) for template in templates)
            return handler

        return keep
