"""The tables of incidents, and of what they are searched by."""

import sqlalchemy as sa

from storage.schema.columns import boolean, id_column, json_list, key, number, text, timestamp


def add_incident_tables(metadata: sa.MetaData) -> None:
    """Add the tables."""
    _add_incidents(metadata)
    _add_sections_of_incidents(metadata)
    _add_owners(metadata)
    _add_title_words(metadata)


def _add_incidents(metadata: sa.MetaData) -> None:
    sa.Table(
        "incident",
        metadata,
        key("bug", sa.Integer),
        text("summary"),
        text("whiteboard"),
        text("status"),
        text("resolution"),
        boolean("is_open"),
        timestamp("created", needed=True),
        timestamp("changed", needed=True),
        timestamp("closed"),
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
        text("visibility", default="here"),
        text("not_incident", default=None),
        text("reporter_role", default=None),
        text("report_text"),
        text("excerpt"),
        sa.Column("excerpt_comment", sa.Integer),
        json_list("references"),
        json_list("linked"),
        json_list("also_about"),
        json_list("successors"),
        number("comments"),
        timestamp("comments_as_of"),
        timestamp("comments_checked_at"),
        boolean("classified"),
        json_list("flags"),
        # the bug's own time of change when its history was read
        timestamp("history_as_of"),
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
        key("bug", sa.Integer),
        key("number", sa.Integer),
        sa.Column("id", sa.BigInteger, nullable=False),
        text("author"),
        text("author_domain"),
        timestamp("posted", needed=True),
        text("text"),
        # when this text was first read, on the server's clock
        timestamp("read_at"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )


def _add_sections_of_incidents(metadata: sa.MetaData) -> None:
    """Describe in which sections an incident is, who has corrected that, and what was predicted of it."""
    sa.Table(
        "assignment",
        metadata,
        key("bug", sa.Integer),
        key("section", sa.Text),
        text("by"),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        boolean("confident"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_assignment_section", "section", "bug"),
    )
    # later corrections do not replace rows; for a bug and section at most one of each community is in force
    sa.Table(
        "correction",
        metadata,
        id_column(),
        sa.Column("bug", sa.Integer, nullable=False),
        text("section"),
        sa.Column("community", sa.BigInteger, nullable=False),
        sa.Column("member", sa.BigInteger),
        text("member_name"),
        text("verdict"),
        timestamp("corrected_at", needed=True),
        boolean("overrides_tags"),
        boolean("in_force"),
        boolean("undone"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_correction_bug", "bug", "section"),
        sa.Index("ix_correction_member", "community", "member", "corrected_at"),
    )
    # without a section: the tags came before any prediction, so none on this bug can be evaluated by them
    sa.Table(
        "prediction",
        metadata,
        key("bug", sa.Integer),
        text("section", default=None),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("confident_sections", sa.JSON, nullable=False),
        timestamp("predicted_at"),
        timestamp("model_trained_at"),
        timestamp("evaluated_at"),
        boolean("confirmed"),
        number("confident_correct"),
        number("confident_wrong"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )


def _add_owners(metadata: sa.MetaData) -> None:
    """Describe by which CA owners an incident is found; the columns of the incident say the same."""
    sa.Table(
        "incident_owner",
        metadata,
        key("bug", sa.Integer),
        key("owner", sa.Text),
        # about: the incident's `ca`; also about: the title names it too; successor: it has taken over one of these
        text("relation"),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_incident_owner_owner", "owner", "relation", "bug"),
        sqlite_with_rowid=False,
    )


def _add_title_words(metadata: sa.MetaData) -> None:
    """Describe the words of the titles of incidents, for suggestions while somebody types."""
    # by code points: the words that begin with the typed letters are one range of the index
    word = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    sa.Table(
        "title_word",
        metadata,
        key("bug", sa.Integer),
        key("word", word),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
        sa.Index("ix_title_word_word", "word", "bug"),
        sqlite_with_rowid=False,
    )


def _pending(name: str, column: str) -> sa.Index:
    """Mark the few incidents whose comments or history are still to be fetched, as the queries look for them."""
    pending = sa.text(f"{column} IS NULL OR {column} < changed")
    return sa.Index(name, "bug", sqlite_where=pending, postgresql_where=pending)
