"""The text of a report, which indexes read, is apart from the excerpt that is shown."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; the program computes the excerpts of stored incidents at its next start."""
    op.alter_column("incident", "excerpt", new_column_name="report_text")
    op.add_column("incident", sa.Column("excerpt", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("incident", "excerpt")
    op.alter_column("incident", "report_text", new_column_name="excerpt")
