"""What references mean before anything is written: items of the target, or the payloads that they will be made of."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Mapping, Optional, Union

from ..engine.resolve import Resolver
from ..model.effect import TargetItem
from ..model.payload import Ref
from .records import Records
from .wiring import Wiring

#: items that are kept: those that come next refer to the same projects
_KEPT = 64


class Meaning:
    """Of one plan or check, for as long as nothing is written; called with a reference."""

    def __init__(self, wiring: Wiring, resolver: Resolver, records: Records) -> None:
        self._wiring, self._resolver, self._records = wiring, resolver, records
        self._of = lru_cache(maxsize=_KEPT)(self._read)

    def __call__(self, ref: Ref) -> Optional[Union[TargetItem, Mapping[str, Any]]]:
        """``None`` where no record has one of the names, or where it will not be written."""
        found = (self._resolver.origin(ref.entity, alias) for alias in ref.aliases)
        origin = next((one[0] for one in found if one is not None), None)
        return None if origin is None else self._of(ref.entity, origin)

    def _read(self, entity: str, origin: str) -> Optional[Union[TargetItem, Mapping[str, Any]]]:
        item = self._resolver.item(entity, origin)
        if item is not None:
            return item
        sourced = self._records.one(entity, origin)
        if sourced is None or entity not in self._wiring.mappings:
            return None
        mapped = self._wiring.mappings[entity].apply(sourced.record, sourced.source)
        return mapped.payload if mapped.skip is None and mapped.fail is None and not mapped.stops else None
