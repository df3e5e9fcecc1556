"""Insert or replace in one statement, in the words of either database."""

from __future__ import annotations

from typing import Any, Callable, Mapping, Sequence

from sqlalchemy import Connection, Table

from .address import POSTGRESQL
from .many import Many


class Upsert:
    """Inserts rows; where the unique ``key`` is known already, sets the columns ``names`` instead.

    The statements are made once: SQLAlchemy spends longer on building one than SQLite on executing it.
    """

    def __init__(self, table: Table, key: Sequence[str], names: Sequence[str]) -> None:
        self._table, self._key, self._names = table, list(key), list(names)
        self._statements: dict[str, Many] = {}

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows, in their order: of two with one key the last stays."""
        dialect = connection.dialect.name
        statement = self._statements.get(dialect)
        if statement is None:
            statement = self._statements[dialect] = Many(self._statement(dialect), [*self._key, *self._names])
        statement.execute(connection, rows)

    def _statement(self, dialect: str) -> Any:
        insert = _insert(dialect)(self._table).inline()
        excluded = insert.excluded
        columns = {name: excluded[name] for name in self._names}
        return insert.on_conflict_do_update(index_elements=self._key, set_=columns)


def _insert(dialect: str) -> Callable[[Table], Any]:
    # Each brings a whole dialect, and a ledger has one.
    if dialect == POSTGRESQL:
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert
