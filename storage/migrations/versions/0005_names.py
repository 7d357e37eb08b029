"""Tables and columns get the names that the code uses for them; no row changes.

SQLite cannot rename a constraint: there the constraints of the renamed tables keep their former names.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = {
    "problem": "error_log",
    "guess": "prediction",
    "section_example": "section_label",
    "section_held": "section_text_match",
    "question": "button_state",
}

# by the new name of the table: (old column, new column)
COLUMNS = {
    "source": [
        ("first_asked", "baseline_at"),
        ("filled", "initial_sync_done"),
        ("last_good", "last_success_at"),
        ("ordered", "server_requested_wait"),
        ("modified", "last_modified"),
        ("yielded", "last_item_count"),
        ("missed", "missed_changes"),
    ],
    "error_log": [("sentence", "message")],
    "incident": [("standing", "visibility")],
    "assignment": [("words", "reasons"), ("sure", "confident")],
    "correction": [("made_at", "corrected_at"), ("over_tags", "overrides_tags"), ("holds", "in_force")],
    "prediction": [
        ("sure", "confident_sections"),
        ("guessed_at", "predicted_at"),
        ("model", "model_trained_at"),
        ("judged_at", "evaluated_at"),
        ("sure_right", "confident_correct"),
        ("sure_wrong", "confident_wrong"),
    ],
    "section": [
        ("vouched", "operator_approved"),
        ("asked", "backfill_requested"),
        ("answered", "backfill_completed"),
        ("done", "backfill_done"),
        ("total", "backfill_total"),
    ],
    "section_label": [("said_at", "labelled_at")],
    "section_text_match": [("words", "reasons")],
    "section_change": [
        ("what", "kind"),
        ("was", "old_value"),
        ("became", "new_value"),
        ("made_at", "changed_at"),
    ],
    "message": [("tries", "attempts")],
    "route": [("disabled", "error")],
    "delivery": [("tried", "attempted_at")],
    "button_state": [("words", "state"), ("asked", "saved_at")],
    "model": [("learned_from", "training_fingerprint"), ("learned", "trained_at")],
}


def upgrade() -> None:
    """Apply this step."""
    for old, new in TABLES.items():
        op.rename_table(old, new)
        _rename_derived_names(new, old, new)
    for table, columns in COLUMNS.items():
        for old, new in columns:
            op.alter_column(table, old, new_column_name=new)


def downgrade() -> None:
    """Take this step back."""
    for table, columns in COLUMNS.items():
        for old, new in columns:
            op.alter_column(table, new, new_column_name=old)
    for old, new in TABLES.items():
        op.rename_table(new, old)
        _rename_derived_names(old, new, old)


def _rename_derived_names(table: str, old: str, new: str) -> None:
    """Rename the constraints of a renamed table, and the sequence of its ids, whose names contain the table's."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    inspector = sa.inspect(connection)
    names = [inspector.get_pk_constraint(table)["name"], *(key["name"] for key in inspector.get_foreign_keys(table))]
    for name in names:
        if name is not None:
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {name} TO {_renamed(name, old, new)}")
    if inspector.has_sequence(f"{old}_id_seq"):
        op.execute(f"ALTER SEQUENCE {old}_id_seq RENAME TO {new}_id_seq")


def _renamed(name: str, old: str, new: str) -> str:
    """Return the name of a constraint ("pk_guess", "fk_guess_bug_incident") with the table's new name in it."""
    kind, _, rest = name.partition("_")
    return f"{kind}_{new}{rest.removeprefix(old)}"
