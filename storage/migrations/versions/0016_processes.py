"""The processes that run the bot or stand by, and when a poll of each source last began."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "process",
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("token_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("sources_digest", sa.Text(), server_default="", nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_process")),
    )
    with op.batch_alter_table("source") as batch:
        batch.add_column(sa.Column("attempted_at", UtcTime(), nullable=True))


def downgrade() -> None:
    """Undo this step."""
    with op.batch_alter_table("source") as batch:
        batch.drop_column("attempted_at")
    op.drop_table("process")
