"""Insert or replace in one statement, in the words of either database."""

from __future__ import annotations

from typing import Any, Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from .address import POSTGRESQL, SQLITE
from .many import Many


class Upsert:
    """Inserts rows; where the unique ``key`` is known already, sets the columns ``names`` instead.

    The statements are made once: SQLAlchemy spends longer on building one than SQLite on executing it.
    """

    def __init__(self, table: Table, key: Sequence[str], names: Sequence[str]) -> None:
        self._statements = {
            dialect: Many(_statement(insert(table).inline(), key, names), [*key, *names])
            for dialect, insert in ((SQLITE, sqlite_insert), (POSTGRESQL, postgresql_insert))
        }

    def execute(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write the rows, in their order: of two with one key the last stays."""
        self._statements[connection.dialect.name].execute(connection, rows)


def _statement(insert: Any, key: Sequence[str], names: Sequence[str]) -> Any:
    excluded = insert.excluded
    return insert.on_conflict_do_update(index_elements=list(key), set_={name: excluded[name] for name in names})
