"""The tables of custom sections: proposals, labels, votes, history and text matches."""

from typing import Any

import sqlalchemy as sa

from storage.schema.columns import boolean, id_column, key, number, text, timestamp


def add_section_tables(metadata: sa.MetaData) -> None:
    """Add the tables of custom sections: proposals, labels, votes, history and text matches."""
    state = sa.Column("state", sa.Text, nullable=False)
    sa.Table(
        "section",
        metadata,
        id_column(),
        sa.Column("community", sa.BigInteger, nullable=False),
        text("key"),
        text("title"),
        text("description"),
        state,
        sa.Column("proposer", sa.BigInteger),
        text("proposer_name"),
        timestamp("proposed_at", needed=True),
        timestamp("decide_by"),
        timestamp("decided_at"),
        text("outcome"),
        sa.Column("channel", sa.BigInteger),
        sa.Column("message", sa.BigInteger),
        boolean("operator_approved"),
        sa.Column("merged_into", sa.BigInteger),
        # a backfill is pending while more were requested than completed; `backfill_done` counts processed incidents
        number("backfill_requested"),
        number("backfill_completed"),
        number("backfill_done"),
        number("backfill_total"),
        _only_one_open(state),
    )
    sa.Table(
        "section_label",
        metadata,
        key("section", sa.BigInteger),
        key("bug", sa.Integer),
        boolean("belongs"),
        sa.Column("member", sa.BigInteger),
        timestamp("labelled_at", needed=True),
        # similarity to the section when it was shown for labelling; null: a member named it unsolicited
        sa.Column("score", sa.Float),
        _of_section(),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "section_text_match",
        metadata,
        key("section", sa.BigInteger),
        key("bug", sa.Integer),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
        _of_section(),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], ondelete="CASCADE"),
    )
    sa.Table(
        "vote",
        metadata,
        key("section", sa.BigInteger),
        key("member", sa.BigInteger),
        boolean("in_favour"),
        timestamp("cast_at", needed=True),
        _of_section(),
    )
    sa.Table(
        "section_change",
        metadata,
        id_column(),
        sa.Column("section", sa.BigInteger, nullable=False),
        text("kind"),
        text("old_value"),
        text("new_value"),
        sa.Column("member", sa.BigInteger),
        text("member_name"),
        timestamp("changed_at", needed=True),
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
