"""Alembic's entry: on the connection of the running service, or on the address of alembic.ini for people who write migrations."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, create_engine

from storage.tables import metadata
from storage.types import Fen, Instalments, Shares, Texts, Utc, Word

PLAIN = {
    Utc: "sa.DateTime(timezone=True)",
    Texts: "sa.JSON()",
    Word: "sa.String(length=32)",
    Fen: "sa.BigInteger()",
    Instalments: "sa.JSON()",
    Shares: "sa.JSON()",
}


def bare(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Migrations name the database's own types, so that a later change of ours does not change history."""
    return PLAIN.get(type(item), False) if kind == "type" else False


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True, render_item=bare)
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with create_engine(str(context.config.get_main_option("sqlalchemy.url"))).begin() as connection:
        run(connection)
