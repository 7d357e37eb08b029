"""Why a bug is no incident is stored with it, and part of the indexes from which totals are read."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

INDEXES = {
    "ix_incident_newest": ("visibility", "created", "bug", "is_open"),
    "ix_incident_ca": ("ca", "visibility", "created", "bug", "is_open"),
}


def upgrade() -> None:
    """Apply this step; the program computes the fact for stored incidents at its next start."""
    op.add_column("incident", sa.Column("not_incident", sa.Text(), nullable=True))
    for name, columns in INDEXES.items():
        op.drop_index(name, "incident")
        op.create_index(name, "incident", [*columns, "not_incident"])


def downgrade() -> None:
    """Take this step back."""
    for name, columns in INDEXES.items():
        op.drop_index(name, "incident")
        op.create_index(name, "incident", [*columns])
    op.drop_column("incident", "not_incident")
