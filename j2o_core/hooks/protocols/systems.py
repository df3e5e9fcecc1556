"""Systems are started for a run, to have something to talk to."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, ClassVar, Mapping


@dataclass(frozen=True)
class Started:
    """A system that was started for this run: what ``${env:NAME}`` finds first, and how to stop it."""

    variables: Mapping[str, str]
    stop: Callable[[], None]


class System(ABC):
    """Starts something to talk to, such as the sandbox, and keeps its state in a folder."""

    name: ClassVar[str]

    @abstractmethod
    def start(self, options: Mapping[str, Any], state: Path) -> Started:
        """Start it; its state lives in ``state`` and survives the end of the process at any moment."""
