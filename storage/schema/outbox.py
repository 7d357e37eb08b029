"""The tables of events, routes, deliveries and posted answers; ids of channels and communities are Discord's."""

import sqlalchemy as sa

from storage.schema.columns import boolean, id_column, key, number, text, timestamp

# literal, for an index on a condition serves only a query with the same text
STALE = sa.text("stale > 0")


def add_outbox_tables(metadata: sa.MetaData) -> None:
    """Add the tables of events, routes and deliveries; ids of channels and communities are Discord's."""
    sa.Table(
        "event",
        metadata,
        id_column(),
        sa.Column("key", sa.Text, nullable=False),
        text("kind"),
        timestamp("happened", needed=True),
        sa.Column("bug", sa.Integer),
        text("list", default=None),
        text("message", default=None),
        sa.Column("bugs", sa.JSON, nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.UniqueConstraint("key"),
        sa.Index("ix_event_bug", "bug"),
    )
    sa.Table(
        "route",
        metadata,
        id_column(),
        sa.Column("community", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("created_by", sa.BigInteger, nullable=False),
        timestamp("created", needed=True),
        text("error"),
        sa.UniqueConstraint("channel"),
    )
    sa.Table(
        "delivery",
        metadata,
        id_column(),
        sa.Column("event", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False),
        # stays where the channel watches no longer: what was posted is still edited
        sa.Column("community", sa.BigInteger, nullable=False, server_default="0"),
        text("state", default="pending"),
        sa.Column("message", sa.BigInteger),
        timestamp("attempted_at"),
        number("stale"),
        # of the last attempt that failed, "" if none did
        text("reason"),
        # a hash of the message as it was sent or last edited: a change that does not show needs no edit
        text("shown"),
        number("attempts"),
        timestamp("next_at"),
        boolean("editable", default=True),
        timestamp("created", needed=True),
        timestamp("sent"),
        sa.UniqueConstraint("event", "channel"),
        sa.ForeignKeyConstraint(["event"], ["event.id"]),
        sa.Index("ix_delivery_due", "state", "channel", "id"),
        sa.Index("ix_delivery_stale", "channel", "id", sqlite_where=STALE, postgresql_where=STALE),
    )
    # The sender leases a channel, not a message: that is what keeps a channel's alerts in order. New alerts and edits
    # have a queue each, so that neither waits for the other.
    sa.Table(
        "channel",
        metadata,
        key("channel", sa.BigInteger),
        sa.Column("queue", sa.Text, primary_key=True, server_default="alerts"),
        timestamp("lease_until"),
        text("holder"),
        timestamp("next_at"),
        number("failures"),
    )
    # Messages that commands answered with, and the bugs that they show: edited if one of these becomes restricted.
    sa.Table(
        "posted_answer",
        metadata,
        key("message", sa.BigInteger),
        sa.Column("channel", sa.BigInteger, nullable=False),
        timestamp("posted_at", needed=True),
        boolean("withdrawn"),
        text("reason"),
        number("attempts"),
        timestamp("next_at"),
        sa.Index("ix_posted_answer_posted_at", "posted_at"),
    )
    sa.Table(
        "posted_answer_bug",
        metadata,
        key("message", sa.BigInteger),
        key("bug", sa.Integer),
        # the answer quotes text of the bug that has been changed or hidden since
        boolean("outdated"),
        sa.ForeignKeyConstraint(["message"], ["posted_answer.message"], ondelete="CASCADE"),
        sa.Index("ix_posted_answer_bug_bug", "bug"),
        sa.Index(
            "ix_posted_answer_bug_outdated",
            "message",
            sqlite_where=sa.text("outdated = 1"),
            postgresql_where=sa.text("outdated"),
        ),
    )
