"""Sections that members proposed, with their examples, votes and history."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

STILL_OPEN = sa.text("state IN ('proposed', 'active')")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "section",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("community", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("proposer", sa.BigInteger(), nullable=True),
        sa.Column("proposed_at", UtcTime(), nullable=False),
        sa.Column("decide_by", UtcTime(), nullable=True),
        sa.Column("decided_at", UtcTime(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("vouched", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("merged_into", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.Integer(), server_default="0", nullable=False),
        sa.Column("answered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section")),
    )
    op.create_index(
        "uq_section_open",
        "section",
        ["community", "key"],
        unique=True,
        sqlite_where=STILL_OPEN,
        postgresql_where=STILL_OPEN,
    )
    op.create_table(
        "section_example",
        sa.Column("section", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("belongs", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=True),
        sa.Column("said_at", UtcTime(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        _of_section("section_example"),
        sa.ForeignKeyConstraint(
            ["bug"], ["incident.bug"], name=op.f("fk_section_example_bug_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section", "bug", name=op.f("pk_section_example")),
    )
    op.create_table(
        "section_held",
        sa.Column("section", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        _of_section("section_held"),
        sa.ForeignKeyConstraint(
            ["bug"], ["incident.bug"], name=op.f("fk_section_held_bug_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("section", "bug", name=op.f("pk_section_held")),
    )
    op.create_table(
        "vote",
        sa.Column("section", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("in_favour", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cast_at", UtcTime(), nullable=False),
        _of_section("vote"),
        sa.PrimaryKeyConstraint("section", "member", name=op.f("pk_vote")),
    )
    op.create_table(
        "section_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("was", sa.Text(), server_default="", nullable=False),
        sa.Column("became", sa.Text(), server_default="", nullable=False),
        sa.Column("member", sa.BigInteger(), nullable=True),
        sa.Column("made_at", UtcTime(), nullable=False),
        _of_section("section_change"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_section_change")),
    )
    op.create_index("ix_section_change_section", "section_change", ["section", "id"])


def downgrade() -> None:
    """Take this step back."""
    for table in ("section_change", "vote", "section_held", "section_example", "section"):
        op.drop_table(table)


def _of_section(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_section_section")
    return sa.ForeignKeyConstraint(["section"], ["section.id"], name=name, ondelete="CASCADE")
