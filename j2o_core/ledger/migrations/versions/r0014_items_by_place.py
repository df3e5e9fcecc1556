"""The index by which items are found by their ids on the target, below their parents."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Lead it to the parent: somebody who watches thousands of work packages has one id below all of them."""
    op.drop_index("item_by_target", table_name="item")
    op.create_index("item_by_target", "item", ["target", "source", "entity", "item", "parent"], unique=False)


def downgrade() -> None:
    """As it was."""
    op.drop_index("item_by_target", table_name="item")
    op.create_index("item_by_target", "item", ["target", "source", "entity", "item"], unique=False)
