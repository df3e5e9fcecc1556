"""Reads a spec with all that it extends, includes and uses, and lays the overlay of an environment over it."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Mapping, Optional, Sequence

from ..model.problem import Place, Problem
from .codes import problem
from .legacy import Translation, is_legacy, is_overlay, translate
from .merge import merge
from .node import Node
from .overlays import without_effect
from .packaged import (
    PREFIX,
    TESTS,
    packaged_names,
    packaged_rule_set,
    packaged_rule_sets,
    packaged_spec,
    specs_folder,
)
from .paths import SUFFIXES, exists, inside, is_file, nearest_file, shown_as, yaml_files
from .reading import MAX_BYTES, MAX_VALUES, read_yaml
from .rule_sets import with_rule_sets, with_sets
from .suggestion import nearest
from .upgrade.versions import wrong_version

MAX_CHAIN, MAX_FILES, MAX_BYTES_IN_ALL = 16, 64, 4 * 1024 * 1024


class Reader:
    """Reads the files of one spec. ``problems`` collects what is wrong with them, ``texts`` what they hold.

    ``translation`` tells what became of the configuration of an older tool, where the spec is one; ``variables`` is the
    environment that wins over it, ``env_files``, ``components`` and ``written_to`` (its folder) as of ``translate``.
    """

    def __init__(
        self,
        variables: Optional[Mapping[str, str]] = None,
        env_files: Optional[Sequence[Path]] = None,
        components: Optional[Sequence[str]] = None,
        written_to: Optional[Path] = None,
    ) -> None:
        self.translation: Optional[Translation] = None
        self._legacy: Optional[Node] = None
        self._translating = (variables or {}, env_files, components, written_to)
        self.problems: list[Problem] = []
        self.texts: dict[str, str] = {}
        self.folder = Path()
        self._path = self._environments = Path()
        self._read_files = self._read_bytes = self._read_values = 0

    def spec(self, name: str) -> Optional[Node]:
        """The spec at a path or of a ``j2o:NAME``, laid over all that it extends; ``None`` where it cannot be read."""
        path, shown = Path(name), name
        if name.startswith(PREFIX):
            path = packaged_spec(name[len(PREFIX) :])
            shown = shown_as(path)
            if not is_file(path):
                self._missing_packaged("J2O-S001", name, Place(name, 1, 1), "")
                return None
        if not exists(path):
            guess = nearest_file(path)
            suggestion = str(path.parent / guess) if guess else ""
            self._add("J2O-S001", f"there is no file '{name}'", Place(shown, 1, 1), "", "a spec", suggestion)
            return None
        self.folder, self._path = path.resolve().parent, path
        packaged = inside(path, specs_folder())
        self._environments = (specs_folder() if packaged else self.folder) / "environments"
        return self._read(path, shown, ())

    def tests(self, root: Node) -> Node:
        """``root`` with the tests in NAME.tests.yaml, beside the spec NAME.yaml, over its own."""
        beside = [self._path.with_suffix(TESTS + suffix) for suffix in SUFFIXES]
        path = next((path for path in beside if path.is_file() and inside(path, self.folder)), None)
        node = self._file(path, shown_as(path), (path.resolve(),)) if path is not None else None
        if node is None:
            return root
        if list(node.value) == ["tests"]:
            message = "the file beside a spec holds the tests themselves, without the key 'tests'"
            self._add("J2O-S010", message, node.keys["tests"], "tests", "names of tests", "")
            return root
        return merge(root, node._replace(value={"tests": node}, keys={"tests": node.place}))

    def environment(self, root: Node, name: str) -> Optional[Node]:
        """``root`` with the overlay ``name`` over it: the file in ``environments/`` first, then the inline one.

        ``None`` where there is no such overlay or it cannot be read: what it leaves out would seem to be missing.
        """
        folder = self._environments
        if self._legacy is not None:
            return self._legacy_environment(root, name)
        inline = root.value.get("environments")
        overlays = inline.value if inline is not None and inline.is_map else {}
        found = [path for path in yaml_files(folder) if path.stem == name]
        if not found and name not in overlays:
            known = sorted({*overlays, *(path.stem for path in yaml_files(folder))})
            expected = ", ".join(known) if known else "no environment: the spec describes none"
            place = root.keys.get("environments") or root.place
            message = f"unknown environment '{name}'"
            self._add("J2O-S023", message, place, "environments", expected, nearest(name, known))
            return None
        if len(found) > 1:
            message = f"two files describe the environment '{name}': {found[0].name} and {found[1].name}"
            self._add("J2O-S023", message, Place(shown_as(found[1]), 1, 1), "", "one of them", "")
            return None
        for path in found:
            overlay = self._overlay(path, shown_as(path))
            if overlay is None:
                return None
            self.problems += without_effect(root, overlay)
            root = merge(root, overlay)
        if name in overlays and overlays[name].is_map:
            root = merge(root, overlays[name])
        return root

    def _overlay(self, path: Path, shown: str) -> Optional[Node]:
        if not inside(path, self._environments.parent):
            message, expected = f"'{path.name}' is a link that leaves the folder of the spec", "a file in it"
            self._add("J2O-S021", message, Place(shown, 1, 1), "", expected, "")
            return None
        chain = (path.resolve(),)
        overlay = self._file(path, shown, chain)
        if overlay is None or self._is_of_another_version(overlay, shown):
            return None
        overlay = with_rule_sets(overlay, partial(self._rule_set, path, chain))
        for key in ("extends", "environments"):
            if key in overlay.value:
                message = f"'{key}' has no meaning in the overlay of an environment"
                self._add("J2O-S010", message, overlay.keys[key], key, "the parts of the spec that differ", "")
        return overlay

    def _read(self, path: Path, shown: str, chain: tuple[Path, ...]) -> Optional[Node]:
        chain = (*chain, path.resolve())
        node = self._file(path, shown, chain)
        if node is None or self._is_of_another_version(node, shown):
            return None
        if len(chain) == 1 and is_legacy(node):
            self._legacy, node = node, self._translated(node, path)
        return self._extended(node, path, chain)

    def _translated(self, node: Node, path: Path) -> Node:
        self.translation = translate(node, path, *self._translating)
        return self.translation.root

    def _legacy_environment(self, root: Node, name: str) -> Optional[Node]:
        """The configuration of an older tool with its own overlay ``environments/NAME.yaml`` over it."""
        files = [path for path in yaml_files(self._environments) if path.stem == name]
        if len(files) != 1:
            known = sorted({path.stem for path in yaml_files(self._environments)})
            expected = ", ".join(known) if known else "no environment: the configuration has none"
            self._add("J2O-S023", f"unknown environment '{name}'", root.place, "", expected, nearest(name, known))
            return None
        overlay = self._file(files[0], shown_as(files[0]), (files[0].resolve(),))
        if overlay is None or self._legacy is None:
            return None
        if not is_overlay(overlay):
            message = f"'{files[0].name}' is no overlay of a configuration of the older tool"
            self._add("J2O-S023", message, overlay.place, "", "keys of the older tool", "")
            return None
        node = self._translated(merge(self._legacy, overlay), self._path)
        return self._extended(node, self._path, (self._path.resolve(),))

    def _extended(self, node: Node, path: Path, chain: tuple[Path, ...]) -> Optional[Node]:
        """A document laid over all that it extends."""
        node = with_rule_sets(node, partial(self._rule_set, path, chain))
        base: Optional[Node] = None
        complete = True
        for entry, place, dotted in _entries_of(node):
            other = self._extended_file(entry, place, dotted, path, chain)
            read = self._read(other, shown_as(other), chain) if other is not None else None
            if read is None:
                complete = False
            else:
                base = read if base is None else merge(base, read)
        if base is not None:
            node = merge(base, node)
        # without a part of it, everything would seem to be missing
        return node if complete else None

    def _is_of_another_version(self, node: Node, shown: str) -> bool:
        """Whether the file is in an older or newer spec language, in which everything else would seem to be wrong."""
        wrong = wrong_version(node, shown)
        self.problems += [wrong] if wrong is not None else []
        return wrong is not None

    def _extended_file(
        self, entry: str, place: Place, dotted: str, path: Path, chain: tuple[Path, ...]
    ) -> Optional[Path]:
        if not entry.startswith(PREFIX):
            return self._beside(entry, place, dotted, path, chain, "extends", "a file beside the spec, or j2o:NAME")
        other = packaged_spec(entry[len(PREFIX) :])
        if not is_file(other):
            self._missing_packaged("J2O-S020", entry, place, dotted)
            return None
        return self._next(other, place, dotted, chain, "extends")

    def _rule_set(self, path: Path, chain: tuple[Path, ...], entry: str, place: Place, dotted: str) -> Optional[Node]:
        """The rules in the file that ``entry`` in the file at ``path`` names, over those that they use themselves."""
        if entry.startswith(PREFIX):
            other = packaged_rule_set(entry[len(PREFIX) :])
            if other is None:
                known = [PREFIX + name for name in packaged_rule_sets()]
                message = f"there is no packaged rule set '{entry[:80]}'"
                self._add("J2O-S020", message, place, dotted, ", ".join(known), nearest(entry, known))
                return None
            found = self._next(other, place, dotted, chain, "uses")
        else:
            expected = "a file of rules beside the spec, or j2o:NAME"
            found = self._beside(entry, place, dotted, path, chain, "uses", expected)
        if found is None:
            return None
        chain = (*chain, found.resolve())
        rules = self._file(found, shown_as(found), chain)
        return None if rules is None else with_sets(rules, (), partial(self._rule_set, found, chain))

    def _beside(
        self, entry: str, place: Place, dotted: str, path: Path, chain: tuple[Path, ...], verb: str, expected: str
    ) -> Optional[Path]:
        """The file that ``entry`` in the file at ``path`` names, where it may be read."""
        other = path.parent / entry
        folder = specs_folder() if inside(path, specs_folder()) else self.folder
        if Path(entry).is_absolute() or not inside(other, folder):
            message = f"'{entry[:200]}' lies outside the folder of the spec"
            self._add("J2O-S021", message, place, dotted, "a file in the spec's folder or below it", "")
            return None
        if not is_file(other):
            guess = nearest_file(other)
            beside = guess and os.path.join(os.path.dirname(entry), guess)  # noqa: PTH118, PTH120 - keeps the ./
            self._add("J2O-S020", f"there is no file '{entry[:200]}'", place, dotted, expected, beside)
            return None
        return self._next(other, place, dotted, chain, verb)

    def _next(self, other: Path, place: Place, dotted: str, chain: tuple[Path, ...], verb: str) -> Optional[Path]:
        """``other``, unless reading it would not come to an end."""
        if other.resolve() in chain:
            names = " -> ".join(link.name for link in (*chain, other))
            self._add("J2O-S022", f"the spec {verb} itself: {names}", place, dotted, "a chain with an end", "")
            return None
        self._read_files += 1
        if len(chain) >= MAX_CHAIN or self._read_files > MAX_FILES:
            if not any(found.code == "J2O-S022" for found in self.problems):
                message = f"the spec {verb} more than {MAX_CHAIN} files in a row or {MAX_FILES} in all"
                self._add("J2O-S022", message, place, dotted, "fewer files", "")
            return None
        return other

    def _file(self, path: Path, shown: str, chain: tuple[Path, ...], levels: Optional[int] = None) -> Optional[Node]:
        """The tree of one file; ``chain``: the files on the way to it and itself; ``levels`` as of ``read_yaml``."""
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
        self._read_bytes += len(data)
        if self._read_bytes > MAX_BYTES_IN_ALL:
            message = f"the files of the spec are larger than {MAX_BYTES_IN_ALL // 1024 // 1024} MiB together"
            self._add("J2O-S002", message, start, "", "less text", "")
            return None

        def include(name: str, place: Place, dotted: str, above: int) -> Optional[Node]:
            other = self._beside(name, place, dotted, path, chain, "includes", "a YAML file beside the spec")
            if other is None:
                return None
            return self._file(other, shown_as(other), (*chain, other.resolve()), above)

        node, problems = read_yaml(data, shown, include, levels)
        self.problems += problems
        if levels is None and node is not None:  # what is included counts in the file that includes it
            self._read_values += node.size
            if self._read_values > MAX_VALUES:
                message = f"the files of the spec hold more than {MAX_VALUES:,} values together"
                self._add("J2O-S007", message, start, "", f"at most {MAX_VALUES:,} values", "")
                return None
        return node

    def _missing_packaged(self, code: str, name: str, place: Place, dotted: str) -> None:
        known = [PREFIX + packaged for packaged in packaged_names()]
        guess = nearest(name, known)
        self._add(code, f"there is no packaged spec '{name[:80]}'", place, dotted, ", ".join(known), guess)

    def _add(self, code: str, message: str, place: Place, path: str, expected: str, suggestion: str) -> None:
        self.problems.append(problem(code, message, place, path, expected, suggestion))


def _entries_of(node: Node) -> list[tuple[str, Place, str]]:
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
