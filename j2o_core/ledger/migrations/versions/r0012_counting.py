"""The indexes by which the effects of a run are counted, and the project of each effect and listed item."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from j2o_core.ledger.projects import OF_NONE, project_of

revision = "0012"
down_revision = "0011"

_TABLES = ("effect", "listed")
_ENDED, _LEFT = "finished IS NOT NULL", "finished IS NULL"
_COUNTED = ["run", "entity", "kind", "state", "adopted", "finished", "partition", "project"]


def upgrade() -> None:
    """Add columns and indexes; what is there gets its project, and what ended without a moment that of its run."""
    connection = op.get_bind()
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("project", sa.Text(), nullable=True))
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection
        driver.create_function("j2o_project_of", 2, project_of, deterministic=True)
        found = "j2o_project_of(entity, key)"
    else:
        none = ", ".join(f"'{entity}'" for entity in OF_NONE)
        found = f"CASE WHEN entity NOT IN ({none}) THEN substring(key from '^([A-Z][A-Z0-9_]*)(?:[-#/:]|$)') END"
    for table in _TABLES:
        connection.exec_driver_sql(f"UPDATE {table} SET project = {found}")
    connection.exec_driver_sql(
        "UPDATE effect SET finished = (SELECT coalesce(effect.sent, run.finished, run.started) FROM run"
        " WHERE run.id = effect.run) WHERE finished IS NULL AND state NOT IN ('planned', 'sent')"
    )
    for name, columns, which in (
        ("effect_ended", _COUNTED, _ENDED),
        ("effect_left", ["run", "entity", "kind", "finished", "partition", "project"], _LEFT),
    ):
        op.create_index(name, "effect", columns, sqlite_where=sa.text(which), postgresql_where=sa.text(which))
    op.create_index("listed_counted", "listed", ["run", "outcome", "entity", "class", "code", "project"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("listed_counted", "listed")
    for index in ("effect_left", "effect_ended"):
        op.drop_index(index, "effect")
    for table in _TABLES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("project")
