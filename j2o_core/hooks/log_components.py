"""The names that have a log level of their own where these plugins are installed."""

from __future__ import annotations

from ..model.log_components import COMPONENTS, component_of
from .registry import CORE, Registry


def log_components(registry: Registry) -> frozenset[str]:
    """The parts of the program, and the plugins: each by its own name, and by that of the package it comes in."""
    found = set(COMPONENTS)
    for entry in registry.entries():
        if entry.owner != CORE:
            module = getattr(entry.value, "__module__", None) or type(entry.value).__module__
            found |= {entry.owner, component_of(module)}
    return frozenset(found)
