"""Bringing a database to the tables of this version."""

from sqlalchemy import Connection, inspect, text

from bot.domain.errors import StorageError

HEAD = "0015"


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; None for an empty one."""
    # Asked by hand: alembic costs a third of a second to import, and most starts have nothing to upgrade.
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction. A database at HEAD costs two queries.

    Raises StorageError for a database that a newer version has written.
    """
    found = revision_of(connection)
    if found == HEAD:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(f"数据库是更新的版本写的（{found}），这个版本读不了；请升级 genjin，或从备份恢复") from error
