"""Checks how the parts of a spec refer to each other: entities, tables, connections."""

from __future__ import annotations

import json
import re
from typing import Any, Iterable, Iterator, Mapping, Optional

from ..hooks import registry as roles
from ..hooks.registry import Registry
from ..model.problem import Place, Problem
from .build import connection_of, extracts
from .codes import problem
from .node import Node, Path, dotted, find, key_place
from .options import maps
from .runtime import check_runtime
from .suggestion import listed, nearest

#: as many circles are told at once
_MOST_CIRCLES = 20


def check_relations(document: Mapping[str, Any], root: Node, registry: Optional[Registry]) -> list[Problem]:
    """References to what is missing, circles, and what nothing refers to. Needs no valid document."""
    return [
        *_entities(document, root, registry),
        *_tables(document, root),
        *_connections(document, root, registry),
        *_dropped(document, root),
        *check_runtime(document, root),
    ]


# ------------------------------------------------------------------ entities


def _entities(document: Mapping[str, Any], root: Node, registry: Optional[Registry]) -> Iterator[Problem]:
    entities = maps(document, "entities")
    written: dict[str, dict[str, Path]] = {name: {} for name in entities}
    derived: dict[str, dict[str, Path]] = {name: {} for name in entities}
    for name, entity in entities.items():
        for path, other in _references(name, entity):
            if other not in entities:
                guess = nearest(other, entities)
                message = f"there is no entity '{other[:80]}'"
                expected = listed(entities)
                yield problem("J2O-S040", message, find(root, path).place, dotted(path), expected, guess)
            elif path[-1] == "of":
                derived[name].setdefault(other, path)
                if other != name and _is_part(find(root, path[:-1]), registry):
                    written[name].setdefault(other, path)
            elif other != name:
                written[name].setdefault(other, path)
            elif "map" not in path:
                yield _circle([name, name], path, root)
    for name in entities:
        for other in _of_loader(entities[name], registry):
            if other in entities and other != name:
                written[name].setdefault(other, ("entities", name, "load", "plugin"))
    found = [*_circles(written, root), *_circles(derived, root)]
    yield from {circle.place: circle for circle in reversed(found)}.values()


def _references(name: str, entity: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Every path at which an entity names an entity, with that name."""
    base: Path = ("entities", name)
    for path, part in extracts(name, entity):
        if isinstance(part, dict) and isinstance(part.get("of"), str):
            yield (*path, "of"), part["of"]
    for field, form in maps(entity, "map").items():
        path = (*base, "map", field)
        if isinstance(form.get("ref"), str):
            yield (*path, "ref"), form["ref"]
        yield from _step_arguments(form, (*path, "steps"), "ref")
    after = entity.get("after")
    if isinstance(after, str):
        yield (*base, "after"), after
    for index, other in enumerate(after if isinstance(after, list) else ()):
        if isinstance(other, str):
            yield (*base, "after", index), other


def _is_part(extract: Node, registry: Optional[Registry]) -> bool:
    """Whether what is made of another entity's records belongs to these, and is written after them."""
    split = extract.value.get("split")
    if split is None:
        return True
    splitter = registry.find(roles.SPLITTER, str(split.value)) if registry is not None else None
    return splitter is not None and not splitter.shared


def _of_loader(entity: Any, registry: Optional[Registry]) -> Iterable[str]:
    """The entities after which the loader writes whatever the spec says."""
    load = entity.get("load") if isinstance(entity, dict) else None
    loader = registry.find(roles.LOADER, str(load.get("plugin"))) if registry and isinstance(load, dict) else None
    return tuple(loader.after) if loader is not None else ()


def _circles(graph: Mapping[str, Mapping[str, Path]], root: Node) -> Iterator[Problem]:
    """Circles that have no step in common, each told at its first `after`, where there is one."""
    left = {name: dict(others) for name, others in graph.items()}
    for _ in range(_MOST_CIRCLES):
        circle = _first_circle(left)
        if not circle:
            return
        steps = [(circle[at], circle[at + 1]) for at in range(len(circle) - 1)]
        paths = [left[name].pop(other) for name, other in steps]
        first = next((at for at, path in enumerate(paths) if "after" in path[:3]), 0)
        names = circle[:-1]
        yield _circle([*names[first:], *names[:first], names[first]], paths[first], root)


def _circle(circle: list[str], path: Path, root: Node) -> Problem:
    shown = circle if len(circle) < 20 else [*circle[:9], "...", *circle[-9:]]
    message = "each waits for the other: " + " -> ".join(shown)
    return problem("J2O-S041", message, find(root, path).place, dotted(path), expected="an order without a circle")


def _first_circle(graph: Mapping[str, Mapping[str, Path]]) -> list[str]:
    """A way through the graph that ends where it began, or an empty list; without recursion."""
    done: set[str] = set()
    for start in graph:
        trail: dict[str, Iterator[str]] = {}
        name: Optional[str] = start
        while name is not None or trail:
            if name is None:
                done.add(trail.popitem()[0])
            elif name in trail:
                names = list(trail)
                return [*names[names.index(name) :], name]
            elif name not in done:
                trail[name] = iter(graph[name])
            name = next(trail[next(reversed(trail))], None) if trail else None
    return []


# ------------------------------------------------------------------ tables


def _tables(document: Mapping[str, Any], root: Node) -> Iterator[Problem]:
    held = document.get("tables")
    tables = held if isinstance(held, dict) else {}
    used = set()
    for name, entity in maps(document, "entities").items():
        for field, form in maps(entity, "map").items():
            path: Path = ("entities", name, "map", field)
            asked = list(_step_arguments(form, (*path, "steps"), "table"))
            if isinstance(form.get("table"), str):
                asked.append(((*path, "table"), form["table"]))
            for place, table in asked:
                used.add(table)
                if table not in tables:
                    yield _unknown_table(table, tables, place, root)
    texts = json.dumps(document.get("entities"), ensure_ascii=False, default=str)
    quoted = {*texts.split("'")[1:-1], *texts.split('\\"')[1:-1]}  # expressions name tables in quotes
    for table, rows in tables.items():
        place = ("tables", table)
        if table not in used and table not in quoted:
            message, guess = f"nothing uses the table '{table}'", nearest(table, used)
            yield problem("J2O-S043", message, key_place(root, place), dotted(place), "a field with `table:`", guess)
        for row in rows if isinstance(rows, dict) else ():
            yield from _pattern(str(row), (*place, row), root)


def _unknown_table(table: str, tables: Mapping[str, Any], path: Path, root: Node) -> Problem:
    expected = listed(tables) if tables else "a table under `tables`"
    message = f"there is no table '{table[:80]}'"
    return problem("J2O-S042", message, find(root, path).place, dotted(path), expected, nearest(table, tables))


def _pattern(row: str, path: Path, root: Node) -> Iterator[Problem]:
    """Whether a /regular expression/ can be compiled."""
    if len(row) < 3 or not (row.startswith("/") and row.endswith("/")):
        return
    try:
        re.compile(row[1:-1])
    except (re.error, RecursionError, OverflowError) as error:
        message = f"the regular expression of a row cannot be read: {error}"
        yield problem("J2O-S016", message, key_place(root, path), dotted(path), "/regular expression/")


def _step_arguments(form: Mapping[str, Any], path: Path, step: str) -> Iterator[tuple[Path, str]]:
    steps = form.get("steps")
    for index, entry in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get(step), str):
            yield (*path, index, step), entry[step]


