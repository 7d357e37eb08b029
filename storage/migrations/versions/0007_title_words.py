"""The words of incidents' titles for suggestions, and indexes that have all that is counted in them."""

import sqlalchemy as sa
from alembic import op

from storage.title_words import title_words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

PENDING = sa.text("comments_as_of IS NULL OR comments_as_of < changed")
BATCH_SIZE = 500


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "title_word",
        sa.Column("bug", sa.Integer, sa.ForeignKey("incident.bug", ondelete="CASCADE"), nullable=False),
        sa.Column("word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("bug", "word", name=op.f("pk_title_word")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_title_word_word", "title_word", ["word", "bug"])
    _fill()
    op.drop_index("ix_incident_newest", "incident")
    op.drop_index("ix_incident_ca", "incident")
    op.create_index("ix_incident_newest", "incident", ["visibility", "created", "bug", "is_open"])
    op.create_index("ix_incident_ca", "incident", ["ca", "visibility", "created", "bug", "is_open"])
    op.create_index("ix_incident_without_comments", "incident", ["bug"], sqlite_where=PENDING, postgresql_where=PENDING)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_incident_without_comments", "incident")
    op.drop_index("ix_incident_newest", "incident")
    op.drop_index("ix_incident_ca", "incident")
    op.create_index("ix_incident_newest", "incident", ["visibility", "created", "bug"])
    op.create_index("ix_incident_ca", "incident", ["ca", "created", "bug"])
    op.drop_table("title_word")


def _fill() -> None:
    connection = op.get_bind()
    table = sa.table("title_word", sa.column("bug"), sa.column("word"))
    incidents = connection.execute(sa.text("SELECT bug, summary, ca FROM incident")).all()
    rows = [
        {"bug": bug, "word": word} for bug, summary, ca in incidents for word in title_words(f"{ca or ''} {summary}")
    ]
    for start in range(0, len(rows), BATCH_SIZE):
        connection.execute(table.insert(), rows[start : start + BATCH_SIZE])
