"""The tables and entities of a spec that steps name."""

from __future__ import annotations

from typing import Optional

from ..hooks.registry import LOADER, Registry
from ..model.payload import FAIL
from ..spec.model import Spec
from .references import Referrer, referrer
from .tables import Table


class Bindings:
    """The tables and entities that steps name, made once each when they are first named."""

    def __init__(self, spec: Spec, registry: Registry) -> None:
        self._spec, self._registry = spec, registry
        self.tables: dict[str, Table] = {}
        self._referrers: dict[tuple[str, str, Optional[str], Optional[str]], Referrer] = {}

    def table(self, name: str) -> Table:
        """A table of the spec; ``KeyError`` where there is none, ``ValueError`` where a row cannot be used."""
        if name not in self.tables:
            self.tables[name] = Table(name, self._spec.tables[name])
        return self.tables[name]

    def stand_in(self, entity: str) -> Optional[str]:
        """The entity whose items stand in for missing ones of another, where the spec has one."""
        for name, spec in self._spec.entities.items():
            loader = self._registry.find(LOADER, spec.load.plugin) if spec.load else None
            if loader is not None and loader.stands_in_for == entity:
                return name
        return None

    def referrer(
        self, entity: str, missing: str = FAIL, use: Optional[str] = None, stand_in: Optional[str] = None
    ) -> Referrer:
        """What makes references to an entity; ``KeyError`` where there is none."""
        key = (entity, missing, use, stand_in)
        if key not in self._referrers:
            self._referrers[key] = referrer(self._spec.entities[entity], self._registry, missing, use, stand_in)
        return self._referrers[key]
