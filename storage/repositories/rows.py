"""How rows and frozen dataclasses turn into one another: columns and fields carry the same names."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Select, Table, bindparam, select
from sqlalchemy.dialects import sqlite

T = TypeVar("T")


def insert(table: Table) -> sqlite.Insert:
    """An INSERT that can say ON CONFLICT, which each database spells in its own way."""
    return sqlite.insert(table)


def values(item: Any) -> dict[str, Any]:  # noqa: ANN401
    """A dataclass as column values."""
    return {f.name: getattr(item, f.name) for f in fields(item)}


def one(cls: type[T], row: Row[Any] | None) -> T | None:
    """A row as a dataclass, None for no row."""
    return None if row is None else cls(**row._mapping)


def many(cls: type[T], rows: Iterable[Row[Any]]) -> list[T]:
    """Rows as dataclasses."""
    return [cls(**row._mapping) for row in rows]


@cache
def by(table: Table, *columns: str) -> Select[Any]:
    """``SELECT`` of whole rows by equality of ``columns``, whose values are parameters of the same names.

    Statements are built once: building one costs more than running it.
    """
    return select(table).where(*(table.c[name] == bindparam(name) for name in columns))


def save(connection: Connection, table: Table, item: Any) -> None:  # noqa: ANN401
    """Insert a dataclass, or overwrite the row that has its id."""
    put(connection, table, values(item))


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or overwrite the one that has its primary key."""
    connection.execute(_upsert(table), dict(row))


@cache
def _upsert(table: Table) -> sqlite.Insert:
    new = insert(table)
    rest = {c.name: new.excluded[c.name] for c in table.columns if not c.primary_key}
    return new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)


def like(fragment: str) -> str:
    """A LIKE pattern for text that contains ``fragment``, its own wildcards taken literally (escape ``\\``)."""
    escaped = fragment.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
