"""What Alembic runs: on the connection that it is given, within the transaction that is open there."""

from alembic import context

from storage.schema import build_tables

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=build_tables(), render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
