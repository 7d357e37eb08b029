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
    metadata = sa.MetaData(naming_convention=NAMES)
    for describe in (_sources, _incidents, _member_sections, _messages, _outbox, _settings):
        describe(metadata)
    return metadata


def _sources(metadata: sa.MetaData) -> None:
    """What is remembered of each source, its problems, and who may poll."""
    sa.Table(
        "source",
        metadata,
        _key("name", sa.Text),
        _moment("first_asked"),
        _flag("filled"),
        _moment("cursor"),
        _moment("last_good"),
        _number("failures"),
        _text("error"),
        _moment("error_since"),
        _moment("not_before"),
        _flag("ordered"),
        _text("etag"),
        _text("modified"),
        _number("yielded"),
        _number("polls_since_sweep"),
        _number("missed"),
    )
    sa.Table(
        "problem",
        metadata,
        _serial(),
        _moment("happened", needed=True),
        _text("sentence"),
    )
    sa.Table(
        "lease", metadata, _key("name", sa.Text), _text("holder"), _number("token"), _moment("expires", needed=True)
    )


def _incidents(metadata: sa.MetaData) -> None:
    sa.Table(
        "incident",
        metadata,
        _key("bug", sa.Integer),
        _text("summary"),
        _text("whiteboard"),
        _text("status"),
        _text("resolution"),
        _flag("is_open"),
        _moment("created", needed=True),
        _moment("changed", needed=True),
        _moment("closed"),
        _text("creator"),
        _text("creator_domain"),
        _text("assignee"),
        _text("assignee_domain"),
        sa.Column("comment_count", sa.Integer),
        sa.Column("links", sa.JSON, nullable=False),
        _text("ca", default=None),
        _text("title"),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("next_update", sa.Date),
        sa.Column("close_on", sa.Date),
        _text("ccadb_id", default=None),
        sa.Column("report", sa.Integer),
        _text("standing", default="here"),
        _number("comments"),
        _moment("comments_as_of"),
        _flag("classified"),
        sa.Index("ix_incident_newest", "standing", "created", "bug"),
        sa.Index("ix_incident_ca", "ca", "created", "bug"),
    )
    sa.Table(
        "comment",
        metadata,
        _key("bug", sa.Integer),
        _key("number", sa.Integer),
        sa.Column("id", sa.BigInteger, nullable=False),
        _text("author"),
        _text("author_domain"),
        _moment("posted", needed=True),
        _text("text"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "assignment",
        metadata,
        _key("bug", sa.Integer),
        _key("section", sa.Text),
        _text("by"),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        _flag("sure"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_assignment_section", "section", "bug"),
    )
    # every word stays; of those on one bug and section, at most one of each community holds
    sa.Table(
        "correction",
        metadata,
        _serial(),
        sa.Column("bug", sa.Integer, nullable=False),
        _text("section"),
        sa.Column("community", sa.BigInteger, nullable=False),
        sa.Column("member", sa.BigInteger),
        _text("verdict"),
        _moment("made_at", needed=True),
        _flag("over_tags"),
        _flag("holds"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_correction_bug", "bug", "section"),
        sa.Index("ix_correction_member", "community", "member", "made_at"),
    )
    # without a section: tags were there before any guess, so that none on this bug can be judged by them
    sa.Table(
        "guess",
        metadata,
        _key("bug", sa.Integer),
        _text("section", default=None),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("sure", sa.JSON, nullable=False),
        _moment("guessed_at"),
        _moment("model"),
        _moment("judged_at"),
        _flag("confirmed"),
        _number("sure_right"),
        _number("sure_wrong"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )


def _member_sections(metadata: sa.MetaData) -> None:
    """Sections that members proposed: what they are, what was said of them, and which incidents their text finds."""
    state = sa.Column("state", sa.Text, nullable=False)
    sa.Table(
        "section",
        metadata,
        _serial(),
        sa.Column("community", sa.BigInteger, nullable=False),
        _text("key"),
        _text("title"),
        _text("description"),
        state,
        sa.Column("proposer", sa.BigInteger),
        _moment("proposed_at", needed=True),
        _moment("decide_by"),
        _moment("decided_at"),
        _text("outcome"),
        sa.Column("channel", sa.BigInteger),
        sa.Column("message", sa.BigInteger),
        _flag("vouched"),
        sa.Column("merged_into", sa.BigInteger),
        # all incidents are to be gone through while more was asked than answered; `done` of `total` are so far
        _number("asked"),
        _number("answered"),
        _number("done"),
        _number("total"),
        _only_one_open(state),
    )
    sa.Table(
        "section_example",
        metadata,
        _key("section", sa.BigInteger),
        _key("bug", sa.Integer),
        _flag("belongs"),
        sa.Column("member", sa.BigInteger),
        _moment("said_at", needed=True),
        # how like the section it was when it was shown to be judged; none: a member named it
        sa.Column("score", sa.Float),
        _of_section(),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "section_held",
        metadata,
        _key("section", sa.BigInteger),
        _key("bug", sa.Integer),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("words", sa.JSON, nullable=False),
        _of_section(),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "vote",
        metadata,
        _key("section", sa.BigInteger),
        _key("member", sa.BigInteger),
        _flag("in_favour"),
        _moment("cast_at", needed=True),
        _of_section(),
    )
    sa.Table(
        "section_change",
        metadata,
        _serial(),
        sa.Column("section", sa.BigInteger, nullable=False),
        _text("what"),
        _text("was"),
        _text("became"),
        sa.Column("member", sa.BigInteger),
        _moment("made_at", needed=True),
        _of_section(),
        sa.Index("ix_section_change_section", "section", "id"),
    )


def _only_one_open(state: sa.Column[Any]) -> sa.Index:
    """Within a community a name stands for one section at a time; declined and retired ones may share it."""
    still_open = state.in_([sa.literal_column("'proposed'"), sa.literal_column("'active'")])
    return sa.Index(
        "uq_section_open", "community", "key", unique=True, sqlite_where=still_open, postgresql_where=still_open
    )


def _of_section() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["section"], ["section.id"], ondelete="CASCADE")


def _messages(metadata: sa.MetaData) -> None:
    sa.Table(
        "message",
        metadata,
        _key("list", sa.Text),
        _key("key", sa.Text),
        _text("url"),
        _text("subject"),
        _text("author"),
        _moment("posted"),
        sa.Column("number", sa.Integer),
        _text("message_id"),
        _text("body", default=None),
        _text("thread"),
        sa.Column("bugs", sa.JSON, nullable=False),
        sa.Column("cas", sa.JSON, nullable=False),
        # wanted: its page is still to be read; read; absent: the archive has no message of that number
        _text("state", default="wanted"),
        _flag("backlog"),
        _number("tries"),
        _moment("seen", needed=True),
        sa.Index("ix_message_state", "list", "state", "number"),
    )


def _outbox(metadata: sa.MetaData) -> None:
    """What happened, who watches for it, and what was sent; ids of channels and communities are Discord's."""
    sa.Table(
        "event",
        metadata,
        _serial(),
        sa.Column("key", sa.Text, nullable=False),
        _text("kind"),
        _moment("happened", needed=True),
        sa.Column("bug", sa.Integer),
        _text("list", default=None),
        _text("message", default=None),
        sa.Column("bugs", sa.JSON, nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.UniqueConstraint("key"),
        sa.Index("ix_event_bug", "bug"),
    )
    sa.Table(
        "route",
        metadata,
        _serial(),
        sa.Column("community", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("created_by", sa.BigInteger, nullable=False),
        _moment("created", needed=True),
        _text("disabled"),
        sa.UniqueConstraint("channel"),
    )
    sa.Table(
        "delivery",
        metadata,
        _serial(),
        sa.Column("event", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False),
        # stays where the channel watches no longer: what was posted is still edited
        sa.Column("community", sa.BigInteger, nullable=False, server_default="0"),
        _text("state", default="pending"),
        sa.Column("message", sa.BigInteger),
        _moment("tried"),
        _number("stale"),
        _text("reason"),
        _moment("created", needed=True),
        _moment("sent"),
        sa.UniqueConstraint("event", "channel"),
        sa.ForeignKeyConstraint(["event"], ["event.id"]),
        sa.Index("ix_delivery_due", "state", "channel", "id"),
    )
    # the sender leases a channel, not a message: that is what keeps a channel's alerts in order
    sa.Table(
        "channel",
        metadata,
        _key("channel", sa.BigInteger),
        _moment("lease_until"),
        _text("holder"),
        _moment("next_at"),
        _number("failures"),
    )


def _settings(metadata: sa.MetaData) -> None:
    sa.Table("setting", metadata, _key("name", sa.Text), _text("value"))
    sa.Table("question", metadata, _key("id", sa.Text), _text("words"), _moment("asked", needed=True))
    sa.Table(
        "model",
        metadata,
        _key("name", sa.Text),
        sa.Column("data", sa.LargeBinary, nullable=False),
        _text("learned_from"),
        _moment("learned", needed=True),
    )


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _serial() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


def _text(name: str, *, default: str | None = "") -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=default is None, server_default=default)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _moment(name: str, *, needed: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcTime, nullable=not needed)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
