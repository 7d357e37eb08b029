"""The tables; every text from outside is kept as it came, with e-mail addresses masked.

SQLite drops the zone of a time without converting it, so times go through one type that takes only aware ones.
"""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# literal, for an index on a condition serves only a query with the same text
STALE = sa.text("stale > 0")


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
    metadata = sa.MetaData(naming_convention=NAMING_CONVENTION)
    for describe in (
        _sources,
        _incidents,
        _lives,
        _incident_owners,
        _title_words,
        _member_sections,
        _messages,
        _outbox,
        _settings,
    ):
        describe(metadata)
    return metadata


def _sources(metadata: sa.MetaData) -> None:
    """Add the tables of sources, the error log, leases and tasks."""
    sa.Table(
        "source",
        metadata,
        _key("name", sa.Text),
        _timestamp("baseline_at"),
        _boolean("initial_sync_done"),
        _timestamp("cursor"),
        _timestamp("last_success_at"),
        _number("failures"),
        _text("error"),
        _timestamp("error_since"),
        _timestamp("not_before"),
        _boolean("server_requested_wait"),
        _text("etag"),
        _text("last_modified"),
        _number("last_item_count"),
        _number("polls_since_sweep"),
        _number("missed_changes"),
        _timestamp("oldest_item_at"),
        sa.Column("unreadable", sa.JSON, nullable=False, server_default="[]"),
        _text("doubt"),
        _timestamp("attempted_at"),
    )
    # bugs that a sweep did not find and that are not withdrawn yet; they stay visible until their case is clear
    sa.Table(
        "missing_bug",
        metadata,
        _key("bug", sa.Integer),
        # unknown: still to be asked for by its number; moved; gone: Bugzilla knows no such bug
        _text("finding", default="unknown"),
        _timestamp("missed_at", needed=True),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "error_log",
        metadata,
        _id(),
        _timestamp("happened", needed=True),
        _text("message"),
    )
    sa.Table(
        "lease",
        metadata,
        _key("name", sa.Text),
        _text("holder"),
        _number("token"),
        _timestamp("expires", needed=True),
        _timestamp("since"),
    )
    # what the process that runs the bot last reported of its long-lived tasks
    sa.Table(
        "task",
        metadata,
        _key("name", sa.Text),
        _text("holder"),
        _boolean("running"),
        _text("error"),
        _timestamp("since", needed=True),
        _timestamp("seen_at", needed=True),
    )
    # those that run the bot or stand by; the digests tell two with different settings apart
    sa.Table(
        "process",
        metadata,
        _key("worker", sa.Text),
        _text("role"),
        _text("token_digest"),
        _text("sources_digest"),
        _timestamp("seen_at", needed=True),
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
        _boolean("is_open"),
        _timestamp("created", needed=True),
        _timestamp("changed", needed=True),
        _timestamp("closed"),
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
        _text("visibility", default="here"),
        _text("not_incident", default=None),
        _text("reporter_role", default=None),
        _text("report_text"),
        _text("excerpt"),
        sa.Column("excerpt_comment", sa.Integer),
        _json_list("references"),
        _json_list("linked"),
        _json_list("also_about"),
        _json_list("successors"),
        _number("comments"),
        _timestamp("comments_as_of"),
        _timestamp("comments_checked_at"),
        _boolean("classified"),
        _json_list("flags"),
        # the bug's own time of change when its history was read
        _timestamp("history_as_of"),
        # with all that is counted, so that totals are read from the index alone
        sa.Index("ix_incident_newest", "visibility", "created", "bug", "is_open", "not_incident"),
        sa.Index("ix_incident_ca", "ca", "visibility", "created", "bug", "is_open", "not_incident"),
        sa.Index("ix_incident_creator", "creator"),
        _pending("ix_incident_without_comments", "comments_as_of"),
        _pending("ix_incident_without_history", "history_as_of"),
    )
    sa.Table(
        "comment",
        metadata,
        _key("bug", sa.Integer),
        _key("number", sa.Integer),
        sa.Column("id", sa.BigInteger, nullable=False),
        _text("author"),
        _text("author_domain"),
        _timestamp("posted", needed=True),
        _text("text"),
        # when this text was first read, on the server's clock
        _timestamp("read_at"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "assignment",
        metadata,
        _key("bug", sa.Integer),
        _key("section", sa.Text),
        _text("by"),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        _boolean("confident"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_assignment_section", "section", "bug"),
    )
    # later corrections do not replace rows; for a bug and section at most one of each community is in force
    sa.Table(
        "correction",
        metadata,
        _id(),
        sa.Column("bug", sa.Integer, nullable=False),
        _text("section"),
        sa.Column("community", sa.BigInteger, nullable=False),
        sa.Column("member", sa.BigInteger),
        _text("member_name"),
        _text("verdict"),
        _timestamp("corrected_at", needed=True),
        _boolean("overrides_tags"),
        _boolean("in_force"),
        _boolean("undone"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_correction_bug", "bug", "section"),
        sa.Index("ix_correction_member", "community", "member", "corrected_at"),
    )
    # without a section: the tags came before any prediction, so none on this bug can be evaluated by them
    sa.Table(
        "prediction",
        metadata,
        _key("bug", sa.Integer),
        _text("section", default=None),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("confident_sections", sa.JSON, nullable=False),
        _timestamp("predicted_at"),
        _timestamp("model_trained_at"),
        _timestamp("evaluated_at"),
        _boolean("confirmed"),
        _number("confident_correct"),
        _number("confident_wrong"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )


def _pending(name: str, column: str) -> sa.Index:
    """Mark the few incidents whose comments or history are still to be fetched, as the queries look for them."""
    pending = sa.text(f"{column} IS NULL OR {column} < changed")
    return sa.Index(name, "bug", sqlite_where=pending, postgresql_where=pending)


def _lives(metadata: sa.MetaData) -> None:
    """Add the tables of what happened within an incident, beside its comments."""
    sa.Table(
        "bug_change",
        metadata,
        _key("bug", sa.Integer),
        # its place in the history, in which two changes of one second keep the server's order
        _key("position", sa.Integer),
        _timestamp("time", needed=True),
        _text("who"),
        _text("who_domain"),
        _text("field"),
        _text("removed"),
        _text("added"),
        # whom a change of the assignee or of a flag names
        _text("person", default=None),
        _text("person_domain"),
        _text("removed_person", default=None),
        _text("removed_person_domain"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    # earlier texts of comments, oldest first; the newest one is in the comment itself
    sa.Table(
        "comment_version",
        metadata,
        _id(),
        sa.Column("bug", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        _timestamp("read_at"),
        # null: an edit only took text away, which is not to be read here either
        _text("text", default=None),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_comment_version_bug", "bug", "number"),
    )
    # see `storage/values/life_events.py`; these events are delivered nowhere, so they are not in the table of events
    sa.Table(
        "life_event",
        metadata,
        _id(),
        sa.Column("bug", sa.Integer, nullable=False),
        _text("kind"),
        _text("reference"),
        _timestamp("happened", needed=True),
        _text("detail"),
        _boolean("ambiguous"),
        _timestamp("recorded_at", needed=True),
        sa.UniqueConstraint("bug", "kind", "reference"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    # a life is still to be looked through while it was stored more often than that was completed
    sa.Table(
        "life_event_progress",
        metadata,
        _key("bug", sa.Integer),
        _number("requested"),
        _number("completed"),
        _timestamp("recorded_until"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )


def _incident_owners(metadata: sa.MetaData) -> None:
    """Describe by which CA owners an incident is found; the columns of the incident say the same."""
    sa.Table(
        "incident_owner",
        metadata,
        _key("bug", sa.Integer),
        _key("owner", sa.Text),
        # about: the incident's `ca`; also about: the title names it too; successor: it has taken over one of these
        _text("relation"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_incident_owner_owner", "owner", "relation", "bug"),
        sqlite_with_rowid=False,
    )


def _title_words(metadata: sa.MetaData) -> None:
    """Describe the words of the titles of incidents, for suggestions while somebody types."""
    # by code points: the words that begin with the typed letters are one range of the index
    word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    sa.Table(
        "title_word",
        metadata,
        _key("bug", sa.Integer),
        _key("word", word),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_title_word_word", "word", "bug"),
        sqlite_with_rowid=False,
    )


def _member_sections(metadata: sa.MetaData) -> None:
    """Add the tables of custom sections: proposals, labels, votes, history and text matches."""
    state = sa.Column("state", sa.Text, nullable=False)
    sa.Table(
        "section",
        metadata,
        _id(),
        sa.Column("community", sa.BigInteger, nullable=False),
        _text("key"),
        _text("title"),
        _text("description"),
        state,
        sa.Column("proposer", sa.BigInteger),
        _text("proposer_name"),
        _timestamp("proposed_at", needed=True),
        _timestamp("decide_by"),
        _timestamp("decided_at"),
        _text("outcome"),
        sa.Column("channel", sa.BigInteger),
        sa.Column("message", sa.BigInteger),
        _boolean("operator_approved"),
        sa.Column("merged_into", sa.BigInteger),
        # a backfill is pending while more were requested than completed; `backfill_done` counts processed incidents
        _number("backfill_requested"),
        _number("backfill_completed"),
        _number("backfill_done"),
        _number("backfill_total"),
        _only_one_open(state),
    )
    sa.Table(
        "section_label",
        metadata,
        _key("section", sa.BigInteger),
        _key("bug", sa.Integer),
        _boolean("belongs"),
        sa.Column("member", sa.BigInteger),
        _timestamp("labelled_at", needed=True),
        # similarity to the section when it was shown for labelling; null: a member named it unsolicited
        sa.Column("score", sa.Float),
        _of_section(),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "section_text_match",
        metadata,
        _key("section", sa.BigInteger),
        _key("bug", sa.Integer),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        _of_section(),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "vote",
        metadata,
        _key("section", sa.BigInteger),
        _key("member", sa.BigInteger),
        _boolean("in_favour"),
        _timestamp("cast_at", needed=True),
        _of_section(),
    )
    sa.Table(
        "section_change",
        metadata,
        _id(),
        sa.Column("section", sa.BigInteger, nullable=False),
        _text("kind"),
        _text("old_value"),
        _text("new_value"),
        sa.Column("member", sa.BigInteger),
        _text("member_name"),
        _timestamp("changed_at", needed=True),
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
        _timestamp("posted"),
        sa.Column("number", sa.Integer),
        _text("message_id"),
        _text("body", default=None),
        _text("thread"),
        sa.Column("bugs", sa.JSON, nullable=False),
        sa.Column("cas", sa.JSON, nullable=False),
        # wanted: its page is still to be read; read; absent: the archive has no message of that number
        _text("state", default="wanted"),
        _boolean("backlog"),
        _number("attempts"),
        _timestamp("seen", needed=True),
        sa.Index("ix_message_state", "list", "state", "number"),
    )


def _outbox(metadata: sa.MetaData) -> None:
    """Add the tables of events, routes and deliveries; ids of channels and communities are Discord's."""
    sa.Table(
        "event",
        metadata,
        _id(),
        sa.Column("key", sa.Text, nullable=False),
        _text("kind"),
        _timestamp("happened", needed=True),
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
        _id(),
        sa.Column("community", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("created_by", sa.BigInteger, nullable=False),
        _timestamp("created", needed=True),
        _text("error"),
        sa.UniqueConstraint("channel"),
    )
    sa.Table(
        "delivery",
        metadata,
        _id(),
        sa.Column("event", sa.BigInteger, nullable=False),
        sa.Column("channel", sa.BigInteger, nullable=False),
        # stays where the channel watches no longer: what was posted is still edited
        sa.Column("community", sa.BigInteger, nullable=False, server_default="0"),
        _text("state", default="pending"),
        sa.Column("message", sa.BigInteger),
        _timestamp("attempted_at"),
        _number("stale"),
        # of the last attempt that failed, "" if none did
        _text("reason"),
        # a hash of the message as it was sent or last edited: a change that does not show needs no edit
        _text("shown"),
        _number("attempts"),
        _timestamp("next_at"),
        _boolean("editable", default=True),
        _timestamp("created", needed=True),
        _timestamp("sent"),
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
        _key("channel", sa.BigInteger),
        sa.Column("queue", sa.Text, primary_key=True, server_default="alerts"),
        _timestamp("lease_until"),
        _text("holder"),
        _timestamp("next_at"),
        _number("failures"),
    )
    # Messages that commands answered with, and the bugs that they show: edited if one of these becomes restricted.
    sa.Table(
        "posted_answer",
        metadata,
        _key("message", sa.BigInteger),
        sa.Column("channel", sa.BigInteger, nullable=False),
        _timestamp("posted_at", needed=True),
        _boolean("withdrawn"),
        _text("reason"),
        _number("attempts"),
        _timestamp("next_at"),
        sa.Index("ix_posted_answer_posted_at", "posted_at"),
    )
    sa.Table(
        "posted_answer_bug",
        metadata,
        _key("message", sa.BigInteger),
        _key("bug", sa.Integer),
        # the answer quotes text of the bug that has been changed or hidden since
        _boolean("outdated"),
        sa.ForeignKeyConstraint(["message"], ["posted_answer.message"], ondelete="CASCADE"),
        sa.Index("ix_posted_answer_bug_bug", "bug"),
        sa.Index(
            "ix_posted_answer_bug_outdated",
            "message",
            sqlite_where=sa.text("outdated = 1"),
            postgresql_where=sa.text("outdated"),
        ),
    )


def _settings(metadata: sa.MetaData) -> None:
    sa.Table("setting", metadata, _key("name", sa.Text), _text("value"))
    sa.Table("button_state", metadata, _key("id", sa.Text), _text("state"), _timestamp("saved_at", needed=True))
    sa.Table(
        "model",
        metadata,
        _key("name", sa.Text),
        sa.Column("data", sa.LargeBinary, nullable=False),
        _text("training_fingerprint"),
        _timestamp("trained_at", needed=True),
    )


def _key(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True)


def _text(name: str, *, default: str | None = "") -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=default is None, server_default=default)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def _json_list(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON, nullable=False, server_default="[]")


def _timestamp(name: str, *, needed: bool = False) -> sa.Column[Any]:
    return sa.Column(name, UtcTime, nullable=not needed)


def _boolean(name: str, *, default: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.true() if default else sa.false())
