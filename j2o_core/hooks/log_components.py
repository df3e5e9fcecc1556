"""The names that have a log level of their own where these plugins are installed."""

from __future__ import annotations

from ..model.log_components import COMPONENTS, component_of
from .registry import CORE, Registry

#: what plugins register may be of classes that are not theirs
_OF_NO_PLUGIN = ("j2o_core", "builtins")


def log_components(registry: Registry) -> frozenset[str]:
    """The parts of the program, and the plugins: each by its own name, and by that of the package it comes in."""
    found = set(COMPONENTS)
    for entry in registry.entries():
        if entry.owner != CORE:
            module = getattr(entry.value, "__module__", None) or type(entry.value).__module__
            if module.partition(".")[0] not in _OF_NO_PLUGIN:
                found.add(component_of(module))
            found.add(entry.owner.partition(" (")[0])  # without the distribution that it comes in
    return frozenset(found)
