"""Bugs that a sweep misses, items that cannot be read, and from when on a list's messages are news."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("source", sa.Column("oldest_item_at", UtcTime(), nullable=True))
    op.add_column("source", sa.Column("unreadable", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("source", sa.Column("doubt", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "missing_bug",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("finding", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("missed_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bug"], ["incident.bug"], name=op.f("fk_missing_bug_bug_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bug", name=op.f("pk_missing_bug")),
    )
    # without it, what an earlier version stored as backlog would not tell from when on messages are news
    op.execute(
        "UPDATE source SET oldest_item_at = (SELECT min(posted) FROM message"
        " WHERE message.list = source.name AND message.backlog)"
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("missing_bug")
    for column in ("doubt", "unreadable", "oldest_item_at"):
        op.drop_column("source", column)
