"""Run by Alembic: applies the migrations on the given connection, within its open transaction."""

from alembic import context

from storage.schema import build_tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=build_tables(), render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
