"""Finds the id maps: the file that the configuration names, and those of single kinds of items in its data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional, Sequence

from ...model.problem import Place
from .codes import problem
from .settings import Given, Settings
from .telling import BECAME, GONE, Telling
from .vocabulary import DATA, ID_MAP, Key, Vocabulary


class MapFiles:
    """The id maps of one configuration. ``found`` are their paths, with the place that led to each.

    ``folders`` are those from which the older tool may have been started, ``folder`` is where the spec will stand.
    """

    def __init__(
        self, words: Vocabulary, settings: Settings, folders: Sequence[Path], folder: Path, telling: Telling
    ) -> None:
        self._words, self._settings, self._telling = words, settings, telling
        self._folders, self._folder = folders, folder
        self.found: list[tuple[Path, Place]] = []
        self._find()

    def names(self) -> list[str]:
        """The files as the spec names them, from its own folder."""
        return [_relative(path, self._folder) for path, _ in self.found]

    def _find(self) -> None:
        key = next(key for key in self._words.keys if key.role == ID_MAP)
        given = self._settings.first(key)
        named = given is not None and isinstance(given.value, str) and not given.is_empty
        file = self._existing(str(given.value)) if given is not None and named else None
        if file is not None:
            self.found.append((file, self._telling.place(given)))
        self._find_beside(given)
        if given is None:
            return
        if not named:
            if given.is_empty:
                self._telling.tell(given, GONE, says="empty: it names nothing")
            else:
                self._telling.wrong(given, "a path")
        else:
            self._tell(key, given, file is not None)

    def _find_beside(self, named: Optional[Given]) -> None:
        """The maps of single kinds of items: in the folder that the variable names, and in the usual ones."""
        maps = self._words.maps
        key = next(key for key in self._words.keys if key.role == DATA)
        given = self._settings.first(key)
        folders = list(maps.folders)
        if given is not None and isinstance(given.value, str) and not given.is_empty:
            folders.insert(0, given.value)
        known = {path.name for path, _ in self.found}
        of_it: list[str] = []
        for folder in folders:
            for name in maps.files:
                path = self._existing(f"{folder}/{name}") if name not in known else None
                if path is not None:
                    known.add(name)
                    of_it.append(name)
                    self.found.append((path, self._telling.place(given or named)))
        if given is not None:
            says = (
                f"{', '.join(of_it)} of it" if of_it else "no id map lies in it; what a run leaves lies in `J2O_HOME`"
            )
            self._telling.tell(given, BECAME if of_it else GONE, (key.becomes,) if of_it else (), says)

    def _tell(self, key: Key, given: Given, there: bool) -> None:
        if there:
            self._telling.tell(given, BECAME, (key.becomes,), "the first run takes over what it names")
        elif self.found:
            says = f"it is not there; {', '.join(path.name for path, _ in self.found)} beside it are"
            self._telling.tell(given, BECAME, (key.becomes,), says)
        else:
            self._telling.tell(given, GONE, says="it is not there: nothing is taken over")
            message = f"there is no id map '{str(given.value)[:200]}': nothing is taken over"
            place = self._telling.place(given)
            self._telling.problems.append(
                problem("J2O-L012", message, place, given.name, expected="the file, or no such line")
            )

    def _existing(self, name: str) -> Optional[Path]:
        """The file of this name, from where the older tool was started."""
        for folder in (*self._folders, Path()):
            try:
                path = folder / Path(name).expanduser()
                if path.is_file():
                    return path
            except (OSError, ValueError, RuntimeError):  # a name that no file can have, or of nobody's home
                return None
        return None


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return str(path.resolve())
