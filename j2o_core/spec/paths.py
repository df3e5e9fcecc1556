"""Paths of a spec's files: impossible names, links and folders that cannot be read are answers, not errors."""

from __future__ import annotations

import os
from pathlib import Path

from .suggestion import nearest

SUFFIXES = (".yaml", ".yml")


def exists(path: Path) -> bool:
    """Whether there is anything of that name."""
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have
        return False


def is_file(path: Path) -> bool:
    """Whether there is a file of that name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def inside(path: Path, folder: Path) -> bool:
    """Whether a path leads into a folder, wherever links lead."""
    try:
        resolved, root = path.resolve(), folder.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, a name that no file can have
        return False
    return root == resolved or root in resolved.parents


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, by name; none where it cannot be read."""
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)
    except OSError:
        return []


def nearest_file(path: Path) -> str:
    """The name of the file that was probably meant, or an empty string."""
    names = {sibling.stem: sibling.name for sibling in yaml_files(path.parent)}
    return names.get(nearest(path.stem, names), "")


def shown_as(path: Path) -> str:
    """A path as people would type it: relative where it lies below the working folder."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return str(path) if relative.startswith("..") else relative
