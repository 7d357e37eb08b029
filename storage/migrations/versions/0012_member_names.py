"""The names of members stand beside their ids, and corrections can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMES = (("section", "proposer_name"), ("section_change", "member_name"), ("correction", "member_name"))


def upgrade() -> None:
    """Apply this step."""
    for table, column in NAMES:
        op.add_column(table, sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.add_column("correction", sa.Column("undone", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("correction", "undone")
    for table, column in NAMES:
        op.drop_column(table, column)
