"""The tables of sources, of problems, and of what processes and tasks report."""

import sqlalchemy as sa

from storage.schema.columns import boolean, id_column, key, number, text, timestamp


def add_source_tables(metadata: sa.MetaData) -> None:
    """Add the tables of sources, the error log, leases and tasks."""
    sa.Table(
        "source",
        metadata,
        key("name", sa.Text),
        timestamp("baseline_at"),
        boolean("initial_sync_done"),
        timestamp("cursor"),
        timestamp("last_success_at"),
        number("failures"),
        text("error"),
        timestamp("error_since"),
        timestamp("not_before"),
        boolean("server_requested_wait"),
        text("etag"),
        text("last_modified"),
        number("last_item_count"),
        number("polls_since_sweep"),
        number("missed_changes"),
        timestamp("oldest_item_at"),
        sa.Column("unreadable", sa.JSON, nullable=False, server_default="[]"),
        text("doubt"),
        timestamp("attempted_at"),
    )
    # bugs that a sweep did not find and that are not withdrawn yet; they stay visible until their case is clear
    sa.Table(
        "missing_bug",
        metadata,
        key("bug", sa.Integer),
        # unknown: still to be asked for by its number; moved; gone: Bugzilla knows no such bug
        text("finding", default="unknown"),
        timestamp("missed_at", needed=True),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "error_log",
        metadata,
        id_column(),
        timestamp("happened", needed=True),
        text("message"),
    )
    sa.Table(
        "lease",
        metadata,
        key("name", sa.Text),
        text("holder"),
        number("token"),
        timestamp("expires", needed=True),
        timestamp("since"),
    )
    # what the process that runs the bot last reported of its long-lived tasks
    sa.Table(
        "task",
        metadata,
        key("name", sa.Text),
        text("holder"),
        boolean("running"),
        text("error"),
        timestamp("since", needed=True),
        timestamp("seen_at", needed=True),
    )
    # those that run the bot or stand by; the digests tell two with different settings apart
    sa.Table(
        "process",
        metadata,
        key("worker", sa.Text),
        text("role"),
        text("token_digest"),
        text("sources_digest"),
        timestamp("seen_at", needed=True),
    )
