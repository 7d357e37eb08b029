"""Facts about an incident are stored once, at ingest; a delivery keeps a hash of what its message shows."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FACTS = ("reporter_role", "excerpt", "excerpt_comment", "references", "linked", "comments_checked_at")


def upgrade() -> None:
    """Apply this step; the program computes the facts of stored incidents at its next start."""
    op.add_column("incident", sa.Column("reporter_role", sa.Text(), nullable=True))
    op.add_column("incident", sa.Column("excerpt", sa.Text(), server_default="", nullable=False))
    op.add_column("incident", sa.Column("excerpt_comment", sa.Integer(), nullable=True))
    op.add_column("incident", sa.Column("references", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("incident", sa.Column("linked", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("incident", sa.Column("comments_checked_at", UtcTime(), nullable=True))
    op.add_column("delivery", sa.Column("shown", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("delivery", "shown")
    for name in reversed(FACTS):
        op.drop_column("incident", name)
