"""Events within incidents, and how far those of each bug are recorded."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

RECORDED_SINCE = "life events since"


def upgrade() -> None:
    """Apply this step; in a database that polls have filled, what happened until the last of them is not recorded."""
    op.create_table(
        "life_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("reference", sa.Text(), server_default="", nullable=False),
        sa.Column("happened", UtcTime(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("ambiguous", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("recorded_at", UtcTime(), nullable=False),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], name=op.f("fk_life_event_bug_incident"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_life_event")),
        sa.UniqueConstraint("bug", "kind", "reference", name=op.f("uq_life_event_bug")),
    )
    op.create_table(
        "life_event_progress",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("requested", sa.Integer(), server_default="0", nullable=False),
        sa.Column("completed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("recorded_until", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bug"], ["incident.bug"], name=op.f("fk_life_event_progress_bug_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bug", name=op.f("pk_life_event_progress")),
    )
    source = sa.table("source", sa.column("name", sa.Text), sa.column("cursor", UtcTime))
    cursor = op.get_bind().scalar(sa.select(source.c.cursor).where(source.c.name == "bugzilla"))
    if cursor is not None:
        setting = sa.table("setting", sa.column("name", sa.Text), sa.column("value", sa.Text))
        op.execute(setting.insert().values(name=RECORDED_SINCE, value=cursor.isoformat()))


def downgrade() -> None:
    """Take this step back; the events are lost."""
    op.drop_table("life_event_progress")
    op.drop_table("life_event")
    setting = sa.table("setting", sa.column("name", sa.Text))
    op.execute(setting.delete().where(setting.c.name == RECORDED_SINCE))
