"""Accepted events, as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from storage.repositories.rows import by, insert, many, one
from storage.tables import inbox


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An event: ``state`` is ``new``, ``done`` or ``dead`` (then ``incident`` and ``error`` say why)."""

    id: int
    platform: str
    event_id: str
    payload: str
    received_at: datetime
    state: str = "new"
    incident: str | None = None
    error: str | None = None


NEW = (
    insert(inbox).on_conflict_do_nothing(index_elements=["platform", "event_id"]).returning(inbox.c.platform, inbox.c.event_id, inbox.c.id)
)
DONE = update(inbox).where(inbox.c.id == bindparam("row")).values(state="done", incident=None, error=None)


class InboxRows:
    """The inbox table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def accept(self, rows: Sequence[dict[str, object]]) -> dict[tuple[str, str], int]:
        """Insert events that are not known yet; (platform, event_id) → id of the new ones."""
        if not rows:
            return {}
        found = self._db.execute(NEW, [{**row, "state": "new"} for row in rows])
        return {(row.platform, row.event_id): row.id for row in found}

    def get(self, row_id: int) -> InboxRow | None:
        return one(InboxRow, self._db.execute(by(inbox, "id"), {"id": row_id}).first())

    def done(self, row_id: int) -> None:
        self._db.execute(DONE, {"row": row_id})

    def dead(self, row_id: int, incident: str, error: str) -> None:
        """It could not be handled; it stays, with the reason."""
        self._db.execute(update(inbox).where(inbox.c.id == row_id).values(state="dead", incident=incident, error=error))

    def revive(self, row_id: int) -> bool:
        """Take a dead event up again; whether it was dead."""
        return self._db.execute(update(inbox).where(inbox.c.id == row_id, inbox.c.state == "dead").values(state="new")).rowcount == 1

    def dead_ones(self, limit: int = 50) -> list[InboxRow]:
        return many(InboxRow, self._db.execute(select(inbox).where(inbox.c.state == "dead").order_by(inbox.c.id).limit(limit)))

    def counts(self) -> dict[str, int]:
        """Events by state."""
        return {row.state: row.n for row in self._db.execute(select(inbox.c.state, func.count().label("n")).group_by(inbox.c.state))}
