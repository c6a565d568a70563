"""Bringing a database to the tables of this version."""

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

HEAD = "0001"


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction. A database at HEAD costs one query."""
    if revision_of(connection) == HEAD:
        return
    from alembic import command

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
