"""Whether a line of a part of the program is to be heard in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.log_components import component_of
from ..model.log_policy import LEVELS, LogPolicy

if TYPE_CHECKING:
    from loguru import Record


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
