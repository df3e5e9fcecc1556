"""Functions and checks that plugins add to the expression language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Mapping

from ..expressions.functions import FUNCTIONS
from ..hooks.registry import CHECK, FUNCTION, Registry


@dataclass(frozen=True)
class PluginFunction:
    """``call`` takes the scope, the value and further arguments; ``version`` enters the mapping digest."""

    call: Callable[..., Any]
    version: str


def plugin_functions(registry: Registry) -> Mapping[str, PluginFunction]:
    """By name; those of the core are part of the language itself."""
    found = {
        name: PluginFunction(_unscoped(function.apply), function.version)
        for name, function in ((name, registry.get(FUNCTION, name)) for name in registry.names(FUNCTION))
        if name not in FUNCTIONS
    }
    for name in registry.names(CHECK):
        check = registry.get(CHECK, name)
        found[name] = PluginFunction(_condition(name, check.holds), check.version)
    return found


def _unscoped(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(scope: Mapping[str, Any], value: Any, *arguments: Any) -> Any:
        return function(value, *arguments)

    return call


def _condition(name: str, holds: Callable[..., Any]) -> Callable[..., bool]:
    def call(scope: Mapping[str, Any], value: Any, *arguments: Any) -> bool:
        held = holds(value, *arguments)
        if held is not True and held is not False:
            raise ValueError(f"the check '{name}' says neither true nor false, but a {type(held).__name__}")
        return held

    return call
