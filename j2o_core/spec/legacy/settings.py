"""What an older configuration says: its keys and variables, each with its place, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Optional

from ...model.problem import Place, Problem
from ..node import Node, plain
from ..suggestion import nearest
from .codes import problem
from .variables import Variable
from .vocabulary import OUR_SECRETS, OURS, Key, Vocabulary

_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Given:
    """One value of a setting: of a variable, else of the file. ``name`` is how it was written there."""

    name: str
    value: Any
    place: Optional[Place]
    variable: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return self.value in _EMPTY


@dataclass(frozen=True)
class Stray:
    """A key or variable that sets nothing; ``reason`` is empty where nobody knows it."""

    name: str
    place: Optional[Place]
    reason: str = ""
    ours: bool = False
    suggestion: str = ""


@dataclass
class Settings:
    """All values by setting, the one that counts first; and what sets nothing."""

    given: dict[str, list[Given]] = field(default_factory=dict)
    strays: list[Stray] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def first(self, key: Key) -> Optional[Given]:
        """The value that counts: the first that says something, else the first."""
        found = self.given.get(key.name, [])
        return next((given for given in found if not given.is_empty), found[0] if found else None)


def read_settings(root: Node, variables: Mapping[str, Variable], words: Vocabulary) -> Settings:
    """Every key of the file and every variable, sorted by setting."""
    settings = Settings()
    of_variables: dict[str, list[Given]] = {}
    for name, variable in variables.items():
        key = words.variable(name)
        if key is not None:
            given = Given(name, variable.value, variable.place, name)
            of_variables.setdefault(key.name, []).append(given)
        else:
            settings.strays.append(_stray_variable(variable, words))
    of_the_file: dict[str, list[Given]] = {}
    for path, place, node in _leaves(root, words):
        key = words.key(path)
        if key is not None:
            of_the_file.setdefault(key.name, []).append(Given(path, plain(node), place))
        else:
            settings.strays.append(_stray_key(path, place, node, words, settings.problems))
    for key in words.keys:
        ranked = sorted(of_variables.get(key.name, ()), key=lambda given, key=key: key.variables.index(given.variable))
        found = [*ranked, *of_the_file.get(key.name, ())]
        if found:
            settings.given[key.name] = found
    for stray in settings.strays:
        if not stray.reason and not stray.ours:
            kind = "variable" if stray.name.startswith(words.prefixes) else "key"
            message = f"unknown {kind} '{stray.name[:80]}' of the older configuration"
            settings.problems.append(
                problem("J2O-L001", message, stray.place, stray.name, "a key of the older tool", stray.suggestion)
            )
    return settings


def _leaves(root: Node, words: Vocabulary, above: str = "") -> Iterator[tuple[str, Place, Node]]:
    """(dotted path, place of the key, value); a mapping is gone into where keys of it are known."""
    for name, node in root.value.items():
        path = f"{above}.{name}" if above else name
        place = root.keys.get(name, node.place)
        if node.is_map and node.value and words.key(path) is None and _is_known_above(path, words):
            yield from _leaves(node, words, path)
        elif node.value is None and not above and path in words.sections:
            continue  # a section whose keys are all commented out
        elif node.is_map and not node.value and words.key(path) is None and _is_known_above(path, words):
            continue
        else:
            yield path, place, node


def _is_known_above(path: str, words: Vocabulary) -> bool:
    return path in words.sections or any(name.startswith(f"{path}.") for key in words.keys for name in key.names)


def _stray_variable(variable: Variable, words: Vocabulary) -> Stray:
    name = variable.name
    if name in OURS or name.startswith(OUR_SECRETS):
        reason = "" if variable.place is None else "j2o reads it from the environment alone, not from this file"
        return Stray(name, variable.place, reason, ours=True)
    reason = words.gone_variable(name)
    known = [one for key in words.keys for one in key.variables]
    return Stray(name, variable.place, reason, suggestion="" if reason else nearest(name, [*known, *OURS]))


def _stray_key(path: str, place: Place, node: Node, words: Vocabulary, problems: list[Problem]) -> Stray:
    if path in words.sections or _is_known_above(path, words):
        problems.append(problem("J2O-L002", f"'{path}' is no mapping", place, path, "a mapping of keys to values"))
        return Stray(path, place, "it is no mapping")
    names = [name for key in words.keys for name in key.names]
    guess, end = nearest(path, names), path.rpartition(".")[2]
    if not nearest(end, [guess.rpartition(".")[2]]):  # the same section alone is no likeness, and it may be another
        ends = {name.rpartition(".")[2]: name for name in names}
        guess = ends.get(nearest(end, ends), "")
    return Stray(path, place, suggestion=guess)
