"""The one place where the rooms are joined: plugins become clients, extractors, derivations, mappings and loaders."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Mapping, Optional, Sequence

from ..expressions.names import FieldNames
from ..expressions.paths import compile_path, parse_path
from ..hooks.manager import Plugins
from ..hooks.protocols import Client, Extractor, Loader, Selection, Splitter
from ..hooks.registry import EXTRACTOR, LOADER, SPLITTER
from ..http import Gate, Http
from ..mapping.compiled import EntityMapping, compile_entity
from ..mapping.scope import roots
from ..model.outcome import Fatal
from ..observe.redaction import hide_secret
from ..snapshot.derive import Derivation
from ..spec.model import EntitySpec, ExtractSpec, Spec
from .connecting import connect, connection_of, resolved, start_system
from .steps import Step, abreast, order_entities, plan_steps


@dataclass
class Wiring:
    """Everything a run talks to.

    ``source`` is the id of the source connection, ``target`` the target's identity; ``field_names`` are the source's
    display names by field id.
    """

    spec: Spec
    plugins: Plugins
    home: Path
    clients: dict[str, Client] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    facts: dict[str, Mapping[str, str]] = field(default_factory=dict)
    extractors: dict[tuple[str, int], Extractor] = field(default_factory=dict)
    splitters: dict[str, list[tuple[str, Splitter]]] = field(default_factory=dict)
    derivations: list[Derivation] = field(default_factory=list)
    loaders: dict[str, Loader] = field(default_factory=dict)
    mappings: dict[str, EntityMapping] = field(default_factory=dict)
    field_names: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    #: the steps in groups that are carried out side by side
    abreast: list[list[Step]] = field(default_factory=list)
    #: the connection that is written to
    target_connection: str = ""
    source: str = ""
    source_url: str = ""
    #: further base URLs under which texts name the source
    source_addresses: Sequence[str] = ()
    source_identity: str = ""
    target: str = ""
    #: the environment in which references are resolved, with what a started system adds
    variables: Mapping[str, str] = field(default_factory=dict)
    #: told of each connection when it is opened, before its first request
    opened: Callable[[str, Http], None] = lambda name, http: None
    #: what closes and stops what was opened and started
    closers: list[Callable[[], None]] = field(default_factory=list)

    @property
    def selection(self) -> Selection:
        """What the spec selects."""
        return Selection(self.spec.projects, self.spec.jql)

    @property
    def entities(self) -> list[str]:
        """The entities in the order in which they are planned and written."""
        seen: dict[str, None] = {}
        for step in self.steps:
            seen.setdefault(step.entity)
        return list(seen)

    @property
    def depended_on(self) -> frozenset[str]:
        """The entities to whose items others belong or refer, or stand below each other."""
        above = {derivation.of for derivation in self.derivations}
        trees = {name for name, loader in self.loaders.items() if loader.parent_field}
        return frozenset(above | trees).union(*(mapping.refers_to for mapping in self.mappings.values()))

    def close(self) -> None:
        """Close clients and stop what was started, in reverse order."""
        while self.closers:
            self.closers.pop()()


def wire(
    spec: Spec,
    plugins: Plugins,
    home: Path,
    environment: Optional[Mapping[str, str]] = None,
    opened: Optional[Callable[[str, Http], None]] = None,
) -> Wiring:
    """Start the system if one is asked for, open and check every connection, and compile all mappings.

    ``opened`` is told of each connection before its first request. Raises ``Fatal``: 2 for a wrong spec or half a set
    of variables, 3 for a connection that does not work.
    """
    wiring = Wiring(spec, plugins, home)
    if opened is not None:
        wiring.opened = opened
    try:
        variables = start_system(wiring, dict(os.environ if environment is None else environment))
        wiring.variables = variables
        connect(wiring, variables)
        _wire_sources(wiring, variables)
        _wire_targets(wiring)
    except BaseException:
        wiring.close()
        raise
    return wiring


def wire_sources(spec: Spec, plugins: Plugins, home: Path) -> Wiring:
    """What reading needs, no more: only the connections that records come from are opened.

    Raises ``Fatal`` as ``wire`` does.
    """
    wiring = Wiring(spec, plugins, home)
    extracts = [extract for entity in spec.entities.values() for extract in entity.extract if extract.plugin]
    try:
        variables = start_system(wiring, dict(os.environ))
        names = {connection_of(wiring, extract.plugin or "", extract.connection) for extract in extracts}
        connect(wiring, variables, names)
        _wire_sources(wiring, variables)
    except BaseException:
        wiring.close()
        raise
    return wiring


def connect_only(spec: Spec, plugins: Plugins, home: Path) -> Wiring:
    """Open and check the connections, no more."""
    wiring = Wiring(spec, plugins, home)
    try:
        connect(wiring, start_system(wiring, dict(os.environ)))
    except BaseException:
        wiring.close()
        raise
    return wiring


def connect_each(spec: Spec, plugins: Plugins, home: Path) -> tuple[Wiring, dict[str, Fatal]]:
    """Open and check each connection by itself; those that do not work come with the reason.

    Raises ``Fatal`` (exit 2) where the spec or the environment is not complete.
    """
    wiring, broken = Wiring(spec, plugins, home), {}
    try:
        variables = start_system(wiring, dict(os.environ))
        for name in spec.connections:
            try:
                connect(wiring, variables, (name,))
            except Fatal as error:
                if error.exit_code == 2:
                    raise
                broken[name] = error
    except BaseException:
        wiring.close()
        raise
    return wiring, broken


def wire_recorded(spec: Spec, plugins: Plugins, home: Path, field_names: Mapping[str, str]) -> Wiring:
    """Derivations and mappings alone, over ``field_names`` as a snapshot recorded them: talks to no system.

    Raises ``CompileError`` where a mapping names what the source does not have.
    """
    wiring = Wiring(spec, plugins, home)
    for entity in spec.entities.values():
        for priority, extract in enumerate(entity.extract):
            if not extract.plugin:
                wiring.derivations.append(_derivation(wiring, entity, extract, priority))
    wiring.field_names.update(field_names)
    _compile(wiring, os.environ)
    return wiring


def _wire_sources(wiring: Wiring, variables: Mapping[str, str]) -> None:
    registry, spec = wiring.plugins.registry, wiring.spec
    for entity in spec.entities.values():
        for priority, extract in enumerate(entity.extract):
            if extract.plugin:
                connection = connection_of(wiring, extract.plugin, extract.connection)
                source = str(spec.connections[connection].options.get("id", ""))
                if wiring.source and source != wiring.source:
                    raise Fatal("a spec has one source connection; split this one into two specs", exit_code=2)
                client = wiring.clients[connection]
                wiring.source, wiring.source_url = source, client.url
                wiring.source_addresses = client.addresses
                wiring.source_identity = client.identity
                extractor = registry.get(EXTRACTOR, extract.plugin)(client, source, entity.name, extract.options)
                wiring.extractors[(entity.name, priority)] = extractor
                wiring.field_names.update(extractor.field_names())
            else:
                wiring.derivations.append(_derivation(wiring, entity, extract, priority))
    _compile(wiring, variables)


def _compile(wiring: Wiring, variables: Mapping[str, str]) -> None:
    def secret(text: str, path: str) -> str:
        found = str(resolved(wiring, {"secret": text}, variables, path)["secret"])
        hide_secret(found)
        return found

    for entity in wiring.spec.entities.values():
        wiring.mappings[entity.name] = compile_entity(
            entity, wiring.spec, wiring.plugins.registry, wiring.field_names, resolve=secret
        )


def _derivation(wiring: Wiring, entity: EntitySpec, extract: ExtractSpec, priority: int) -> Derivation:
    if extract.split:
        splitter = wiring.plugins.registry.get(SPLITTER, extract.split)()
        wiring.splitters.setdefault(entity.name, []).append((extract.split, splitter))
        return Derivation(entity.name, str(extract.of), priority, split=splitter.split, shared=bool(splitter.shared))
    each = _getter(str(extract.each))
    total = _getter(extract.total) if extract.total else None
    return Derivation(entity.name, str(extract.of), priority, each=each, total=total)


def _getter(text: str) -> Callable[[Mapping[str, Any]], Any]:
    read = compile_path(parse_path(text, FieldNames({})))
    return lambda data: read(roots(data, data))


def _wire_targets(wiring: Wiring) -> None:
    registry, spec = wiring.plugins.registry, wiring.spec
    refers_to = {}
    for entity in spec.entities.values():
        if entity.load is None:
            continue
        loader_class = registry.get(LOADER, entity.load.plugin)
        connection = connection_of(wiring, entity.load.plugin, entity.load.connection)
        client = wiring.clients[connection]
        if wiring.target and wiring.target != client.identity:
            raise Fatal("a spec has one target connection; split this one into two specs", exit_code=2)
        wiring.target, wiring.target_connection = client.identity, connection
        loader = loader_class(client, wiring.source, entity.name, entity.load.options, wiring.source_url)
        loader.source_addresses = wiring.source_addresses
        loader.scan_batch = min(loader.scan_batch, spec.runtime.lookup_size)
        loader.read_batch = min(loader.read_batch, spec.runtime.lookup_size)
        wiring.loaders[entity.name] = loader
        of = {extract.of for extract in entity.extract if extract.of and not _is_shared(wiring, entity.name)}
        refers_to[entity.name] = frozenset({*wiring.mappings[entity.name].refers_to, *entity.after, *loader.after, *of})
    wiring.steps = plan_steps(order_entities(refers_to), wiring.loaders)
    wiring.abreast = abreast(wiring.steps, refers_to)


def _is_shared(wiring: Wiring, entity: str) -> bool:
    return any(splitter.shared for _, splitter in wiring.splitters.get(entity, ()))
