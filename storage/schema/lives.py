"""The tables of what happened within an incident, beside its comments."""

import sqlalchemy as sa

from storage.schema.columns import boolean, id_column, key, number, text, timestamp


def add_life_tables(metadata: sa.MetaData) -> None:
    """Add the tables of what happened within an incident, beside its comments."""
    sa.Table(
        "bug_change",
        metadata,
        key("bug", sa.Integer),
        # its place in the history, in which two changes of one second keep the server's order
        key("position", sa.Integer),
        timestamp("time", needed=True),
        text("who"),
        text("who_domain"),
        text("field"),
        text("removed"),
        text("added"),
        # whom a change of the assignee or of a flag names
        text("person", default=None),
        text("person_domain"),
        text("removed_person", default=None),
        text("removed_person_domain"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    # earlier texts of comments, oldest first; the newest one is in the comment itself
    sa.Table(
        "comment_version",
        metadata,
        id_column(),
        sa.Column("bug", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        timestamp("read_at"),
        # null: an edit only took text away, which is not to be read here either
        text("text", default=None),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_comment_version_bug", "bug", "number"),
    )
    # see `storage/values/life_events.py`; these events are delivered nowhere, so they are not in the table of events
    sa.Table(
        "life_event",
        metadata,
        id_column(),
        sa.Column("bug", sa.Integer, nullable=False),
        text("kind"),
        text("reference"),
        timestamp("happened", needed=True),
        text("detail"),
        boolean("ambiguous"),
        timestamp("recorded_at", needed=True),
        sa.UniqueConstraint("bug", "kind", "reference"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    # a life is still to be looked through while it was stored more often than that was completed
    sa.Table(
        "life_event_progress",
        metadata,
        key("bug", sa.Integer),
        number("requested"),
        number("completed"),
        timestamp("recorded_until"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
