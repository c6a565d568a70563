"""Imports: their batches, what every row was before, and the names that a running service must read again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from bot.domain.values import CustomerId
from storage.repositories.rows import by, many, one
from storage.tables import import_batch, import_row, name_change


@dataclass(frozen=True, slots=True)
class Batch:
    """One import: ``state`` is ``writing``, ``done``, ``reverting`` or ``reverted``; ``by`` is who started it."""

    id: int
    kind: str
    file: str
    sha256: str
    by: str
    state: str
    started_at: datetime
    finished_at: datetime | None = None
    created: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What a line did: ``state`` is ``written``, ``reverted`` or ``kept`` (changed since, so not taken back)."""

    id: int
    batch_id: int
    line: int
    subject: str
    label: str
    old: Any
    print: str
    state: str = "written"


class Batches:
    """The tables of imports."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def open(self, kind: str, file: str, sha256: str, by: str, at: datetime) -> Batch:
        """Begin a batch."""
        row = {"kind": kind, "file": file, "sha256": sha256, "by": by, "state": "writing", "started_at": at, "created": 0, "updated": 0}
        (number,) = self._db.execute(import_batch.insert().values(row).returning(import_batch.c.id)).one()
        return Batch(id=number, **row)  # type: ignore[arg-type]

    def get(self, number: int) -> Batch | None:
        return one(Batch, self._db.execute(by(import_batch, "id"), {"id": number}).first())

    def newest(self, limit: int = 20) -> list[Batch]:
        return many(Batch, self._db.execute(select(import_batch).order_by(import_batch.c.id.desc()).limit(limit)))

    def of_file(self, kind: str, sha256: str) -> Batch | None:
        """The newest import of exactly this file."""
        query = by(import_batch, "kind", "sha256").order_by(import_batch.c.id.desc()).limit(1)
        return one(Batch, self._db.execute(query, {"kind": kind, "sha256": sha256}).first())

    def change(self, number: int, **new: object) -> None:
        self._db.execute(update(import_batch).where(import_batch.c.id == number).values(new))

    def counted(self, number: int, created: int, updated: int) -> None:
        """So many more rows are written."""
        new = {"created": import_batch.c.created + created, "updated": import_batch.c.updated + updated}
        self._db.execute(update(import_batch).where(import_batch.c.id == number).values(new))

    def note(self, rows: Sequence[dict[str, object]]) -> None:
        """Journal what was written."""
        if rows:
            self._db.execute(insert(import_row), [{**row, "state": "written"} for row in rows])

    def wrote(self, number: int, subject: str) -> bool:
        """Whether this import wrote this noun, and did not take it back."""
        query = select(import_row.c.id).where(import_row.c.batch_id == number, import_row.c.subject == subject)
        return self._db.execute(query.where(import_row.c.state == "written").limit(1)).first() is not None

    def written(self, number: int, limit: int) -> list[BatchRow]:
        """The rows of a batch that are still to be taken back, the last written first."""
        query = select(import_row).where(import_row.c.batch_id == number, import_row.c.state == "written")
        return many(BatchRow, self._db.execute(query.order_by(import_row.c.id.desc()).limit(limit)))

    def close_rows(self, rows: Collection[int], state: str) -> None:
        if rows:
            self._db.execute(update(import_row).where(import_row.c.id.in_(list(rows))).values(state=state))

    def rows(self, number: int, state: str, limit: int = 50) -> list[BatchRow]:
        """Rows of a batch in a state, in the order they were written."""
        query = select(import_row).where(import_row.c.batch_id == number, import_row.c.state == state)
        return many(BatchRow, self._db.execute(query.order_by(import_row.c.id).limit(limit)))

    def count(self, number: int, state: str) -> int:
        query = select(func.count()).where(import_row.c.batch_id == number, import_row.c.state == state)
        return int(self._db.execute(query).scalar_one())


class NameChanges:
    """What a process that writes customers beside the service leaves for the service to read (bot/names)."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(self, customers: Collection[CustomerId | None]) -> None:
        """These customers, or their contacts, are not what they were; None for all of them, and the colleagues."""
        if customers:
            self._db.execute(insert(name_change), [{"customer_id": customer} for customer in customers])

    def last(self) -> int:
        return int(self._db.execute(select(func.coalesce(func.max(name_change.c.id), 0))).scalar_one())

    def since(self, seen: int, limit: int) -> list[tuple[int, CustomerId | None]]:
        """(number, customer) after ``seen``, oldest first."""
        query = select(name_change).where(name_change.c.id > seen).order_by(name_change.c.id).limit(limit)
        return [(row.id, row.customer_id) for row in self._db.execute(query)]
