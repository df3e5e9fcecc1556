"""What is logged, and how long logs are kept: what a spec states under ``runtime.log``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Mapping

#: levels by name, from the most talkative to the calmest
LEVELS: Mapping[str, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40, "off": 100}


@dataclass(frozen=True)
class LogPolicy:
    """``level`` of all components but those of ``levels``; ``terminal``: the level from which lines are shown too.

    A file is closed at ``size`` bytes or after ``every`` seconds, and packed where ``compress`` says so. Closed files
    are removed, or moved to ``archive``, after ``keep`` seconds, and the oldest of them where all exceed ``room``
    bytes; 0 is no limit. ``personal``: names and addresses of people are written as they are.
    """

    level: str = "info"
    levels: Mapping[str, str] = field(default_factory=dict)
    terminal: str = "off"
    size: int = 100_000_000
    every: float = 86_400.0
    compress: bool = True
    keep: float = 90 * 86_400.0
    room: int = 10_000_000_000
    archive: str = ""
    personal: bool = False

    def changed(self, text: str) -> LogPolicy:
        """With levels as an operator writes them: ``debug``, or ``warning,requests=debug``. Raises ``ValueError``."""
        level, levels = self.level, dict(self.levels)
        for part in filter(None, (part.strip().lower() for part in text.split(","))):
            component, equals, name = part.rpartition("=")
            if name not in LEVELS or (equals and not component):
                raise ValueError(f"{part}: expected one of {', '.join(LEVELS)}, or COMPONENT=LEVEL")
            if component:
                levels[component.strip()] = name
            else:
                level = name
        return replace(self, level=level, levels=levels)
