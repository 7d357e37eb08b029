"""Edits get a queue of their own; attempts, answers that show bugs, and the tasks of the bot are remembered."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STALE = sa.text("stale > 0")


def upgrade() -> None:
    """Apply this step."""
    op.add_column("lease", sa.Column("since", UtcTime(), nullable=True))
    op.create_table(
        "task",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("running", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_task")),
    )
    op.add_column("delivery", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.add_column("delivery", sa.Column("next_at", UtcTime(), nullable=True))
    op.add_column("delivery", sa.Column("editable", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index("ix_delivery_stale", "delivery", ["channel", "id"], sqlite_where=STALE, postgresql_where=STALE)
    _rebuild_channel(("channel", "queue"))
    op.create_table(
        "posted_answer",
        sa.Column("message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", UtcTime(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("message", name=op.f("pk_posted_answer")),
    )
    op.create_index("ix_posted_answer_posted_at", "posted_answer", ["posted_at"])
    op.create_table(
        "posted_answer_bug",
        sa.Column("message", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outdated", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message"],
            ["posted_answer.message"],
            name=op.f("fk_posted_answer_bug_message_posted_answer"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("message", "bug", name=op.f("pk_posted_answer_bug")),
    )
    op.create_index("ix_posted_answer_bug_bug", "posted_answer_bug", ["bug"])
    op.create_index(
        "ix_posted_answer_bug_outdated",
        "posted_answer_bug",
        ["message"],
        sqlite_where=sa.text("outdated = 1"),
        postgresql_where=sa.text("outdated"),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("posted_answer_bug")
    op.drop_table("posted_answer")
    _rebuild_channel(("channel",))
    op.drop_index("ix_delivery_stale", "delivery")
    for column in ("editable", "next_at", "attempts"):
        op.drop_column("delivery", column)
    op.drop_table("task")
    op.drop_column("lease", "since")


def _rebuild_channel(key: tuple[str, ...]) -> None:
    """Create the table of leased channels anew with this primary key, and copy its rows: SQLite cannot change a key."""
    op.rename_table("channel", "former_channel")
    if op.get_bind().dialect.name == "postgresql":
        # a renamed table keeps the name of its key, which the new one needs
        op.drop_constraint("pk_channel", "former_channel", type_="primary")
    queue = sa.Column("queue", sa.Text(), server_default="alerts", nullable=False)
    op.create_table(
        "channel",
        sa.Column("channel", sa.BigInteger(), autoincrement=False, nullable=False),
        *([queue] if "queue" in key else []),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_channel")),
    )
    columns = ("channel", "lease_until", "holder", "next_at", "failures")
    former, channel = (sa.table(name, *map(sa.column, columns)) for name in ("former_channel", "channel"))
    rows = sa.select(*former.c)
    if "queue" not in key:
        rows = rows.where(sa.column("queue") == "alerts")
    op.execute(channel.insert().from_select(columns, rows))
    op.drop_table("former_channel")
