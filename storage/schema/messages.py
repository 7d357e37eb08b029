"""The tables of list messages, and of what the program keeps by name."""

import sqlalchemy as sa

from storage.schema.columns import boolean, key, number, text, timestamp


def add_message_tables(metadata: sa.MetaData) -> None:
    """Add the table of the mails of lists."""
    sa.Table(
        "message",
        metadata,
        key("list", sa.Text),
        key("key", sa.Text),
        text("url"),
        text("subject"),
        text("author"),
        timestamp("posted"),
        sa.Column("number", sa.Integer),
        text("message_id"),
        text("body", default=None),
        text("thread"),
        sa.Column("bugs", sa.JSON, nullable=False),
        sa.Column("cas", sa.JSON, nullable=False),
        # wanted: its page is still to be read; read; absent: the archive has no message of that number
        text("state", default="wanted"),
        boolean("backlog"),
        number("attempts"),
        timestamp("seen", needed=True),
        sa.Index("ix_message_state", "list", "state", "number"),
    )


def add_setting_tables(metadata: sa.MetaData) -> None:
    """Add the tables of settings, of buttons' states and of trained models."""
    sa.Table("setting", metadata, key("name", sa.Text), text("value"))
    sa.Table("button_state", metadata, key("id", sa.Text), text("state"), timestamp("saved_at", needed=True))
    sa.Table(
        "model",
        metadata,
        key("name", sa.Text),
        sa.Column("data", sa.LargeBinary, nullable=False),
        text("training_fingerprint"),
        timestamp("trained_at", needed=True),
    )
