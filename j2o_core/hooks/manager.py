"""Finds the installed plugins, loads them, and leaves out, by name, what fails to load."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import metadata
from typing import Iterable, Mapping, Optional

import pluggy

from . import specs
from .registry import NameTaken, Registry

GROUP = "j2o"


@dataclass(frozen=True)
class PluginInfo:
    """An installed plugin: what it provides (``role:name``), or the error for which it was left out."""

    name: str
    distribution: str
    version: str
    provides: tuple[str, ...] = ()
    error: Optional[str] = None


@dataclass(frozen=True)
class Plugins:
    """The hook relay, the registry, and a line about each plugin."""

    manager: pluggy.PluginManager
    registry: Registry
    infos: tuple[PluginInfo, ...]


def load_plugins(
    environment: Optional[Mapping[str, str]] = None,
    builtin: Iterable[tuple[str, object]] = (),
) -> Plugins:
    """Load the built-in plugins, then every entry point of the group ``j2o``, in the order of their names.

    ``J2O_DISABLE_PLUGINS`` (names to leave out) and ``J2O_PLUGINS`` (the only names to take) are comma-separated.
    Two owners of one name raise ``NameTaken``; whatever else a plugin does wrong leaves that plugin out.
    """
    environment = os.environ if environment is None else environment
    disabled = _names(environment.get("J2O_DISABLE_PLUGINS", ""))
    allowed = _names(environment.get("J2O_PLUGINS", ""))
    manager = pluggy.PluginManager("j2o")
    manager.add_hookspecs(specs)
    registry = Registry()
    infos = []
    for name, plugin in builtin:
        infos.append(_register(manager, registry, name, plugin, "j2o", _version("j2o")))
    for point in sorted(_entry_points(), key=lambda point: point.name):
        distribution, version = _distribution(point)
        if point.name in disabled or (allowed and point.name not in allowed):
            continue
        try:
            plugin = point.load()
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything while it is imported
            infos.append(PluginInfo(point.name, distribution, version, error=f"{type(error).__name__}: {error}"))
            continue
        infos.append(_register(manager, registry, point.name, plugin, distribution, version))
    return Plugins(manager, registry, tuple(infos))


def _register(
    manager: pluggy.PluginManager, registry: Registry, name: str, plugin: object, distribution: str, version: str
) -> PluginInfo:
    registry.owner = f"{name} ({distribution} {version})" if distribution != name else f"{name} {version}"
    try:
        manager.register(plugin, name)
        # Only this plugin registers now, so that its failure can be told apart from the others'.
        others = [other for other in manager.get_plugins() if other is not plugin]
        manager.subset_hook_caller("j2o_register", others)(registry=registry)
    except NameTaken:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
        registry.remove(registry.owner)
        if manager.has_plugin(name):
            manager.unregister(name=name)
        return PluginInfo(name, distribution, version, error=f"{type(error).__name__}: {error}")
    provides = tuple(f"{entry.role}:{entry.name}" for entry in registry.entries() if entry.owner == registry.owner)
    return PluginInfo(name, distribution, version, provides)


def _entry_points() -> list[metadata.EntryPoint]:
    points = metadata.entry_points()
    if hasattr(points, "select"):
        found = list(points.select(group=GROUP))
    else:  # Python 3.9
        found = list(points.get(GROUP, ()))
    seen: dict[tuple[str, str], metadata.EntryPoint] = {}
    for point in found:  # an editable install can list one distribution twice
        seen.setdefault((point.name, point.value), point)
    return list(seen.values())


def _distribution(point: metadata.EntryPoint) -> tuple[str, str]:
    distribution = getattr(point, "dist", None)
    if distribution is None:  # Python 3.9 does not tell
        for candidate in metadata.distributions():
            if any(
                p.group == GROUP and p.name == point.name and p.value == point.value for p in candidate.entry_points
            ):
                distribution = candidate
                break
    if distribution is None:
        return ("unknown", "")
    return (str(distribution.metadata["Name"]), str(distribution.version))


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "0"


def _names(text: str) -> set[str]:
    return {name.strip() for name in text.split(",") if name.strip()}
