"""The root cause of each listed item, and the indexes by which causes are counted."""

from __future__ import annotations

from typing import Any, Sequence

import sqlalchemy as sa
from alembic import op

from j2o_core.model.cause import cause_of

revision = "0013"
down_revision = "0012"

_AT_ONCE = 1000


def upgrade() -> None:
    """Add the column and the indexes; what is listed gets its cause."""
    connection = op.get_bind()
    with op.batch_alter_table("listed") as batch:
        batch.add_column(sa.Column("cause", sa.BigInteger(), nullable=False, server_default="0"))
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.create_function("j2o_cause_of", 2, cause_of, deterministic=True)
        connection.exec_driver_sql("UPDATE listed SET cause = j2o_cause_of(message, key)")
    else:
        _fill(connection)
    columns = ["run", "outcome", "cause", "code", "class", "entity", "id"]
    op.create_index("listed_causes", "listed", columns)
    known = sa.text("request <> ''")
    op.create_index("listed_requests", "listed", columns, sqlite_where=known, postgresql_where=known)


def _fill(connection: sa.Connection) -> None:
    some = sa.text("SELECT id, message, key FROM listed WHERE id > :after ORDER BY id LIMIT :most")
    put = sa.text("UPDATE listed SET cause = :cause WHERE id = :id")
    after = -1
    rows: Sequence[Any]
    while rows := connection.execute(some, {"after": after, "most": _AT_ONCE}).all():
        connection.execute(put, [{"id": row[0], "cause": cause_of(row[1], row[2])} for row in rows])
        after = rows[-1][0]


def downgrade() -> None:
    """Drop them."""
    for index in ("listed_requests", "listed_causes"):
        op.drop_index(index, "listed")
    with op.batch_alter_table("listed") as batch:
        batch.drop_column("cause")
