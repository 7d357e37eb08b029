"""What the text guessed of untagged incidents, and what staff's tags said of it later."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "guess",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("sure", sa.JSON(), nullable=False),
        sa.Column("guessed_at", UtcTime(), nullable=True),
        sa.Column("model", UtcTime(), nullable=True),
        sa.Column("judged_at", UtcTime(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("sure_right", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sure_wrong", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], name=op.f("fk_guess_bug_incident"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bug", name=op.f("pk_guess")),
    )
    _take_over()


def _take_over() -> None:
    """Exclude bugs that are tagged already from the record, and have all others classified again."""
    assignment = sa.table("assignment", sa.column("bug", sa.Integer), sa.column("by", sa.Text))
    incident = sa.table("incident", sa.column("bug", sa.Integer), sa.column("classified", sa.Boolean))
    guess = sa.table(
        "guess", sa.column("bug", sa.Integer), sa.column("confidence", sa.Float), sa.column("sure", sa.JSON)
    )
    tagged = sa.select(assignment.c.bug).where(assignment.c.by == "tag").distinct()
    spent = [{"bug": bug, "confidence": 0.0, "sure": []} for bug in op.get_bind().scalars(tagged)]
    if spent:
        op.bulk_insert(guess, spent)
    op.execute(incident.update().where(incident.c.bug.not_in(tagged)).values(classified=False))


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("guess")
