"""Runs migrations on the connection that `crm_store.migrate` hands over."""

from alembic import context

from crm_store.db import Base
from crm_store.migrate import import_all_tables

import_all_tables()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    # SQLite cannot alter most things in place; batch mode copies the table.
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
