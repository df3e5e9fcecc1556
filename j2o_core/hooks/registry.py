"""What the installed plugins provide, keyed by (role, name)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional

from . import roles
from .protocols import (
    Check,
    Connector,
    Extractor,
    Function,
    Inspector,
    Loader,
    SecretBackend,
    SourceSurveyor,
    Splitter,
    Step,
    System,
    TargetSurveyor,
)
from .roles import (
    CHECK,
    CONNECTOR,
    EXTRACTOR,
    FUNCTION,
    INSPECTOR,
    LOADER,
    READER,
    RECORD_SCHEMA,
    SCHEMA,
    SECRET_BACKEND,
    SOURCE_SURVEYOR,
    SPLITTER,
    STEP,
    SYSTEM,
    TARGET_SURVEYOR,
    WRITER,
)

__all__ = [
    "CHECK",
    "CONNECTOR",
    "EXTRACTOR",
    "FUNCTION",
    "INSPECTOR",
    "LOADER",
    "READER",
    "RECORD_SCHEMA",
    "SCHEMA",
    "SECRET_BACKEND",
    "SOURCE_SURVEYOR",
    "SPLITTER",
    "STEP",
    "SYSTEM",
    "TARGET_SURVEYOR",
    "WRITER",
    "Entry",
    "NameTaken",
    "NotProvided",
    "Registry",
]

#: owner of what is registered without a plugin
CORE = "j2o_core"


class NameTaken(Exception):
    """Two plugins provide the same thing under the same name; the message names both."""


class NotProvided(LookupError):
    """No installed plugin provides this, or two do; ``known`` are the names there are."""

    def __init__(self, role: str, name: str, known: list[str], clash: str = "") -> None:
        super().__init__(clash or f"no plugin provides the {role} '{name}'")
        self.role, self.name, self.known = role, name, known


@dataclass(frozen=True)
class Entry:
    """One thing a plugin provides."""

    role: str
    name: str
    value: Any
    owner: str


class Registry:
    """Filled once at start-up by ``j2o_register``; read-only afterwards.

    Each plugin registers into a part of its own, which the whole then takes over: all of it or nothing.
    """

    def __init__(self, owner: str = CORE, whole: Optional[Registry] = None) -> None:
        self.owner = owner
        self._whole = whole
        self._entries: dict[tuple[str, str], Entry] = {}
        self._clashes: dict[tuple[str, str], list[str]] = {}
        self._absent: dict[str, str] = {}
        self._closed = False

    # ------------------------------------------------------------------ registering

    def connector(self, connector: type[Connector]) -> None:
        """Register a connector class under its name."""
        self.add(CONNECTOR, roles.name_in(CONNECTOR, connector), connector)

    def extractor(self, extractor: type[Extractor]) -> None:
        """Register an extractor class under its name."""
        self.add(EXTRACTOR, roles.name_in(EXTRACTOR, extractor), extractor)

    def splitter(self, splitter: type[Splitter]) -> None:
        """Register a splitter class under its name."""
        self.add(SPLITTER, roles.name_in(SPLITTER, splitter), splitter)

    def step(self, step: Step) -> None:
        """Register a step under its name."""
        self.add(STEP, roles.name_in(STEP, step), step)

    def function(self, function: Function) -> None:
        """Register a function of the expression language under its name."""
        self.add(FUNCTION, roles.name_in(FUNCTION, function), function)

    def check(self, check: Check) -> None:
        """Register a named condition for rules under its name."""
        self.add(CHECK, roles.name_in(CHECK, check), check)

    def loader(self, loader: type[Loader]) -> None:
        """Register a loader class under its name."""
        self.add(LOADER, roles.name_in(LOADER, loader), loader)

    def system(self, system: type[System]) -> None:
        """Register a system class under its name."""
        self.add(SYSTEM, roles.name_in(SYSTEM, system), system)

    def secret_backend(self, backend: type[SecretBackend]) -> None:
        """Register what resolves ``${SCHEME:...}`` under its scheme."""
        self.add(SECRET_BACKEND, roles.name_in(SECRET_BACKEND, backend), backend)

    def inspector(self, inspector: type[Inspector]) -> None:
        """Register what tells whether a system is ready, under the name of its connector."""
        self.add(INSPECTOR, roles.name_in(INSPECTOR, inspector), inspector)

    def source_surveyor(self, surveyor: type[SourceSurveyor]) -> None:
        """Register what looks through a source, under the name of its connector."""
        self.add(SOURCE_SURVEYOR, roles.name_in(SOURCE_SURVEYOR, surveyor), surveyor)

    def target_surveyor(self, surveyor: type[TargetSurveyor]) -> None:
        """Register what looks through a target, likewise."""
        self.add(TARGET_SURVEYOR, roles.name_in(TARGET_SURVEYOR, surveyor), surveyor)

    def reader(self, name: str, read: Callable[[Any], Any]) -> None:
        """Register a rich text reader: source text or document → (tree, warnings)."""
        self.add(READER, name, read)

    def writer(self, name: str, write: Callable[..., Any]) -> None:
        """Register a rich text writer: (tree, resolver) → (text, warnings)."""
        self.add(WRITER, name, write)

    def schema(self, name: str, fragment: Mapping[str, Any]) -> None:
        """Register the JSON Schema of a connector's, extractor's, loader's or system's own options, by its name."""
        self.add(SCHEMA, name, fragment)

    def record_schema(self, extractor: str, schema: Mapping[str, Any]) -> None:
        """Register the cerberus schema that every record of an extractor or splitter must satisfy.

        ``NAME[PATH]`` is for each element of a list in them, of which entities are made by ``each: PATH``.
        """
        self.add(RECORD_SCHEMA, extractor, schema)

    def add(self, role: str, name: str, value: Any) -> None:
        """Register anything.

        Raises ``TypeError`` for what cannot fill the role, ``NameTaken`` for a second owner of the name (which names
        both), ``RuntimeError`` once registration is over.
        """
        if self._closed:
            raise RuntimeError(f"{self.owner} registers the {role} '{name}' too late: that is for j2o_register alone")
        wrong = roles.refusal(role, name, value)
        if wrong:
            raise TypeError(wrong)
        taken = self._taken(role, name)
        if taken is not None:
            raise NameTaken(_clash(taken.role, name, [taken.owner, self.owner]))
        self._entries[(role, name)] = Entry(role, name, value, self.owner)

    def close(self) -> None:
        """From now on nothing can be registered here."""
        self._closed = True

    def take(self, part: Registry, protected: Callable[[str], bool] = lambda owner: True) -> None:
        """Take over all that ``part`` holds.

        A name whose owner is ``protected`` stays with it: ``NameTaken``, and nothing is taken. Where two others claim
        one, neither gets it: it is left out of the registry, and what asks for it is told of both.
        """
        for (role, name), entry in part._entries.items():
            taken = self._taken(role, name)
            if taken is not None and protected(taken.owner):
                raise NameTaken(_clash(taken.role, name, [taken.owner, entry.owner]))
            if role in (SCHEMA, RECORD_SCHEMA) and not any(
                (kind, name.partition("[")[0]) in part._entries for kind in roles.WITH_OPTIONS
            ):
                raise TypeError(f"the {role} '{name}' is of nothing that {part.owner} provides")
        for (role, name), entry in part._entries.items():
            taken = self._taken(role, name)
            owners = next((self._clashes[key] for key in _one_name(role, name) if key in self._clashes), None)
            if taken is not None:
                owners = [taken.owner]
                self._clashes[taken.role, name] = owners
                del self._entries[taken.role, name]
            if owners is None:
                self._entries[role, name] = entry
            else:
                owners.append(entry.owner)
                self._clashes[role, name] = owners

    # ------------------------------------------------------------------ asking

    def get(self, role: str, name: str) -> Any:
        """What is registered under the name, or ``NotProvided``."""
        entry = self._entry(role, name)
        if entry is None:
            raise NotProvided(role, name, self.names(role), self.clash(role, name))
        return entry.value

    def find(self, role: str, name: str) -> Optional[Any]:
        """What is registered under the name, or ``None``."""
        entry = self._entry(role, name)
        return entry.value if entry else None

    def names(self, role: str) -> list[str]:
        """All names of one role, sorted."""
        return sorted(entry.name for entry in self.entries() if entry.role == role)

    def entries(self) -> Iterator[Entry]:
        """Everything, in the order it was registered."""
        if self._whole is not None:
            yield from self._whole.entries()
        yield from self._entries.values()

    def own(self) -> list[Entry]:
        """What was registered in this part."""
        return list(self._entries.values())

    def clash(self, role: str, name: str) -> str:
        """Which plugins claim this name, where more than one does; else nothing."""
        owners = (self._whole or self)._clashes.get((role, name))
        return _clash(role, name, owners) if owners else ""

    def leave_out(self, plugin: str, reason: str) -> None:
        """A plugin of this name is installed, but not taken."""
        self._absent[plugin] = reason

    def absence(self, name: str) -> str:
        """Why the plugin that a name begins with (``jira`` of ``jira.issues``) is not there; else nothing."""
        return self._absent.get(name.partition(".")[0], "")

    def clashes(self, owner: str) -> list[str]:
        """The same for every name that ``owner`` claims beside others."""
        found = [_clash(role, name, owners) for (role, name), owners in self._clashes.items() if owner in owners]
        return sorted(set(found))

    def contested(self, owner: str) -> list[tuple[str, str]]:
        """(role, name) of these."""
        return [key for key, owners in self._clashes.items() if owner in owners]

    def _entry(self, role: str, name: str) -> Optional[Entry]:
        found = self._entries.get((role, name))
        return found if found is not None or self._whole is None else self._whole._entry(role, name)

    def _taken(self, role: str, name: str) -> Optional[Entry]:
        return next((self._entries[key] for key in _one_name(role, name) if key in self._entries), None)


def _one_name(role: str, name: str) -> list[tuple[str, str]]:
    """What this name may serve for one of: expressions know steps, functions and checks by their bare names."""
    return [(kind, name) for kind in (roles.IN_EXPRESSIONS if role in roles.IN_EXPRESSIONS else (role,))]


def _clash(role: str, name: str, owners: list[str]) -> str:
    return f"the {role} '{name}' is provided by {' and by '.join(dict.fromkeys(owners))}"
