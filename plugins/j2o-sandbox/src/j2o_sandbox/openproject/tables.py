"""Rows of one kind, with indexes that are kept up to date at each put."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Tuple

from j2o_sandbox.openproject.rows import Row

Keys = Callable[[Any], Tuple[Any, ...]]


class Index:
    """From a key to the ids of the rows that have it, oldest first."""

    __slots__ = ("_ids", "_keys")

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._ids: Dict[Any, Dict[int, None]] = {}

    def __getitem__(self, key: Any) -> Dict[int, None]:
        return self._ids.get(key, _NOTHING)

    def move(self, before: Optional[Row], after: Optional[Row]) -> None:
        """A row was added, changed or removed."""
        old = () if before is None else self._keys(before)
        new = () if after is None else self._keys(after)
        if old == new:
            return
        for key in old:
            ids = self._ids.get(key)
            if ids is not None and before is not None:
                ids.pop(before.id, None)
                if not ids:
                    del self._ids[key]
        for key in new:
            if after is not None:
                self._ids.setdefault(key, {})[after.id] = None


_NOTHING: Dict[int, None] = {}


class Table:
    """All rows of one kind by id."""

    def __init__(self, kind: str, **indexes: Keys) -> None:
        self.kind = kind
        self.rows: Dict[int, Any] = {}
        self.last_id = 0
        self._indexes = {name: Index(keys) for name, keys in indexes.items()}

    def __getitem__(self, row_id: int) -> Any:
        return self.rows[row_id]

    def __contains__(self, row_id: object) -> bool:
        return row_id in self.rows

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self.rows.values()))

    def __len__(self) -> int:
        return len(self.rows)

    def get(self, row_id: Optional[int]) -> Any:
        """The row or None."""
        return None if row_id is None else self.rows.get(row_id)

    def ids(self, index: str, key: Any) -> Dict[int, None]:
        """Ids of the rows with this key, as an ordered set not to be changed."""
        return self._indexes[index][key]

    def find(self, index: str, key: Any) -> List[Any]:
        """Rows with this key, oldest first."""
        rows = self.rows
        return [rows[row_id] for row_id in self._indexes[index][key]]

    def first(self, index: str, key: Any) -> Any:
        """The oldest row with this key, or None."""
        for row_id in self._indexes[index][key]:
            return self.rows[row_id]
        return None

    def ordered(self, ids: Optional[Iterable[int]] = None) -> List[Any]:
        """Rows by id."""
        return [self.rows[row_id] for row_id in sorted(self.rows if ids is None else ids)]

    def move(self, row_id: int, after: Optional[Row]) -> Optional[Row]:
        """Put or remove a row, indexes included; what was there before."""
        before: Optional[Row] = self.rows.get(row_id)
        if after is None:
            self.rows.pop(row_id, None)
        else:
            self.rows[row_id] = after
            if row_id > self.last_id:
                self.last_id = row_id
        for index in self._indexes.values():
            index.move(before, after)
        return before
