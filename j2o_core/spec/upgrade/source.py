"""A YAML text that can be changed key by key and value by value, with everything else staying as it was written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Optional

import yaml

from ...model.problem import ERROR, Place, Problem
from ..reading import read_yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARK = "\ufeff"


@dataclass
class Source:
    """The text of one file, its nodes, and the changes to be made."""

    file: str
    text: str
    root: Any
    _edits: dict[tuple[int, int], str] = field(default_factory=dict)

    def replace(self, node: Any, text: str) -> None:
        """Write ``text`` in place of a key or a scalar value, quoted as it was where that is possible."""
        quote = node.style if node.style in ("'", '"') else ""
        self._edits[node.start_mark.index, node.end_mark.index] = f"{quote}{text}{quote}"

    def place(self, node: Any) -> Place:
        """Where a key or value begins."""
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    @property
    def is_changed(self) -> bool:
        """Whether there is any change to be made."""
        return bool(self._edits)

    def changed(self) -> str:
        """The text with the changes."""
        parts, end = [], 0
        for (start, stop), text in sorted(self._edits.items()):
            parts += [self.text[end:start], text]
            end = stop
        return "".join((*parts, self.text[end:]))


def read_source(data: bytes, file: str) -> tuple[Optional[Source], list[Problem]]:
    """The source, or ``None`` with what is wrong with the YAML; all bounds of specs hold here too."""
    _, problems = read_yaml(data, file, include=lambda name, place, path, levels: None, levels=0)
    wrong = [problem for problem in problems if problem.severity == ERROR]
    if wrong:
        return None, wrong
    text = data.decode("utf-8")
    body = text[len(_MARK) :] if text.startswith(_MARK) else text
    return Source(file, body, yaml.compose(body, Loader=_LOADER)), []


def write_source(data: bytes, text: str) -> bytes:
    """The bytes of a changed text, with the byte order mark that the original had."""
    return (_MARK if data.startswith(_MARK.encode()) else "").encode() + text.encode()


def entry(mapping: Any, key: str) -> Optional[tuple[Any, Any]]:
    """The nodes of a key and its value."""
    if isinstance(mapping, yaml.MappingNode):
        for name, value in mapping.value:
            if name.value == key:
                return name, value
    return None


def nodes(root: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every node with the keys that lead to it, each node once."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), root)] if root is not None else []
    seen: set[int] = set()
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield path, node
        if isinstance(node, yaml.MappingNode):
            waiting += [((*path, str(key.value)), value) for key, value in reversed(node.value)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(path, item) for item in reversed(node.value)]


def is_text(node: Any) -> bool:
    """Whether the node is a scalar."""
    return isinstance(node, yaml.ScalarNode)
