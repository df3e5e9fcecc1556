"""Items that stand in for others (placeholders for people): of whom one is made, and whether the target takes any."""

from __future__ import annotations

from typing import Callable, Mapping, Optional

from ..hooks.protocols import Loader
from ..hooks.registry import Registry
from ..mapping.references import Referrer, referrer
from ..model.payload import Ref
from ..model.problem import WARNING, Problem
from ..model.record import Record
from ..spec.model import Spec

#: of an item on a target that has no such thing
NO_STAND_INS = "J2O-E013"


class StandIns:
    """Those of one spec. ``is_coming`` tells whether what a reference means will be on the target."""

    def __init__(
        self, spec: Spec, registry: Registry, loaders: Mapping[str, Loader], is_coming: Callable[[Ref], bool]
    ) -> None:
        self._loaders, self._is_coming = loaders, is_coming
        self._originals: dict[str, Referrer] = {
            name: referrer(spec.entities[loader.stands_in_for], registry)
            for name, loader in loaders.items()
            if loader.stands_in_for is not None and loader.stands_in_for in spec.entities
        }
        self._refusals: dict[str, str] = {}

    def is_needed(self, record: Record) -> bool:
        """Whether an item is made of a record: always, unless it stands in for one that will be there itself."""
        original = self._originals.get(record.origin.entity)
        return original is None or not self._is_coming(original(record.data))

    def refusal(self, entity: str) -> Optional[Problem]:
        """Why the target takes no such items at all, or ``None``; asked once."""
        if entity not in self._refusals:
            self._refusals[entity] = self._loaders[entity].refusal()
        reason = self._refusals[entity]
        return Problem(NO_STAND_INS, reason, WARNING) if reason else None
