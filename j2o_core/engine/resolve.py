"""From symbolic payloads to effects whose references are items of the target."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Callable, Collection, Mapping, Optional, Sequence

from ..ledger.effects import SHAPE, EffectRow
from ..ledger.items import Items
from ..model.effect import Effect, Note, TargetItem
from ..model.origin import Origin
from ..model.outcome import ItemFailed
from ..model.payload import Ref, RichText
from .missing import References
from .under_way import UnderWay

#: (entity, alias) → (origin id, key), or None: the snapshot's answer
AliasIndex = Callable[[str, str], Optional["tuple[str, str]"]]

#: how many answers are kept of each kind: what is asked for again is asked for soon, and the ledger answers in 0.1 ms
_CACHE = 8000
#: ends the digest of a field whose reference found nothing (of a list: once, and once more for each that did), and of
#: one that found what stands in for the item
OPEN_END, STAND_IN_END = OPEN_ENDS = "?", "~"


class Resolver:
    """Finds the target item behind a reference. Answers are kept in memory, up to a bound, and in the ledger."""

    def __init__(self, items: Items, alias: AliasIndex) -> None:
        self._items = items
        self._alias = alias
        self._cache: dict[tuple[str, str], TargetItem] = {}
        self._aliases: dict[tuple[str, str], Optional[tuple[str, str]]] = {}
        self._guard = threading.Lock()

    def remember(self, entity: str, origin: str, item: TargetItem) -> None:
        """An item exists from now on."""
        with self._guard:
            if len(self._cache) >= _CACHE:  # the oldest half goes; the ledger still has it
                for key in list(self._cache)[: _CACHE // 2]:
                    del self._cache[key]
            self._cache[(entity, origin)] = item

    def item(self, entity: str, origin: str) -> Optional[TargetItem]:
        """The target item of an origin, or ``None``: not there (yet)."""
        found = self._cache.get((entity, origin))
        if found is not None:
            return found
        stored = self._items.names(entity, [origin]).get(origin)
        if stored is None:
            return None
        identifier, display, key = stored
        item = TargetItem(entity, identifier, display or key, key)
        self.remember(entity, origin, item)
        return item

    def origin(self, entity: str, alias: str) -> Optional[tuple[str, str]]:
        """(origin id, key) of the record that an alias names."""
        key = (entity, alias)
        if key in self._aliases:
            return self._aliases[key]
        found = self._alias(entity, alias)
        with self._guard:
            if len(self._aliases) >= _CACHE:
                self._aliases.clear()
            self._aliases[key] = found
        return found

    def reference(self, ref: Ref) -> Optional[TargetItem]:
        """The target item that a reference means, or what stands in for it, or ``None``."""
        found = self.meant(ref)
        if found is None and ref.stand_in is not None:
            found = self._named(ref.stand_in, ref.aliases)
        if found is None or not ref.label or ref.label == found.label:
            return found
        return replace(found, label=ref.label)

    def meant(self, ref: Ref) -> Optional[TargetItem]:
        """The very item that a reference means, or ``None``."""
        return self._named(ref.entity, names_of(ref))

    def _named(self, entity: str, aliases: Sequence[str]) -> Optional[TargetItem]:
        for alias in aliases:
            origin = self.origin(entity, alias)
            item = self.item(entity, origin[0]) if origin is not None else None
            if item is not None:
                return item
        return None


class _Naming:
    """What the texts of an effect name: found, or kept in mind.

    It knows nothing of the effect that asks: what refers to each other stays in memory until a collection finds it.
    """

    def __init__(self, resolver: Resolver, row: EffectRow, waits: Callable[[str, str], bool]) -> None:
        self._resolver, self._row, self._waits = resolver, row, waits
        #: whether something named is still to be written
        self.late = False
        self.told: dict[str, None] = {}
        self.open: dict[tuple[str, str], None] = {}

    def look_up(self, entity: str, alias: str) -> Optional[TargetItem]:
        """As ``effect.look_up``."""
        origin = self._resolver.origin(entity, alias)
        item = self._resolver.item(entity, origin[0]) if origin is not None else None
        if item is not None:
            self.open.pop((entity, alias), None)  # it came while this one waited
            return item
        self.open.setdefault((entity, alias))
        if origin is not None and not self.late:
            self.late = self._waits(entity, origin[0])
        return None

    def is_itself(self, entity: str, alias: str) -> bool:
        """As ``effect.is_itself``."""
        if entity != self._row.entity:
            return False
        origin = self._resolver.origin(entity, alias)
        return origin is not None and origin[0] == self._row.origin


class Resolution:
    """One effect being resolved: the effect itself, and what its text refers to that does not exist yet.

    ``waits`` tells whether what creates an item of this run has not ended.
    """

    def __init__(
        self,
        resolver: Resolver,
        row: EffectRow,
        source: str,
        required: tuple[str, ...],
        parentless: bool = False,
        under_way: Optional[UnderWay] = None,
        waits: Callable[[str, str], bool] = lambda entity, origin: True,
    ) -> None:
        self._resolver = resolver
        self._row = row
        self._references = References(resolver.reference, required)
        self._parentless = parentless
        self._under_way = under_way
        self._naming = _Naming(resolver, row, waits)
        self.effect = self._resolve(source)

    @property
    def unresolved(self) -> bool:
        """Whether a reference found nothing, or a stand-in: the item is compared again by every later run."""
        return bool(self._references.unresolved or self._references.replaced)

    @property
    def in_vain(self) -> Collection[str]:
        """The fields in which a reference found nothing."""
        return self._references.unresolved

    def digests(self, fields: Mapping[str, str]) -> dict[str, str]:
        """The digests of the fields; of those whose reference found nothing or a stand-in, such that it is known."""
        ends = {
            **dict.fromkeys(self._references.replaced, STAND_IN_END),
            **{name: OPEN_END * (1 + (number or 0)) for name, number in self._references.unresolved.items()},
        }
        return {name: value + ends.get(name, "") for name, value in fields.items()} if ends else dict(fields)

    @property
    def told(self) -> list[str]:
        """What its text refers to and nothing was found for, as a person would call it."""
        return list(self._naming.told)

    @property
    def named_in_vain(self) -> list[tuple[str, str]]:
        """(entity, alias) of what its texts name and was not there, of all that was asked for."""
        return list(self._naming.open)

    def late_fields(self, notes_field: Optional[str] = None) -> list[str]:
        """Rich text fields, where a text names items that are still to be written; ``notes_field`` holds notes too."""
        return self.text_fields(notes_field) if self._naming.late else []

    def text_fields(self, notes_field: Optional[str] = None) -> list[str]:
        """Fields of rich text that a last touch of this effect could still write."""
        if self._row.kind == SHAPE:
            return []
        only = self._row.only
        return [name for name in rich_fields(self._row, notes_field) if only is None or name in only]

    def look_up_patiently(self, entity: str, alias: str) -> Optional[TargetItem]:
        """As ``effect.look_up``, for a create that is about to be sent.

        Raises:
            Held: it had better wait for an item that is just being created.
        """
        item = self._naming.look_up(entity, alias)
        if item is None and self._under_way is not None:
            origin = self._resolver.origin(entity, alias)
            if origin is not None:
                self._under_way.wait(self._row, entity, origin[0])
        return item

    def _resolve(self, source: str) -> Effect:
        row = self._row
        parent = None
        if row.parent_entity and row.parent_origin and not self._parentless:
            parent = self._resolver.item(row.parent_entity, row.parent_origin)
            if parent is None:
                raise ItemFailed(f"the item of {row.parent_entity} it belongs to is not on the target", code="J2O-E010")
        payload = self._references.payload(row.payload)
        return Effect(
            origin=Origin(source, row.entity, row.origin),
            key=row.key,
            payload=payload,
            look_up=self._naming.look_up,
            parent=parent,
            parent_key=parent.key if parent else "",
            notes=(*(Note(label, value) for label, value in row.notes), *self._references.notes),
            fields=row.only,
            tell=self._naming.told.setdefault,
            is_itself=self._naming.is_itself,
        )


def names_of(ref: Ref) -> Sequence[str]:
    """The aliases by which a reference may find its item, in order."""
    return (*ref.aliases, *((ref.use,) if ref.use else ()))


def rich_fields(row: EffectRow, notes_field: Optional[str] = None) -> list[str]:
    """The fields of an effect that hold rich text; ``notes_field`` does where its notes do."""
    found = {name: None for name, value in row.payload.items() if isinstance(value, RichText)}
    if notes_field and any(isinstance(value, RichText) for _, value in row.notes):
        found.setdefault(notes_field)
    return list(found)
