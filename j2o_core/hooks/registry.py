"""What the installed plugins provide, keyed by (role, name)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional

from .protocols import Connector, Extractor, Loader, Splitter, Step, System

CONNECTOR, EXTRACTOR, SPLITTER, STEP, LOADER, SYSTEM = (
    "connector",
    "extractor",
    "splitter",
    "step",
    "loader",
    "system",
)
READER, WRITER, SCHEMA, RECORD_SCHEMA = "reader", "writer", "schema", "record_schema"


class NameTaken(Exception):
    """Two plugins provide the same thing under the same name; the message names both."""


class NotProvided(LookupError):
    """No installed plugin provides this; ``known`` are the names there are."""

    def __init__(self, role: str, name: str, known: list[str]) -> None:
        super().__init__(f"no plugin provides the {role} '{name}'")
        self.role, self.name, self.known = role, name, known


@dataclass(frozen=True)
class Entry:
    """One thing a plugin provides."""

    role: str
    name: str
    value: Any
    owner: str


class Registry:
    """Filled once at start-up by ``j2o_register``; read-only afterwards."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        self.owner = "j2o_core"

    def connector(self, connector: type[Connector]) -> None:
        """Register a connector class under its name."""
        self.add(CONNECTOR, connector.name, connector)

    def extractor(self, extractor: type[Extractor]) -> None:
        """Register an extractor class under its name."""
        self.add(EXTRACTOR, extractor.name, extractor)

    def splitter(self, splitter: type[Splitter]) -> None:
        """Register a splitter class under its name."""
        self.add(SPLITTER, splitter.name, splitter)

    def step(self, step: Step) -> None:
        """Register a step under its name."""
        self.add(STEP, step.name, step)

    def loader(self, loader: type[Loader]) -> None:
        """Register a loader class under its name."""
        self.add(LOADER, loader.name, loader)

    def system(self, system: type[System]) -> None:
        """Register a system class under its name."""
        self.add(SYSTEM, system.name, system)

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
        """Register the cerberus schema that every record of an extractor or splitter must satisfy."""
        self.add(RECORD_SCHEMA, extractor, schema)

    def add(self, role: str, name: str, value: Any) -> None:
        """Register anything; a second owner of one name is an error that names both."""
        taken = self._entries.get((role, name))
        if taken is not None:
            raise NameTaken(f"the {role} '{name}' is provided by {taken.owner} and by {self.owner}")
        self._entries[(role, name)] = Entry(role, name, value, self.owner)

    def get(self, role: str, name: str) -> Any:
        """What is registered under the name, or ``NotProvided``."""
        entry = self._entries.get((role, name))
        if entry is None:
            raise NotProvided(role, name, self.names(role))
        return entry.value

    def find(self, role: str, name: str) -> Optional[Any]:
        """What is registered under the name, or ``None``."""
        entry = self._entries.get((role, name))
        return entry.value if entry else None

    def names(self, role: str) -> list[str]:
        """All names of one role, sorted."""
        return sorted(name for kind, name in self._entries if kind == role)

    def entries(self) -> Iterator[Entry]:
        """Everything, in the order it was registered."""
        yield from self._entries.values()

    def remove(self, owner: str) -> None:
        """Forget all that one owner registered: it failed half-way."""
        self._entries = {key: entry for key, entry in self._entries.items() if entry.owner != owner}
