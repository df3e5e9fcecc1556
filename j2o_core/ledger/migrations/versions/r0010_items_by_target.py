"""The index by which items are found by their ids on the target."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Lead it through the source: without it, the unique index was preferred, and all items of the entity were read."""
    op.drop_index("item_by_target", table_name="item")
    op.create_index("item_by_target", "item", ["target", "source", "entity", "item"], unique=False)


def downgrade() -> None:
    """As it was."""
    op.drop_index("item_by_target", table_name="item")
    op.create_index("item_by_target", "item", ["target", "entity", "item"], unique=False)
