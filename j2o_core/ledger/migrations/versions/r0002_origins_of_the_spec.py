"""Which file and line set each value of a run's spec."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    with op.batch_alter_table("run") as batch:
        batch.add_column(sa.Column("origins", sa.Text(), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    with op.batch_alter_table("run") as batch:
        batch.drop_column("origins")
