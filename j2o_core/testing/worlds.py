"""What plugins are proved against: systems that the kit starts, and connections to them."""

from __future__ import annotations

import itertools
import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, ContextManager, Mapping, Optional, TypeVar

from ..hooks.protocols import Client, ConnectionOptions, Connector, Extractor, Loader
from ..hooks.registry import EXTRACTOR, LOADER, SYSTEM, Registry
from ..http import Exchange, Http, ReadBounds, Timeouts
from ..model.effect import Effect, Note, TargetItem
from ..model.origin import Origin

_Held = TypeVar("_Held")

#: the id of the source in everything that the kit reads and writes
SOURCE = "check"
SOURCE_URL = "https://source.example"

_BOUNDS = ReadBounds(attempts=4, initial=0.01, maximum=0.02)
_TIMEOUTS = Timeouts(5.0, 10.0, 10.0)


class NotProved(Exception):
    """Something could not be put to the proof; the message says what is missing."""


@dataclass(frozen=True)
class World:
    """A system with something in it. ``options`` are those of a connection to it, their references resolved.

    ``state`` tells all that it holds, in any comparable form: with it the kit sees every write.
    """

    connector: type[Connector]
    options: ConnectionOptions
    state: Optional[Callable[[], Any]] = None


class Worlds:
    """Starts each system once, opens connections, and gives everything back at the end."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._started: dict[str, Mapping[str, str]] = {}
        self._made: dict[Callable[[Worlds], World], World] = {}
        self._closing = ExitStack()
        self._folder: Optional[Path] = None

    @property
    def folder(self) -> Path:
        """A folder that lives as long as the worlds do."""
        if self._folder is None:
            self._folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
        return self._folder

    def start(self, system: str, **options: Any) -> Mapping[str, str]:
        """The variables of an installed system (``sandbox``), started with these options unless it runs already."""
        name = f"{system} {json.dumps(options, sort_keys=True)}"
        if name not in self._started:
            kind = self.registry.find(SYSTEM, system)
            if kind is None:
                raise NotProved(f"the system '{system}' is not installed")
            started = kind().start(options, self.folder / f"system-{len(self._started)}")
            self._closing.callback(started.stop)
            self._started[name] = started.variables
        return self._started[name]

    def enter(self, context: ContextManager[_Held]) -> _Held:
        """Enter a context that ends with the worlds: a server of the plugin's own, say."""
        return self._closing.enter_context(context)

    def world(self, make: Callable[[Worlds], World]) -> World:
        """The world that ``make`` makes, made once."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def connect(self, world: World, url: str = "", observer: Optional[Callable[[Exchange], None]] = None) -> Client:
        """A new connection; over ``url`` where that is given, to the same system."""
        address = url or world.options.url
        http = Http(address, identity=world.options.identity, retry=_BOUNDS, timeouts=_TIMEOUTS) if address else None
        if http is not None and observer is not None:
            http.observe(observer)
        client = world.connector().open(replace(world.options, url=address), http)
        self._closing.callback(client.close)
        return client

    def close(self) -> None:
        """Close all connections and stop all systems."""
        self._closing.close()
        self._started.clear()
        self._made.clear()
        self._folder = None


class Bench:
    """Makes effects for a loader by hand, as a run would make them from a mapping."""

    _numbers = itertools.count(10001)

    def __init__(self, worlds: Worlds, client: Client) -> None:
        self.worlds = worlds
        self.client = client

    def number(self) -> int:
        """One that was not given before, for names that must differ."""
        return next(self._numbers)

    def loader(self, name: str, entity: str = "", options: Optional[Mapping[str, Any]] = None) -> Loader:
        """A loader by its registered name."""
        kind = self.worlds.registry.get(LOADER, name)
        loader: Loader = kind(self.client, SOURCE, entity or entity_of(name), dict(options or {}), SOURCE_URL)
        return loader

    def effect(self, entity: str, payload: Mapping[str, Any], **more: Any) -> Effect:
        """An effect with an origin of its own; ``more`` are fields of ``Effect``, ``notes`` as (label, text) pairs."""
        identifier = str(self.number())
        more["notes"] = tuple(Note(*note) for note in more.get("notes", ()))
        more.setdefault("look_up", lambda kind, alias: None)
        return Effect(Origin(SOURCE, entity, identifier), key=f"ACME-{identifier}", payload=dict(payload), **more)

    def make(self, loader: str, payload: Mapping[str, Any], **more: Any) -> TargetItem:
        """Create an item with another loader, so that payloads can refer to it."""
        effect = self.effect(entity_of(loader), payload, **more)
        answer = self.loader(loader).create(effect)
        return TargetItem(effect.origin.entity, answer.id, effect.key, effect.key)


def entity_of(name: str) -> str:
    """What an extractor or loader is for, by its name: the last part."""
    return name.rpartition(".")[2]


def new_extractor(worlds: Worlds, name: str, client: Client, entity: str, options: Mapping[str, Any]) -> Extractor:
    """An extractor as the wiring makes it."""
    extractor: Extractor = worlds.registry.get(EXTRACTOR, name)(client, SOURCE, entity, dict(options))
    return extractor
