"""A vendor's document: its operations by method and path, and what its references lead to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable, Mapping, Optional
from urllib.parse import unquote

from .pointers import Pointer, look_up, parse

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``values`` are those of the parameters in the path that was asked for."""

    method: str
    template: str
    pointer: Pointer
    values: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.template}"


class Document:
    """``base`` is what the server has before each path of the document."""

    def __init__(self, name: str, root: Mapping[str, Any], base: str = "") -> None:
        self.name, self.root, self.base = name, root, base
        self._by_length: dict[int, list[tuple[re.Pattern[str], str]]] = {}
        for template in root["paths"]:
            pattern = re.sub(r"\\\{[^/]+?\\\}", "([^/?]+)", re.escape(template))
            self._by_length.setdefault(template.count("/"), []).append((re.compile(pattern), template))
        for found in self._by_length.values():
            found.sort(key=lambda pair: pair[1].count("{"))

    @property
    def is_newer(self) -> bool:
        """Whether it is OpenAPI 3.1, where schemas are JSON Schema."""
        return not str(self.root["openapi"]).startswith("3.0")

    def find(self, method: str, path: str, query: Iterable[str] = ()) -> Optional[Operation]:
        """The operation of a request; a template without parameters wins over one with them.

        A template of ours ``/things?select`` is for requests with that parameter, whose answer is another one.
        """
        inner = path[len(self.base) :] if path.startswith(f"{self.base}/") else path
        for name in query:
            special = self._find(method, f"{inner}?{name}")
            if special is not None and special.template.endswith(f"?{name}"):
                return special
        return self._find(method, inner)

    def _find(self, method: str, inner: str) -> Optional[Operation]:
        for pattern, template in self._by_length.get(inner.count("/"), ()):
            found = pattern.fullmatch(inner)
            if found is not None and method.lower() in self.root["paths"][template]:
                names = re.findall(r"\{([^/]+?)\}", template)
                values = {name: unquote(value) for name, value in zip(names, found.groups())}
                return Operation(method.lower(), template, ("paths", template, method.lower()), values)
        return None

    def at(self, pointer: Pointer) -> tuple[Any, Pointer]:
        """What stands at a place, and the place where its references lead to."""
        node = look_up(self.root, pointer)
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            pointer = parse(node["$ref"])
            node = look_up(self.root, pointer)
        return node, pointer

    def parameters(self, operation: Operation) -> dict[tuple[str, str], tuple[Mapping[str, Any], Pointer]]:
        """Parameters of the operation and of its path, by where they stand and name."""
        found: dict[tuple[str, str], tuple[Mapping[str, Any], Pointer]] = {}
        for owner in (operation.pointer[:2], operation.pointer):
            for number in range(len(look_up(self.root, owner).get("parameters", ()))):
                node, pointer = self.at((*owner, "parameters", str(number)))
                found[node["in"], node["name"]] = (node, pointer)
        return found

    def followed(self, start: Pointer, path: tuple[str, ...]) -> Pointer:
        """Where a path through schemas leads that passes references by in silence."""
        pointer = start
        for part in path:
            node = look_up(self.root, pointer)
            while isinstance(node, dict) and part not in node and isinstance(node.get("$ref"), str):
                pointer = parse(node["$ref"])
                node = look_up(self.root, pointer)
            pointer = (*pointer, part)
            if isinstance(node, list):
                continue
            if not isinstance(node, dict) or part not in node:
                return pointer
        return pointer
