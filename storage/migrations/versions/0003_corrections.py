"""What members said of an incident's sections, and the community of each alert, which shows it."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "correction",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), server_default="", nullable=False),
        sa.Column("community", sa.BigInteger(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=True),
        sa.Column("verdict", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("over_tags", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("holds", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], name=op.f("fk_correction_bug_incident"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index("ix_correction_bug", "correction", ["bug", "section"])
    op.create_index("ix_correction_member", "correction", ["community", "member", "made_at"])
    op.add_column("delivery", sa.Column("community", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(
        "UPDATE delivery SET community ="
        " coalesce((SELECT route.community FROM route WHERE route.channel = delivery.channel), 0)"
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("delivery", "community")
    op.drop_table("correction")
