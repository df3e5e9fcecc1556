"""What a spec takes over from an earlier tool: its id maps, read at the start and again when they are needed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Iterator

from ..model.problem import Problem
from .legacy import vocabulary
from .legacy.id_map import IdMap, read_id_map
from .node import Node, dotted


def check_maps(root: Node, folder: Path) -> list[Problem]:
    """What is wrong with the files of ``takeover.files``; relative ones start from ``folder``, that of the spec."""
    takeover = root.value.get("takeover")
    files = takeover.value.get("files") if takeover is not None and takeover.is_map else None
    if files is None or not isinstance(files.value, list):
        return []
    problems: list[Problem] = []
    for index, node in enumerate(files.value):
        if isinstance(node.value, str):
            found = read_id_map(map_path(folder, node.value), vocabulary().maps, node.value).problems
            path = dotted(("takeover", "files", index))
            problems += [Problem(**{**one.__dict__, "place": one.place or node.place, "path": path}) for one in found]
    return problems


def read_maps(files: tuple[str, ...], folder: Path) -> Iterator[tuple[Path, IdMap]]:
    """The id maps of a spec in its folder, each with its path."""
    for name in files:
        path = map_path(folder, name)
        yield path, read_id_map(path, vocabulary().maps, name)


def map_path(folder: Path, name: str) -> Path:
    """Where a file of ``takeover.files`` lies; the folder need not exist yet."""
    return Path(os.path.normpath(folder.resolve() / name))
