"""What texts name and was not there when they were written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "open_reference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("to_entity", sa.Text(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["target"], ["target.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("open_reference_of", "open_reference", ["target", "source", "entity", "origin"])


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("open_reference")
