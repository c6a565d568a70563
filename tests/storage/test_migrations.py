"""Migrations build the tables that storage/tables.py describes, keep what is there, and cost nothing the second time."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event

from storage.migrations import HEAD, revision_of, upgrade
from storage.store import Store
from storage.tables import metadata
from tests.storage.samples import a_customer


@contextmanager
def file_at(path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def schema(connection: Connection) -> dict[str, set[str]]:
    """What the database itself says: for each table or index its statement, cut into parts that may stand in any order."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'")
    return {name: _parts(_plain(sql)) for name, sql in rows}


def _parts(sql: str) -> set[str]:
    head, body = sql.split("(", 1)
    body, tail = body.rsplit(")", 1)
    return {head.strip(), tail.strip()} | {part.strip() for part in re.split(r",(?![^(]*\))|\n", body) if part.strip()}


def _plain(sql: str) -> str:
    # Alembic puts a default in brackets, SQLAlchemy does not; a table that a migration has changed stands in quotes.
    sql = re.sub(r'CREATE TABLE "(\w+)"', r"CREATE TABLE \1", sql)
    return re.sub(r"DEFAULT \((.+?)\)", r"DEFAULT \1", re.sub(r"[ \t]+", " ", sql))


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    with file_at(tmp_path / "genjin.db") as connection:
        upgrade(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_partial_indexes_and_constraints_agree_too(tmp_path: Path) -> None:
    with file_at(tmp_path / "migrated.db") as migrated, file_at(tmp_path / "modelled.db") as modelled:
        upgrade(migrated)
        metadata.create_all(modelled)
        assert schema(migrated) == schema(modelled)


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_an_upgraded_database_is_at_head_and_an_empty_one_nowhere(tmp_path: Path) -> None:
    with file_at(tmp_path / "genjin.db") as connection:
        assert revision_of(connection) is None
        upgrade(connection)
        assert revision_of(connection) == HEAD


def test_upgrading_twice_changes_nothing(tmp_path: Path) -> None:
    with file_at(tmp_path / "genjin.db") as connection:
        upgrade(connection)
        before = schema(connection)
        statements: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        upgrade(connection)
        assert not [statement for statement in statements if not statement.lstrip().upper().startswith(("SELECT", "PRAGMA"))]
        assert schema(connection) == before


def test_upgrading_keeps_what_is_there(database: Path) -> None:
    for _ in range(2):
        store = Store(f"sqlite:///{database}")
        store.write_now(lambda tx: upgrade(tx.connection))
        store.write_now(lambda tx: tx.customers.save(a_customer()))
        store.close()
    again = Store(f"sqlite:///{database}")
    assert again.read_now(lambda reader: reader.customers.all()) == [a_customer()]
    again.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'genjin.db'}")
    store.write_now(lambda tx: tx.connection.exec_driver_sql("CREATE TABLE outbox (mine INTEGER)"))
    assert store.submit(lambda tx: upgrade(tx.connection)).exception()
    names = store.read_now(lambda reader: reader.connection.exec_driver_sql("SELECT name FROM sqlite_master").scalars().all())
    assert names == ["outbox"]
    store.close()
