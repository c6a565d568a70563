"""A table of one noun, for those that need no questions of their own."""

from collections.abc import Collection, Iterator
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, and_, delete, select

from storage.repositories.rows import by, many, one, save

T = TypeVar("T")
FETCH = 500


class Shelf(Generic[T]):
    """Nouns of class ``noun`` in ``table``, whose columns carry the names of the fields."""

    def __init__(self, connection: Connection, noun: type[T], table: Table) -> None:
        self._db = connection
        self._noun = noun
        self._table = table
        self._key = [column.name for column in table.primary_key.columns]

    def save(self, item: T) -> None:
        save(self._db, self._table, item)

    def get(self, *key: object) -> T | None:
        """The one with this primary key."""
        return one(self._noun, self._db.execute(by(self._table, *self._key), dict(zip(self._key, key, strict=True))).first())

    def among(self, column: str, values: Collection[Any]) -> list[T]:
        """Those whose ``column`` is one of ``values``, in the order of the primary key."""
        if not values:
            return []
        query = select(self._table).where(self._table.c[column].in_(list(values))).order_by(*self._table.primary_key.columns)
        return many(self._noun, self._db.execute(query))

    def each(self) -> Iterator[T]:
        """All of them, a few at a time."""
        rows = self._db.execution_options(yield_per=FETCH).execute(select(self._table).order_by(*self._table.primary_key.columns))
        for row in rows:
            yield self._noun(**row._mapping)

    def remove(self, *key: object) -> None:
        """Take one away; IntegrityError when something still points to it."""
        where = and_(*(self._table.c[name] == value for name, value in zip(self._key, key, strict=True)))
        self._db.execute(delete(self._table).where(where))
