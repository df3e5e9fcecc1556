"""References that found nothing, or a stand-in, when an item was written: whether they lead somewhere now."""

from __future__ import annotations

from typing import Mapping, Optional

from ..engine.resolve import OPEN_END, STAND_IN_END, Resolver
from ..hooks.protocols import Loader
from ..ledger import listing
from ..ledger.effects import Planned
from ..ledger.items import Item, Items
from ..model.payload import Ref
from .retry import Retry, references


class OpenEnds:
    """Compares what is planned in ``run`` with what was written before."""

    def __init__(
        self, resolver: Resolver, items: Items, run: str, loaders: Mapping[str, Loader], retry: Optional[Retry]
    ) -> None:
        self._resolver, self._items, self._run, self._loaders, self._retry = resolver, items, run, loaders, retry

    def differs(self, planned: Planned, item: Item, name: str) -> bool:
        """Whether a field is another than was written, or refers to what was missing then and is there now."""
        now, then = planned.fields.get(name), item.fields.get(name)
        if self.was_replaced(planned, item, name):
            return any(self.leads_to_itself(ref) for ref in references(planned.payload.get(name)))
        if now is None or then is None or then == now or then.rstrip(OPEN_END) != now:
            return now != then
        found = [
            self.leads_to_itself(ref) or (ref.stand_in is not None and self._leads_to(ref.stand_in, ref))
            for ref in references(planned.payload.get(name))
        ]
        in_vain = len(then) - len(now) - len(OPEN_END)
        return found.count(False) < in_vain if in_vain else any(found)

    @staticmethod
    def was_replaced(planned: Planned, item: Item, name: str) -> bool:
        """Whether the same was written with something that stands in for what it refers to."""
        now = planned.fields.get(name)
        return now is not None and item.fields.get(name) == now + STAND_IN_END

    def leads_to_itself(self, ref: Ref) -> bool:
        """Whether the very item that a reference means is on the target, or is written in this run."""
        return self._resolver.meant(ref) is not None or self._leads_to(ref.entity, ref)

    def _leads_to(self, entity: str, ref: Ref) -> bool:
        for alias in ref.aliases:
            origin = self._resolver.origin(entity, alias)
            if origin is None:
                continue
            if self._resolver.item(entity, origin[0]) is not None:
                return True
            if self._retry is None or self._retry.failed(entity, [origin[0]]):
                # It is written in this run, unless its own planning left it out.
                engine = self._items.engine
                return entity in self._loaders and not listing.outcomes(engine, self._run, entity, [origin[0]])
        return False


def open_ends(item: Item) -> bool:
    """Whether a reference of the item found nothing, or a stand-in, when it was written."""
    return any(value.endswith((OPEN_END, STAND_IN_END)) for value in item.fields.values())
