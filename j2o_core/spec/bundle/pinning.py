"""Lets a spec extend the templates and rule sets that it was exported with, where those of this j2o are others."""

from __future__ import annotations

import posixpath
from typing import Any, Iterator, Mapping, Optional

from ..packaged import PREFIX
from ..upgrade.source import is_text, nodes, read_source, write_source


def pinned(files: Mapping[str, bytes], packaged: Mapping[str, bytes], folder: str) -> dict[str, bytes]:
    """The files, with those that came with j2o below ``folder``, and with each ``j2o:NAME`` made a path to one."""
    made = {**files, **{folder + path: data for path, data in packaged.items()}}
    return {path: _rewritten(path, data, packaged, folder) for path, data in made.items()}


def _rewritten(path: str, data: bytes, packaged: Mapping[str, bytes], folder: str) -> bytes:
    if not path.endswith((".yaml", ".yml")):
        return data
    source, _ = read_source(data, path)
    if source is None:
        return data
    for node, is_rule_set in _named(source.root):
        target = _target(node.value[len(PREFIX) :], packaged, is_rule_set)
        if target is not None:
            relative = posixpath.relpath(folder + target, posixpath.dirname(path) or ".")
            source.replace(node, relative if relative.startswith(".") else f"./{relative}")
    return write_source(data, source.changed()) if source.is_changed else data


def _named(root: Any) -> Iterator[tuple[Any, bool]]:
    """Every text that names a packaged file, and whether it is a rule set."""
    for path, node in nodes(root):
        if is_text(node) and node.value.startswith(PREFIX):
            if path == ("extends",):
                yield node, False
            elif path == ("use",) or path[-2:] == ("rules", "use"):
                yield node, True


def _target(name: str, packaged: Mapping[str, bytes], is_rule_set: bool) -> Optional[str]:
    places = (f"rules/{name}.yaml",) if is_rule_set else (f"{name}.yaml", f"templates/{name}.yaml")
    return next((place for place in places if place in packaged), None)
