"""What Alembic runs for each command: the revisions, on the connection it was given."""

from alembic import context

from adapters.sql.migrations import belongs_to
from adapters.sql.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    include_object=belongs_to(connection.dialect.name),
    # MariaDB notes for every table that it does not care how a primary key is called.
    version_table_pk=connection.dialect.name not in ("mysql", "mariadb"),
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
