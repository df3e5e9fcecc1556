"""What the target must call an item, where keys are reproduced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_NUMBERED = "display IS NOT NULL"


def upgrade() -> None:
    """Add the column, and the way to the few rows that have it."""
    with op.batch_alter_table("effect") as batch:
        batch.add_column(sa.Column("display", sa.Text(), nullable=True))
    op.create_index(
        "effect_numbered", "effect", ["run"], sqlite_where=sa.text(_NUMBERED), postgresql_where=sa.text(_NUMBERED)
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("effect_numbered", "effect")
    with op.batch_alter_table("effect") as batch:
        batch.drop_column("display")
