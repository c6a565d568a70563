"""How rows and frozen dataclasses turn into one another: columns and fields carry the same names."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table
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


def save(connection: Connection, table: Table, item: Any) -> None:  # noqa: ANN401
    """Insert a dataclass, or overwrite the row that has its id."""
    new = insert(table).values(values(item))
    rest = {c.name: new.excluded[c.name] for c in table.columns if not c.primary_key}
    connection.execute(new.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest))


def like(fragment: str) -> str:
    """A LIKE pattern for text that contains ``fragment``, its own wildcards taken literally (escape ``\\``)."""
    escaped = fragment.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
