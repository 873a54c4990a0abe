"""Run by Alembic: the connection and the names come from `signaling.schema`, there is no ini file."""

from alembic import context

from signaling.database import metadata

config = context.config
context.configure(
    connection=config.attributes["connection"],
    version_table=config.attributes["version_table"],
    target_metadata=metadata,
)
with context.begin_transaction():
    context.run_migrations()
