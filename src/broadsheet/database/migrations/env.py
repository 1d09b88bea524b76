"""Alembic's entry: runs the migrations inside the transaction that `migration.migrate` hands over."""

from alembic import context

from broadsheet.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
