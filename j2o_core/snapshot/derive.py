"""Children of a record, derived by pure splits: the elements of a list in it, or what a splitter finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator, Mapping, Optional

from ..model.origin import Origin
from ..model.record import Record

#: data → the list at a path, or None
Getter = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True)
class Derivation:
    """One way in which records of ``entity`` come from records of ``of``.

    ``each`` reads the list whose elements are the children, ``total`` how many the source says there are; or ``split``
    gives (id, key, data, aliases, updated) of each child. ``priority`` is its place in the entity's list of extracts.
    ``shared`` children (people) belong to no one record and have no parent.
    """

    entity: str
    of: str
    priority: int
    each: Optional[Getter] = None
    total: Optional[Getter] = None
    split: Optional[Callable[[Record], Any]] = None
    shared: bool = False

    @property
    def keeps_data(self) -> bool:
        """Whether children are stored with their data; elements of a list are read from their parent again."""
        return self.each is None


def children(derivation: Derivation, record: Record) -> Iterator[Record]:
    """The children of one record in order. An element without an id is known by its position."""
    if derivation.each is not None:
        elements = derivation.each(record.data)
        for position, element in enumerate(elements if isinstance(elements, list) else ()):
            identifier = element.get("id") if isinstance(element, dict) else None
            name = str(identifier) if identifier not in (None, "") else f"{record.origin.id}.{position}"
            data = element if isinstance(element, dict) else {"value": element}
            updated = data.get("updated")
            yield Record(
                Origin(record.origin.source, derivation.entity, name),
                f"{record.key}#{name}",
                data,
                (),
                record.origin,
                position,
                updated if isinstance(updated, str) else None,
            )
    elif derivation.split is not None:
        for position, part in enumerate(derivation.split(record)):
            origin = Origin(record.origin.source, derivation.entity, part.id)
            parent = None if derivation.shared else record.origin
            yield Record(origin, part.key, part.data, part.aliases, parent, position, part.updated)


def unreturned(derivation: Derivation, record: Record) -> int:
    """How many children the source counts but did not return."""
    if derivation.each is None or derivation.total is None:
        return 0
    elements, total = derivation.each(record.data), derivation.total(record.data)
    if not isinstance(total, int) or isinstance(total, bool):
        return 0
    return max(0, total - (len(elements) if isinstance(elements, list) else 0))
