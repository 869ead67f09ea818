"""Run by Alembic, from app.db.migrate only: the connection and its transaction are given."""

from alembic import context

from app.db import tables as _tables  # noqa: F401  # fills the metadata
from app.db.base import Base

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Use 'python -m app.db upgrade'; migrations need a connection from there.")
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
