"""The first tables: sources, incidents, comments, messages, events, routes and deliveries."""

import sqlalchemy as sa
from alembic import op

from storage.schema import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "channel",
        sa.Column("channel", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lease_until", UtcTime(), nullable=True),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("happened", UtcTime(), nullable=False),
        sa.Column("bug", sa.Integer(), nullable=True),
        sa.Column("list", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("bugs", sa.JSON(), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("key", name=op.f("uq_event_key")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index("ix_event_bug", ["bug"], unique=False)

    op.create_table(
        "incident",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("summary", sa.Text(), server_default="", nullable=False),
        sa.Column("whiteboard", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("resolution", sa.Text(), server_default="", nullable=False),
        sa.Column("is_open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("changed", UtcTime(), nullable=False),
        sa.Column("closed", UtcTime(), nullable=True),
        sa.Column("creator", sa.Text(), server_default="", nullable=False),
        sa.Column("creator_domain", sa.Text(), server_default="", nullable=False),
        sa.Column("assignee", sa.Text(), server_default="", nullable=False),
        sa.Column("assignee_domain", sa.Text(), server_default="", nullable=False),
        sa.Column("comment_count", sa.Integer(), nullable=True),
        sa.Column("links", sa.JSON(), nullable=False),
        sa.Column("ca", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("next_update", sa.Date(), nullable=True),
        sa.Column("close_on", sa.Date(), nullable=True),
        sa.Column("ccadb_id", sa.Text(), nullable=True),
        sa.Column("report", sa.Integer(), nullable=True),
        sa.Column("standing", sa.Text(), server_default="here", nullable=False),
        sa.Column("comments", sa.Integer(), server_default="0", nullable=False),
        sa.Column("comments_as_of", UtcTime(), nullable=True),
        sa.Column("classified", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("bug", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index("ix_incident_ca", ["ca", "created", "bug"], unique=False)
        batch_op.create_index("ix_incident_newest", ["standing", "created", "bug"], unique=False)

    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), server_default="", nullable=False),
        sa.Column("token", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "message",
        sa.Column("list", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("posted", UtcTime(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("thread", sa.Text(), server_default="", nullable=False),
        sa.Column("bugs", sa.JSON(), nullable=False),
        sa.Column("cas", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), server_default="wanted", nullable=False),
        sa.Column("backlog", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("list", "key", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_state", ["list", "state", "number"], unique=False)

    op.create_table(
        "model",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("learned_from", sa.Text(), server_default="", nullable=False),
        sa.Column("learned", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_model")),
    )
    op.create_table(
        "problem",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("happened", UtcTime(), nullable=False),
        sa.Column("sentence", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    op.create_table(
        "question",
        sa.Column("id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("asked", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_table(
        "route",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("community", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("disabled", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route")),
        sa.UniqueConstraint("channel", name=op.f("uq_route_channel")),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "source",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("first_asked", UtcTime(), nullable=True),
        sa.Column("filled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("cursor", UtcTime(), nullable=True),
        sa.Column("last_good", UtcTime(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("error_since", UtcTime(), nullable=True),
        sa.Column("not_before", UtcTime(), nullable=True),
        sa.Column("ordered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("modified", sa.Text(), server_default="", nullable=False),
        sa.Column("yielded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("polls_since_sweep", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source")),
    )
    op.create_table(
        "assignment",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("sure", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], name=op.f("fk_assignment_bug_incident"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bug", "section", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_section", ["section", "bug"], unique=False)

    op.create_table(
        "comment",
        sa.Column("bug", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), server_default="", nullable=False),
        sa.Column("author_domain", sa.Text(), server_default="", nullable=False),
        sa.Column("posted", UtcTime(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["bug"], ["incident.bug"], name=op.f("fk_comment_bug_incident"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bug", "number", name=op.f("pk_comment")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.Column("tried", UtcTime(), nullable=True),
        sa.Column("stale", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created", UtcTime(), nullable=False),
        sa.Column("sent", UtcTime(), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["event.id"], name=op.f("fk_delivery_event_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("event", "channel", name=op.f("uq_delivery_event")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_due", ["state", "channel", "id"], unique=False)


def downgrade() -> None:
    """Take this step back."""
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_due")

    op.drop_table("delivery")
    op.drop_table("comment")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_section")

    op.drop_table("assignment")
    op.drop_table("source")
    op.drop_table("setting")
    op.drop_table("route")
    op.drop_table("question")
    op.drop_table("problem")
    op.drop_table("model")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_state")

    op.drop_table("message")
    op.drop_table("lease")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_newest")
        batch_op.drop_index("ix_incident_ca")

    op.drop_table("incident")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index("ix_event_bug")

    op.drop_table("event")
    op.drop_table("channel")
