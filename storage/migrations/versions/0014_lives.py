"""What happened within an incident: its changes, its flags, and earlier texts of its comments."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PENDING = sa.text("history_as_of IS NULL OR history_as_of < changed")


def upgrade() -> None:
    """Apply this step; polls fetch the histories of stored incidents, some at a time."""
    op.add_column("incident", sa.Column("flags", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("incident", sa.Column("history_as_of", UtcTime(), nullable=True))
    op.create_index("ix_incident_without_history", "incident", ["bug"], sqlite_where=PENDING, postgresql_where=PENDING)
    op.add_column("comment", sa.Column("read_at", UtcTime(), nullable=True))
    op.create_table(
        "bug_change",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("time", UtcTime(), nullable=False),
        *_texts("who", "who_domain", "field", "removed", "added"),
        sa.Column("person", sa.Text(), nullable=True),
        *_texts("person_domain"),
        sa.Column("removed_person", sa.Text(), nullable=True),
        *_texts("removed_person_domain"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], name=op.f("fk_bug_change_bug_incident"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bug", "position", name=op.f("pk_bug_change")),
    )
    op.create_table(
        "comment_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcTime(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bug"], ["incident.bug"], name=op.f("fk_comment_version_bug_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_version")),
    )
    op.create_index("ix_comment_version_bug", "comment_version", ["bug", "number"])


def downgrade() -> None:
    """Take this step back; what was read of the lives is lost."""
    op.drop_table("comment_version")
    op.drop_table("bug_change")
    op.drop_column("comment", "read_at")
    op.drop_index("ix_incident_without_history", "incident")
    for column in ("history_as_of", "flags"):
        op.drop_column("incident", column)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default="", nullable=False) for name in names]
