"""Which plugins are installed, and which of them are wanted."""

from __future__ import annotations

from configparser import ConfigParser
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Callable, Iterable, Mapping, Optional

from ..model.likeness import likeliest

GROUP = "j2o"
#: the distribution that brings the core and the first-party plugins
OURS = "j2o"
DISABLED, ALLOWED = "J2O_DISABLE_PLUGINS", "J2O_PLUGINS"


@dataclass(frozen=True)
class Candidate:
    """An entry point of the group ``j2o``. ``value`` is where its plugin is (``package.module``, ``module:object``)."""

    name: str
    value: str
    distribution: str
    version: str
    load: Callable[[], Any]

    @property
    def label(self) -> str:
        """Plugin, distribution and version, as errors name it."""
        if self.distribution == self.name:
            return f"{self.name} {self.version}"
        return f"{self.name} ({self.distribution} {self.version})"


@dataclass(frozen=True)
class Choice:
    """``J2O_DISABLE_PLUGINS`` (names to leave out) and ``J2O_PLUGINS`` (the only names to take), comma-separated."""

    disabled: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Choice:
        """What the environment chooses."""
        return cls(_names(environment.get(DISABLED, "")), _names(environment.get(ALLOWED, "")))

    def takes(self, name: str) -> bool:
        """Whether the plugin of this name is wanted."""
        return name not in self.disabled and (not self.allowed or name in self.allowed)

    def warnings(self, known: Iterable[str], builtin: Iterable[str] = ()) -> list[str]:
        """Names that choose nothing, with the nearest that would."""
        known, builtin = sorted(set(known)), set(builtin)
        found = [
            f"{DISABLED}: '{name}' is part of j2o and cannot be left out" for name in self.disabled if name in builtin
        ]
        for variable, names in ((DISABLED, self.disabled), (ALLOWED, self.allowed)):
            for name in names:
                if name not in known and name not in builtin:
                    found.append(f"{variable}: no installed plugin is called '{name[:80]}'{_meant(name, known)}")
        return found


def installed() -> list[Candidate]:
    """The entry points of every distribution, ours first, then by name; a broken distribution has none."""
    found: dict[tuple[str, str, str], Candidate] = {}
    for distribution in metadata.distributions():
        for point in _points(distribution):
            name, version = _of(distribution)
            # An editable install can list one distribution twice.
            found.setdefault(
                (point.name, point.value, name), Candidate(point.name, point.value, name, version, point.load)
            )
    return sorted(found.values(), key=lambda one: (one.distribution != OURS, one.name, one.distribution))


def version_of(distribution: str) -> str:
    """The installed version of a distribution, ``0`` where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "0"


def _points(distribution: metadata.Distribution) -> list[metadata.EntryPoint]:
    try:
        text = distribution.read_text("entry_points.txt")
        if not text or GROUP not in text:
            return []
        try:
            return [point for point in distribution.entry_points if point.group == GROUP]
        except ValueError:  # a stricter reader, which others bring, refuses them all for one that is odd
            return _plainly(text)
    except Exception:  # noqa: BLE001 - whatever is wrong with the files of another distribution is not ours to tell
        return []


def _plainly(text: str) -> list[metadata.EntryPoint]:
    """The entry points as Python itself reads them: what is odd is found when it is loaded."""
    lines = ConfigParser(delimiters="=", interpolation=None)
    lines.optionxform = str  # type: ignore[assignment,method-assign]
    lines.read_string(text)
    return [metadata.EntryPoint(name, value, GROUP) for name, value in lines.items(GROUP)]


def _of(distribution: metadata.Distribution) -> tuple[str, str]:
    name: Optional[str] = distribution.metadata["Name"]
    return (name or "unknown", str(distribution.version or ""))


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def _meant(name: str, known: list[str]) -> str:
    close = likeliest(name[:80], known)
    return f"; did you mean '{close}'?" if close else f"; installed are: {', '.join(known) or 'none'}"
