"""An incident is found by every CA owner that its title names, and by those that have taken over one of them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; the program finds further owners and successors at its next start."""
    for column in ("also_about", "successors"):
        op.add_column("incident", sa.Column(column, sa.JSON(), server_default="[]", nullable=False))
    op.create_table(
        "incident_owner",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("relation", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["bug"], ["incident.bug"], name=op.f("fk_incident_owner_bug_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bug", "owner", name=op.f("pk_incident_owner")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_incident_owner_owner", "incident_owner", ["owner", "relation", "bug"])
    op.create_index("ix_incident_creator", "incident", ["creator"])
    # so that lists of a CA owner are complete before the program has interpreted all incidents again
    owner, incident = (
        sa.table(name, *map(sa.column, columns))
        for name, columns in (("incident_owner", ("bug", "owner", "relation")), ("incident", ("bug", "ca")))
    )
    rows = sa.select(incident.c.bug, incident.c.ca, sa.literal("about")).where(incident.c.ca.is_not(None))
    op.execute(owner.insert().from_select(["bug", "owner", "relation"], rows))


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_incident_creator", "incident")
    op.drop_table("incident_owner")
    for column in ("successors", "also_about"):
        op.drop_column("incident", column)
