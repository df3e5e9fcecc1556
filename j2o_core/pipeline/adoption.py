"""What already stands on the target although the ledger does not know it: read once in bulk, then asked by name."""

from __future__ import annotations

import json
from typing import Iterable, Optional

from ..engine.resolve import Resolver
from ..hooks.protocols import Loader
from ..ledger.items import Items
from ..model.effect import Found, TargetItem
from ..snapshot.store import Snapshot


class Adoption:
    """The found items of one entity, by origin mark and by natural key."""

    def __init__(self, snapshot: Snapshot, items: Items) -> None:
        self._snapshot = snapshot
        self._items = items
        self._scanned: set[str] = set()

    def scan(self, entity: str, loader: Loader) -> int:
        """Read all of this kind that exists where the plan will write; returns how many there are."""
        count = 0
        with self._snapshot.transaction() as connection:
            connection.execute("DELETE FROM found WHERE entity = ?", (entity,))
        for scopes in self._scopes(loader):
            rows: list[tuple[str, str, str]] = []
            for found in loader.scan(scopes):
                count += 1
                body = json.dumps(_form(found))
                names = [f"key:{key}" for key in found.keys]
                if found.mark is not None:
                    names.append(f"mark:{found.mark}")
                rows.extend((entity, name, body) for name in names)
            with self._snapshot.transaction() as connection:
                connection.executemany("INSERT OR IGNORE INTO found VALUES (?, ?, ?)", rows)
        if count:
            self._scanned.add(entity)
        return count

    def find(self, entity: str, mark: str, keys: Iterable[str]) -> Optional[tuple[Found, bool]]:
        """The found item, and whether its mark proves that it is ours."""
        if entity not in self._scanned:
            return None
        for name in (f"mark:{mark}", *(f"key:{key}" for key in keys)):
            row = (
                self._snapshot.transaction()
                .execute("SELECT body FROM found WHERE entity = ? AND name = ?", (entity, name))
                .fetchone()
            )
            if row is not None:
                return _found(json.loads(row[0])), name.startswith("mark:")
        return None

    def item(self, entity: str, origin: str) -> Optional[TargetItem]:
        """The found item that bears the mark of an origin, as a reference sees it."""
        match = self.find(entity, origin, ())
        stored = self._snapshot.load(entity, [origin]).get(origin) if match else None
        if match is None or stored is None:
            return None
        return TargetItem(entity, match[0].id, match[0].display or stored[0].key, stored[0].key)

    def has(self, entity: str) -> bool:
        """Whether anything was found."""
        return entity in self._scanned

    def _scopes(self, loader: Loader) -> Iterable[list[str]]:
        if loader.scan_by is None:
            yield []
            return
        batch: list[str] = []
        for chunk in self._items.stream(loader.scan_by):
            for item in chunk:
                batch.append(item.item)
                if len(batch) >= loader.scan_batch:
                    yield batch
                    batch = []
        if batch:
            yield batch


def found_marks(snapshot: Snapshot, entity: str, beginning: str) -> list[tuple[str, str]]:
    """(mark, id) of what the last scan has found of an entity with marks that begin like this."""
    name = f"mark:{beginning}"
    rows = snapshot.transaction().execute(
        "SELECT name, body FROM found WHERE entity = ? AND substr(name, 1, ?) = ? ORDER BY name",
        (entity, len(name), name),
    )
    return [(str(row[0])[len("mark:") :], str(json.loads(row[1])["id"])) for row in rows.fetchall()]


class Recognising(Resolver):
    """A resolver that also knows what was found and is not in the ledger yet: neighbours refer to each other."""

    def __init__(self, known: Resolver, adoption: Adoption) -> None:
        self._known = known
        self._adoption = adoption

    def item(self, entity: str, origin: str) -> Optional[TargetItem]:
        """See ``Resolver.item``."""
        return self._known.item(entity, origin) or self._adoption.item(entity, origin)

    def origin(self, entity: str, alias: str) -> Optional[tuple[str, str]]:
        """See ``Resolver.origin``."""
        return self._known.origin(entity, alias)


def _form(found: Found) -> dict[str, object]:
    return {
        "id": found.id,
        "mark": found.mark,
        "version": found.version,
        "updated": found.updated,
        "image": dict(found.image),
        "label": found.label,
        "parent": found.parent,
        "display": found.display,
    }


def _found(form: dict[str, object]) -> Found:
    return Found(**form)  # type: ignore[arg-type]
