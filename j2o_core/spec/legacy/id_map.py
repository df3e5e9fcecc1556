"""Reads an id map: a JSON file in which an older tool noted which item of the source became which on the target."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, Optional, Union

from ...model.problem import Place, Problem
from .codes import problem
from .vocabulary import Maps

MAX_BYTES = 256 * 1024 * 1024
#: problems told of one file
MAX_PROBLEMS = 20
_MAX_LEVELS = 4
_ID = re.compile(r"[1-9][0-9]{0,18}")
_LONGEST_NAME = 300


@dataclass(frozen=True)
class Entry:
    """One item: by which ``names`` the source knows it (any of them), its id on the target, when it was written."""

    entity: str
    names: tuple[str, ...]
    target: str
    moment: Optional[str] = None


@dataclass(frozen=True)
class IdMap:
    """What one file says. ``unset`` counts the entries that say themselves that nothing was written for them."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    unset: int = 0
    ignored: tuple[str, ...] = ()


class _Repeated(dict):  # type: ignore[type-arg]
    """An object with a key that stands in it twice, with different values."""

    twice: tuple[str, ...] = ()


def read_id_map(path: Path, maps: Maps, shown: str = "") -> IdMap:
    """The entries of a file, whatever of the known forms it has; ``shown`` is how problems call it.

    Sections by kind of item, one kind in a file of its own, entries that are ids or objects, and lists of objects.
    """
    shown = shown or str(path)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        return _failed(f"'{shown}' cannot be read: {error.strerror or type(error).__name__}", Place(shown, 1, 1))
    if len(data) > MAX_BYTES:
        return _failed(f"'{shown}' is larger than 256 MiB", Place(shown, 1, 1))
    try:
        document = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_object, parse_constant=_no_constant)
    except UnicodeDecodeError:
        return _failed(f"'{shown}' is no UTF-8 text", Place(shown, 1, 1))
    except json.JSONDecodeError as error:
        ended = not error.doc[error.pos :].strip()
        what = "the file ends in the middle" if ended else f"no JSON: {error.msg}"
        return _failed(what, Place(shown, error.lineno, error.colno))
    except RecursionError:
        return _failed(f"'{shown}' nests too deep", Place(shown, 1, 1))
    except ValueError as error:
        return _failed(f"no JSON: {error}", Place(shown, 1, 1))
    if not isinstance(document, (dict, list)):
        return _failed(f"'{shown}' holds no object", Place(shown, 1, 1))
    reading = _Reading(maps, Place(shown, 1, 1))
    reading.take(document, maps.sections.get(path.stem, maps.files.get(path.name, "")), (), 0)
    return reading.result()


class _Reading:
    """Walks through one document."""

    def __init__(self, maps: Maps, place: Place) -> None:
        self._maps, self._place = maps, place
        self._entries: list[Entry] = []
        self._problems: list[Problem] = []
        self._more = self._unset = 0
        self._ignored: list[str] = []

    def result(self) -> IdMap:
        problems = list(self._problems)
        if self._more:
            problems.append(problem("J2O-L011", f"{self._more} more entries are left aside", self._place))
        return IdMap(tuple(self._entries), tuple(problems), self._unset, tuple(self._ignored))

    def take(self, value: Any, entity: str, path: tuple[str, ...], depth: int) -> None:
        """Take a section or a list; ``entity``: what its entries are, where that is known."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                self._item(item, entity, (*path, str(index)))
            return
        for key in getattr(value, "twice", ()):
            self._leave((*path, key), "it stands in the file twice, with different ids")
        for key, inner in value.items():
            if key in getattr(value, "twice", ()):
                continue
            section = self._maps.sections.get(key)
            nested = isinstance(inner, (dict, list)) and depth < _MAX_LEVELS and self._target(inner) is None
            if nested and section is not None:
                self.take(inner, section, (*path, key), depth + 1)
            elif nested and key in self._maps.wrappers:
                self.take(inner, entity, (*path, key), depth + 1)
            elif key in self._maps.ignored and not (entity and self._target(inner) is not None):
                self._ignored.append(key)
            else:
                self._entry(key, inner, entity, (*path, key))

    def _item(self, item: Any, entity: str, path: tuple[str, ...]) -> None:
        """An entry of a list, which must name the item of the source itself."""
        names = self._names(item) if isinstance(item, dict) else ()
        if not names:
            self._leave(path, "it names no item of the source")
            return
        self._add(names, item, entity or self._kind(names[0]), path)

    def _entry(self, key: str, value: Any, entity: str, path: tuple[str, ...]) -> None:
        names = (key, *(self._names(value) if isinstance(value, dict) else ()))
        self._add(tuple(dict.fromkeys(names)), value, entity or self._kind(key), path)

    def _add(self, names: tuple[str, ...], value: Any, entity: str, path: tuple[str, ...]) -> None:
        if not entity:
            self._leave(path, "it does not say what kind of item it is")
            return
        names = tuple(name for name in names if name.strip() and len(name) <= _LONGEST_NAME)
        target = self._target(value)
        if target is None or not names:
            self._leave(path, "it names no id on the target")
        elif target == "":
            self._unset += 1
        else:
            self._entries.append(Entry(entity, names, target, self._moment(value)))

    def _target(self, value: Any) -> Optional[str]:
        """The id; an empty text where the entry says that there is none, ``None`` where it says nothing."""
        if isinstance(value, dict):
            for name in self._maps.target:
                if name in value:
                    return "" if value[name] is None else _id(value[name])
            return None
        return "" if value is None else _id(value)

    def _names(self, value: dict[str, Any]) -> tuple[str, ...]:
        found = (value.get(name) for name in self._maps.source)
        return tuple(str(name) for name in found if isinstance(name, (str, int)) and not isinstance(name, bool))

    def _moment(self, value: Any) -> Optional[str]:
        found = (value.get(name) for name in self._maps.moment) if isinstance(value, dict) else iter(())
        return next((text for text in found if isinstance(text, str) and text), None)

    def _kind(self, name: str) -> str:
        return next((entity for pattern, entity in self._maps.patterns if pattern.fullmatch(name)), "")

    def _leave(self, path: tuple[str, ...], reason: str) -> None:
        if len(self._problems) >= MAX_PROBLEMS:
            self._more += 1
            return
        name = ".".join(path)[:120]
        self._problems.append(problem("J2O-L011", f"the entry '{name}' is left aside: {reason}", self._place))


def _id(value: Any) -> Optional[str]:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if 0 < value < 10**19 else None
    return value.strip() if isinstance(value, str) and _ID.fullmatch(value.strip()) else None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = dict(pairs)
    return made if len(made) == len(pairs) else _repeated(pairs)


def _repeated(pairs: list[tuple[str, Any]]) -> _Repeated:
    made = _Repeated()
    twice: dict[str, None] = {}
    for key, value in pairs:
        if key in made and made[key] != value:
            twice.setdefault(key)
        made[key] = value
    made.twice = tuple(twice)
    return made


def _no_constant(name: str) -> Union[float, None]:
    raise ValueError(f"{name} is no number")


def _failed(message: str, place: Place) -> IdMap:
    return IdMap(problems=(problem("J2O-L010", message, place, expected="a JSON file of ids"),))


def targets(maps: Iterator[IdMap], entity: str) -> dict[str, str]:
    """Of one kind of item, the first name of each entry by its id on the target."""
    return {entry.target: entry.names[0] for one in maps for entry in one.entries if entry.entity == entity}
