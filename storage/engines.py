"""Database connections as we need them: SQLite that never loses an acknowledged write."""

from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from bot.domain.errors import StorageError, os_reason

BUSY_MS = 10_000


def database_url(text: str) -> URL:
    """Parse an address and make the folder of an SQLite file. Raises StorageError with what to write instead."""
    url, file = _parsed(text), database_file(text)
    if file:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(f"建不了数据库所在的文件夹 {file.parent}：{os_reason(error)}") from error
    return url


def database_file(text: str) -> Path | None:
    """Where the database of an address is or would be; None for one in memory. Raises StorageError."""
    url = _parsed(text)
    return Path(url.database) if url.database and url.database != ":memory:" else None


def _parsed(text: str) -> URL:
    try:
        url = make_url(text)
    except Exception as error:
        raise StorageError("数据库地址写得不对；例子：sqlite:///data/genjin.db") from error
    if url.get_backend_name() != "sqlite":
        raise StorageError(f"这个版本只支持 SQLite（sqlite:///文件路径），不支持 {url.get_backend_name()}")
    return url


def writer_engine(url: URL) -> Engine:
    """One connection for the writer thread; each transaction takes the write lock at once.

    WAL with synchronous=FULL: a commit is on the disk before anybody is told, and group commit pays for the fsync.
    """
    engine = create_engine(url, poolclass=StaticPool, hide_parameters=True, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        _settings(
            connection, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}", "wal_autocheckpoint=4000"
        )

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # type: ignore[attr-defined]

    return engine


def reader_engine(url: URL, size: int) -> Engine:
    """A pool of connections that cannot write, each transaction on one snapshot."""
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=size, max_overflow=0, hide_parameters=True, connect_args={"check_same_thread": False}
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        _settings(connection, "query_only=ON", f"busy_timeout={BUSY_MS}")

    @event.listens_for(engine, "begin")
    def begin(connection: object) -> None:
        connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]

    return engine


def _settings(connection: DBAPIConnection, *pragmas: str) -> None:
    # The driver must not begin transactions of its own: ours begin where the store says.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in pragmas:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
