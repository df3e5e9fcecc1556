"""The parts of the program that have a log level of their own."""

from __future__ import annotations

from typing import Mapping

#: what each part tells; a plugin's lines have the plugin's name
COMPONENTS: Mapping[str, str] = {
    "run": "how a run begins, goes on and ends, and each problem of it",
    "requests": "each request to a server; those that fail from `info` or `warning` on, all with `debug`",
    "effects": "each attempt at a write that is repeated, with `info`; each write that ends well, with `debug`",
    "http": "connections, and what is kept of their answers",
    "ledger": "the ledger and its database",
    "workers": "processes of a cluster",
    "engine": "what the writing of an item has met unexpectedly",
    "pipeline": "the stages of a run, from within",
    "libraries": "what libraries tell, from `warning` on",
}

_ROOMS = (
    ("j2o_core.pipeline.cluster", "workers"),
    ("j2o_core.observe.relay", "workers"),
    ("j2o_core.observe", "run"),
)
_OURS, _PLUGINS = "j2o_core", "j2o_"
_names: dict[str, str] = {}


def component_of(module: str) -> str:
    """The component to which a module belongs."""
    known = _names.get(module)
    if known is None:
        known = _names[module] = _component_of(module)
    return known


def _component_of(module: str) -> str:
    for room, component in _ROOMS:
        if module == room or module.startswith(room + "."):
            return component
    first, _, rest = module.partition(".")
    if first == _OURS:
        return rest.partition(".")[0] or "run"
    return first[len(_PLUGINS) :] if first.startswith(_PLUGINS) else first
