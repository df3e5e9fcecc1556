"""What the target must call an item, where keys are reproduced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("effect") as batch:
        batch.add_column(sa.Column("display", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("effect") as batch:
        batch.drop_column("display")
