"""The tables; every text from outside is kept as it came, with e-mail addresses masked.

SQLite drops the zone of a time without converting it, so times go through one type that takes only aware ones.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(sa.TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond; refuses a time without a zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC, without its zone where the database keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without a zone cannot be stored: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def build_tables() -> sa.MetaData:
    """Describe all tables anew; nothing is shared between two calls."""
    return _describe(sa.MetaData(naming_convention=NAMES))


def _describe(metadata: sa.MetaData) -> sa.MetaData:
    def key(name: str, kind: Any) -> sa.Column[Any]:
        return sa.Column(name, kind, primary_key=True, autoincrement=False)

    def text(name: str, *, default: str | None = "") -> sa.Column[Any]:
        return sa.Column(name, sa.Text, nullable=default is None, server_default=default)

    def number(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Integer, nullable=False, server_default="0")

    def moment(name: str, *, needed: bool = False) -> sa.Column[Any]:
        return sa.Column(name, UtcTime, nullable=not needed)

    def flag(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())

    snowflake = sa.BigInteger
    serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    sa.Table("setting", metadata, key("name", sa.Text), text("value"))
    sa.Table(
        "source",
        metadata,
        key("name", sa.Text),
        moment("first_asked"),
        flag("filled"),
        moment("cursor"),
        moment("last_good"),
        number("failures"),
        text("error"),
        moment("error_since"),
        moment("not_before"),
        flag("ordered"),
        text("etag"),
        text("modified"),
        number("yielded"),
        number("polls_since_sweep"),
        number("missed"),
        sa.Column("notes", sa.JSON, nullable=False),
    )
    sa.Table(
        "problem",
        metadata,
        sa.Column("id", serial, primary_key=True),
        moment("happened", needed=True),
        text("sentence"),
    )
    sa.Table("lease", metadata, key("name", sa.Text), text("holder"), number("token"), moment("expires", needed=True))
    sa.Table(
        "incident",
        metadata,
        key("bug", sa.Integer),
        text("summary"),
        text("whiteboard"),
        text("status"),
        text("resolution"),
        flag("is_open"),
        moment("created", needed=True),
        moment("changed", needed=True),
        moment("closed"),
        text("creator"),
        text("creator_domain"),
        text("assignee"),
        text("assignee_domain"),
        sa.Column("comment_count", sa.Integer),
        sa.Column("links", sa.JSON, nullable=False),
        text("ca", default=None),
        text("title"),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("next_update", sa.Date),
        sa.Column("close_on", sa.Date),
        text("ccadb_id", default=None),
        sa.Column("report", sa.Integer),
        text("standing", default="here"),
        number("comments"),
        moment("comments_as_of"),
        flag("classified"),
        sa.Index("ix_incident_newest", "standing", "created", "bug"),
        sa.Index("ix_incident_ca", "ca", "created", "bug"),
    )
    sa.Table(
        "comment",
        metadata,
        key("bug", sa.Integer),
        key("number", sa.Integer),
        sa.Column("id", sa.BigInteger, nullable=False),
        text("author"),
        text("author_domain"),
        moment("posted", needed=True),
        text("text"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "assignment",
        metadata,
        key("bug", sa.Integer),
        key("section", sa.Text),
        text("by"),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        flag("sure"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_assignment_section", "section", "bug"),
    )
    sa.Table(
        "message",
        metadata,
        key("list", sa.Text),
        key("key", sa.Text),
        text("url"),
        text("subject"),
        text("author"),
        moment("posted"),
        sa.Column("number", sa.Integer),
        text("message_id"),
        text("body", default=None),
        text("thread"),
        sa.Column("bugs", sa.JSON, nullable=False),
        sa.Column("cas", sa.JSON, nullable=False),
        # wanted: its page is still to be read; read; absent: the archive has no message of that number
        text("state", default="wanted"),
        flag("backlog"),
        number("tries"),
        moment("seen", needed=True),
        sa.Index("ix_message_state", "list", "state", "number"),
    )
    sa.Table(
        "event",
        metadata,
        sa.Column("id", serial, primary_key=True),
        sa.Column("key", sa.Text, nullable=False),
        text("kind"),
        moment("happened", needed=True),
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
        sa.Column("id", serial, primary_key=True),
        sa.Column("community", snowflake, nullable=False),
        sa.Column("channel", snowflake, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("created_by", snowflake, nullable=False),
        moment("created", needed=True),
        text("disabled"),
        sa.UniqueConstraint("channel"),
    )
    sa.Table(
        "delivery",
        metadata,
        sa.Column("id", serial, primary_key=True),
        sa.Column("event", sa.BigInteger, nullable=False),
        sa.Column("channel", snowflake, nullable=False),
        text("state", default="pending"),
        sa.Column("message", snowflake),
        moment("tried"),
        number("attempts"),
        flag("stale"),
        text("reason"),
        moment("created", needed=True),
        moment("sent"),
        sa.UniqueConstraint("event", "channel"),
        sa.ForeignKeyConstraint(["event"], ["event.id"]),
        sa.Index("ix_delivery_due", "state", "channel", "id"),
    )
    # the sender leases a channel, not a message: that is what keeps a channel's alerts in order
    sa.Table(
        "channel",
        metadata,
        key("channel", snowflake),
        moment("lease_until"),
        text("holder"),
        moment("next_at"),
        number("failures"),
    )
    sa.Table("question", metadata, key("id", sa.Text), text("words"), moment("asked", needed=True))
    sa.Table(
        "model",
        metadata,
        key("name", sa.Text),
        sa.Column("data", sa.LargeBinary, nullable=False),
        text("learned_from"),
        moment("learned", needed=True),
    )
    return metadata
