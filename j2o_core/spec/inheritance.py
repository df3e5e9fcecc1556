"""Reads a spec with all that it extends, and lays the overlay of an environment over it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional

from ..model.problem import Place, Problem
from .codes import problem
from .merge import merge
from .node import Node
from .packaged import PREFIX, packaged_names, packaged_spec, specs_folder
from .reading import MAX_BYTES, read_yaml
from .suggestion import nearest

MAX_CHAIN, MAX_FILES = 16, 64
_SUFFIXES = (".yaml", ".yml")


class Reader:
    """Reads the files of one spec. ``problems`` collects what is wrong with them, ``texts`` what they hold."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.texts: dict[str, str] = {}
        self.folder = Path()
        self._read_files = 0

    def spec(self, name: str) -> Optional[Node]:
        """The spec at a path or of a ``j2o:NAME``, laid over all that it extends; ``None`` where it cannot be read."""
        path, shown = Path(name), name
        if name.startswith(PREFIX):
            path = packaged_spec(name[len(PREFIX) :])
            shown = _shown(path)
            if not path.is_file():
                self._missing_packaged("J2O-S001", name, Place(name, 1, 1), "")
                return None
        self.folder = path.resolve().parent
        if not path.exists():
            guess = _nearest_file(path)
            suggestion = str(path.parent / guess) if guess else ""
            self._add("J2O-S001", f"there is no file '{name}'", Place(shown, 1, 1), "", "a spec", suggestion)
            return None
        return self._read(path, shown, ())

    def environment(self, root: Node, name: str) -> Node:
        """``root`` with the overlay ``name`` over it: the file in ``environments/`` first, then the inline one."""
        folder = self.folder / "environments"
        inline = root.value.get("environments")
        overlays = inline.value if inline is not None and inline.is_map else {}
        found = [path for path in _yaml_files(folder) if path.stem == name]
        if not found and name not in overlays:
            known = sorted({*overlays, *(path.stem for path in _yaml_files(folder))})
            expected = ", ".join(known) if known else "no environment: the spec describes none"
            place = root.keys.get("environments") or root.place
            message = f"unknown environment '{name}'"
            self._add("J2O-S023", message, place, "environments", expected, nearest(name, known))
            return root
        for path in found[:1]:
            overlay = self._overlay(path)
            if overlay is not None:
                root = merge(root, overlay)
        if name in overlays and overlays[name].is_map:
            root = merge(root, overlays[name])
        return root

    def _overlay(self, path: Path) -> Optional[Node]:
        overlay = self._file(path, _shown(path))
        if overlay is None:
            return None
        for key in ("extends", "environments"):
            if key in overlay.value:
                message = f"'{key}' has no meaning in the overlay of an environment"
                self._add("J2O-S010", message, overlay.keys[key], key, "the parts of the spec that differ", "")
        return overlay

    def _read(self, path: Path, shown: str, chain: tuple[Path, ...]) -> Optional[Node]:
        node = self._file(path, shown)
        if node is None:
            return None
        chain = (*chain, path.resolve())
        base: Optional[Node] = None
        complete = True
        for entry, place, dotted in _extended(node):
            other = self._extended_file(entry, place, dotted, path, chain)
            read = self._read(other, _shown(other), chain) if other is not None else None
            if read is None:
                complete = False
            else:
                base = read if base is None else merge(base, read)
        if base is not None:
            node = merge(base, node)
        # without a part of it, everything would seem to be missing
        return node if complete else None

    def _extended_file(
        self, entry: str, place: Place, dotted: str, path: Path, chain: tuple[Path, ...]
    ) -> Optional[Path]:
        if entry.startswith(PREFIX):
            other = packaged_spec(entry[len(PREFIX) :])
            if not other.is_file():
                self._missing_packaged("J2O-S020", entry, place, dotted)
                return None
        else:
            other = path.parent / entry
            folder = specs_folder() if _inside(path, specs_folder()) else self.folder
            if Path(entry).is_absolute() or not _inside(other, folder):
                message = f"'{entry[:200]}' lies outside the folder of the spec"
                self._add("J2O-S021", message, place, dotted, "a file in the spec's folder or below it", "")
                return None
            if not other.is_file():
                guess = _nearest_file(other)
                self._add(
                    "J2O-S020",
                    f"there is no file '{entry[:200]}'",
                    place,
                    dotted,
                    "a file beside the spec, or j2o:NAME",
                    f"./{guess}" if guess else "",
                )
                return None
        if other.resolve() in chain:
            names = " -> ".join(link.name for link in (*chain, other))
            self._add("J2O-S022", f"the spec extends itself: {names}", place, dotted, "a chain with an end", "")
            return None
        self._read_files += 1
        if len(chain) >= MAX_CHAIN or self._read_files > MAX_FILES:
            if not any(found.code == "J2O-S022" for found in self.problems):
                message = f"the spec extends more than {MAX_CHAIN} files in a row or {MAX_FILES} in all"
                self._add("J2O-S022", message, place, dotted, "fewer files", "")
            return None
        return other

    def _file(self, path: Path, shown: str) -> Optional[Node]:
        start = Place(shown, 1, 1)
        try:
            if not path.is_file():
                self._add("J2O-S002", f"'{shown}' is no file", start, "", "a YAML file", "")
                return None
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            self._add("J2O-S002", f"'{shown}' cannot be read: {reason}", start, "", "a readable file", "")
            return None
        self.texts[shown] = data[:MAX_BYTES].decode("utf-8-sig", "replace")
        node, problems = read_yaml(data, shown)
        self.problems += problems
        return node

    def _missing_packaged(self, code: str, name: str, place: Place, dotted: str) -> None:
        known = [PREFIX + packaged for packaged in packaged_names()]
        guess = nearest(name, known)
        self._add(code, f"there is no packaged spec '{name[:80]}'", place, dotted, ", ".join(known), guess)

    def _add(self, code: str, message: str, place: Place, path: str, expected: str, suggestion: str) -> None:
        self.problems.append(problem(code, message, place, path, expected, suggestion))


def _extended(node: Node) -> list[tuple[str, Place, str]]:
    """What a document extends, in order, with the place of each; what is of another type is left to the schema."""
    extends = node.value.get("extends")
    if extends is None:
        return []
    if isinstance(extends.value, str):
        return [(extends.value, extends.place, "extends")]
    if not isinstance(extends.value, list):
        return []
    items = enumerate(extends.value)
    return [(item.value, item.place, f"extends[{index}]") for index, item in items if isinstance(item.value, str)]


def _inside(path: Path, folder: Path) -> bool:
    resolved, root = path.resolve(), folder.resolve()
    return root == resolved or root in resolved.parents


def _yaml_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in _SUFFIXES)
    except OSError:
        return []


def _nearest_file(path: Path) -> str:
    """The name of the file that was probably meant, or an empty string."""
    names = {sibling.stem: sibling.name for sibling in _yaml_files(path.parent)}
    return names.get(nearest(path.stem, names), "")


def _shown(path: Path) -> str:
    """A path as people would type it: relative where it lies below the working folder."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return str(path) if relative.startswith("..") else relative
