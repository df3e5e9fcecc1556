"""What is told of a translation: a line for each key and variable, and the problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from ...model.problem import Place, Problem
from .codes import problem
from .settings import Given, Settings
from .vocabulary import SECRET, Key

BECAME, OVERRULED, GONE, OURS, UNKNOWN = "became", "overruled", "gone", "ours", "unknown"


@dataclass(frozen=True)
class Line:
    """What one key or variable became: paths in the spec, and words about it."""

    name: str
    outcome: str
    place: Optional[Place] = None
    became: tuple[str, ...] = ()
    says: str = ""
    suggestion: str = ""


class Telling:
    """Gathers lines and problems; what has no place of its own stands at ``start``."""

    def __init__(self, settings: Settings, start: Place) -> None:
        self._settings, self._start = settings, start
        self.lines: list[Line] = []
        self.problems: list[Problem] = list(settings.problems)

    def tell(self, given: Given, outcome: str, became: Sequence[str] = (), says: str = "") -> None:
        """What a key or variable became."""
        self.lines.append(Line(given.name, outcome, given.place, tuple(became), says))

    def wrong(self, given: Given, expected: str) -> None:
        """Its value is not what is expected. The value is not repeated: it may be a secret."""
        self.problems.append(
            problem("J2O-L002", f"the value of '{given.name}' is wrong", self.place(given), given.name, expected)
        )
        self.tell(given, GONE, says=f"its value is wrong: expected {expected}")

    def token(self, given: Given, message: str, expected: str) -> None:
        """A token stands in the file."""
        self.problems.append(problem("J2O-L003", message, self.place(given), given.name, expected))

    def overruled(self, key: Key, used: Optional[Given]) -> None:
        """The other values of a setting, which another one wins over."""
        for given in self._settings.given.get(key.name, ()):
            if given is used:
                continue
            by = used.name if used is not None else ""
            self.tell(given, GONE if given.is_empty else OVERRULED, says="empty" if given.is_empty else f"{by} wins")
            if key.form == SECRET and not given.variable and not given.is_empty:
                self.token(given, f"{given.name} holds a token, which {by} overrules: remove it", "an empty value")

    def strays(self) -> None:
        """What sets nothing. Variables of j2o itself are told only where a file sets them in vain."""
        for stray in self._settings.strays:
            if stray.ours and not stray.reason:
                continue
            outcome = OURS if stray.ours else GONE if stray.reason else UNKNOWN
            self.lines.append(Line(stray.name, outcome, stray.place, says=stray.reason, suggestion=stray.suggestion))

    def place(self, given: Optional[Given]) -> Place:
        """Where a value stands."""
        return given.place if given is not None and given.place is not None else self._start

    def sorted(self) -> tuple[Line, ...]:
        """The lines in the order of the files."""

        def order(line: Line) -> tuple[bool, str, int, str]:
            place = line.place
            return place is None, place.file if place else "", place.line if place else 0, line.name

        return tuple(sorted(self.lines, key=order))