# ------------------------------------------------------------------ connections


def _connections(document: Mapping[str, Any], root: Node, registry: Optional[Registry]) -> Iterator[Problem]:
    connections = maps(document, "connections")
    used: set[str] = set()
    sources: dict[str, Place] = {}
    for name, entity in maps(document, "entities").items():
        for path, part in extracts(name, entity):
            if isinstance(part, dict) and isinstance(part.get("plugin"), str):
                found = _connection(part, path, connections, registry, roles.EXTRACTOR)
                if isinstance(found, str):
                    sources.setdefault(found, key_place(root, ("connections", found)))
                elif found is not None:
                    yield _unclear(part, path, found, connections, root)
        load = entity.get("load")
        if isinstance(load, dict) and isinstance(load.get("plugin"), str):
            path = ("entities", name, "load")
            found = _connection(load, path, connections, registry, roles.LOADER)
            if isinstance(found, str):
                used.add(found)
            elif found is not None:
                yield _unclear(load, path, found, connections, root)
    for name, place in sources.items():
        if "id" not in connections[name]:
            message = f"the source connection '{name}' has no id"
            yield problem(
                "J2O-S047", message, place, dotted(("connections", name)), "id: a short name that never changes"
            )
    if maps(document, "entities"):
        for name in connections:
            if name not in used and name not in sources:
                at: Path = ("connections", name)
                message = f"nothing uses the connection '{name}'"
                yield problem("J2O-S043", message, key_place(root, at), dotted(at), "an extractor or loader")


def _connection(
    entry: Mapping[str, Any], path: Path, connections: Mapping[str, Any], registry: Optional[Registry], role: str
) -> Any:
    """The connection's name, the list of those that fit, or ``None`` where the plugin itself is unknown."""
    plugin, named = entry["plugin"], entry.get("connection")
    if registry is not None and registry.find(role, plugin) is None:
        return None
    return connection_of(plugin, named if isinstance(named, str) else None, connections)


def _unclear(
    entry: Mapping[str, Any], path: Path, fitting: list[str], connections: Mapping[str, Any], root: Node
) -> Problem:
    plugin, named = entry["plugin"], entry.get("connection")
    if isinstance(named, str):
        place = (*path, "connection")
        message = f"there is no connection '{named[:80]}'"
        expected = listed(connections)
        return problem(
            "J2O-S046", message, find(root, place).place, dotted(place), expected, nearest(named, connections)
        )
    place = (*path, "plugin")
    kind = plugin.split(".", 1)[0]
    if fitting:
        message = f"several connections have the plugin '{kind}': {', '.join(fitting)}"
        expected = "connection: " + " or ".join(fitting)
    else:
        message = f"no connection has the plugin '{kind}'"
        expected = f"a connection with `plugin: {kind}`"
    return problem("J2O-S046", message, find(root, place).place, dotted(place), expected)


# ------------------------------------------------------------------ drop


def _dropped(document: Mapping[str, Any], root: Node) -> Iterator[Problem]:
    for name, entity in maps(document, "entities").items():
        drop = entity.get("drop")
        fields = entity.get("map")
        if not isinstance(drop, dict) or not isinstance(fields, dict):
            continue
        mapped: dict[str, str] = {}
        for field, form in fields.items():
            source = form.get("from") if isinstance(form, dict) else form
            # Of several sources each may be dropped: it is where another one is used.
            if isinstance(source, str):
                mapped.setdefault(source, field)
        for source in drop:
            if source in mapped:
                path: Path = ("entities", name, "drop", source)
                message = f"'{source}' is dropped, and mapped to '{mapped[source]}'"
                yield problem("J2O-S048", message, key_place(root, path), dotted(path), "either of them")
