"""The parts of the program that have a log level of their own, and whether one of them is to be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

from ..model.log_policy import LEVELS, LogPolicy

if TYPE_CHECKING:
    from loguru import Record

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


class Levels:
    """The level of each component, as numbers."""

    def __init__(self, policy: LogPolicy) -> None:
        self._level = LEVELS[policy.level]
        self._levels = {name: LEVELS[level] for name, level in policy.levels.items()}
        self.lowest = min([self._level, *self._levels.values()])
        self.stated = frozenset(self._levels)

    def hears(self, record: Record) -> bool:
        """Whether a record of loguru is to be written."""
        component = record["extra"].get("component") or component_of(record["name"] or "")
        return record["level"].no >= self.of(component)

    def of(self, component: str) -> int:
        """From which level on this component is heard."""
        return self._levels.get(component, self._level)


_heard: list[Levels] = []


def hear(levels: Levels) -> None:
    """From now on these levels hold in this process."""
    _heard[:] = [levels]


def hear_nothing() -> None:
    """No log is open any more."""
    _heard.clear()


def is_heard(component: str, level: str) -> bool:
    """Whether a line of this component and level (``debug``, ``info``, ...) would be written."""
    return bool(_heard) and LEVELS[level] >= _heard[0].of(component)
