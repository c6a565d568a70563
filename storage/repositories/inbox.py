"""Accepted events, as they were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from bot.domain.values import MemberId
from storage.repositories.rows import by, insert, many, one
from storage.tables import inbox


@dataclass(frozen=True, slots=True)
class InboxRow:
    """An event: ``state`` is ``new``, ``done``, ``dead`` (then ``incident`` and ``error`` say why) or ``held`` until a member consents.

    ``answer`` is what was said to it, kept only where a page waits for it.
    """

    id: int
    platform: str
    event_id: str
    payload: str
    received_at: datetime
    state: str = "new"
    incident: str | None = None
    error: str | None = None
    held_for: MemberId | None = None
    answer: str | None = None


NEW = (
    insert(inbox).on_conflict_do_nothing(index_elements=["platform", "event_id"]).returning(inbox.c.platform, inbox.c.event_id, inbox.c.id)
)
DONE = update(inbox).where(inbox.c.id == bindparam("row")).values(state="done", incident=None, error=None, held_for=None)

FORGOTTEN = '{"type":"forgotten"}'
OPEN = inbox.c.state.in_(("new", "held"))
HELD = select(inbox).where(OPEN, inbox.c.state == "held", inbox.c.held_for == bindparam("member")).order_by(inbox.c.id)
BEHIND = select(inbox.c.id).where(OPEN, inbox.c.held_for == bindparam("member"), inbox.c.id < bindparam("row")).limit(1)


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

    def of_event(self, platform: str, event_id: str) -> InboxRow | None:
        return one(InboxRow, self._db.execute(by(inbox, "platform", "event_id"), {"platform": platform, "event_id": event_id}).first())

    def newest(self, platform: str) -> datetime | None:
        """When the newest event of a platform came."""
        query = select(inbox.c.received_at).where(inbox.c.platform == platform).order_by(inbox.c.id.desc())
        return self._db.execute(query.limit(1)).scalar()

    def answered(self, row_id: int, answer: str) -> None:
        """Keep what a page shall show."""
        self._db.execute(update(inbox).where(inbox.c.id == row_id).values(answer=answer))

    def done(self, row_id: int) -> None:
        self._db.execute(DONE, {"row": row_id})

    def hold(self, row_id: int, member_id: MemberId) -> None:
        """Keep an event that may not be handled before its sender has consented."""
        self._db.execute(update(inbox).where(inbox.c.id == row_id).values(state="held", held_for=member_id))

    def held(self, member_id: MemberId) -> list[InboxRow]:
        """What waits for a member's consent, oldest first."""
        return many(InboxRow, self._db.execute(HELD, {"member": member_id}))

    def unhold(self, row_id: int) -> None:
        """The event may be handled; it still comes before what was sent later."""
        self._db.execute(update(inbox).where(inbox.c.id == row_id).values(state="new"))

    def behind(self, row_id: int, member_id: MemberId) -> bool:
        """Whether an earlier event of the member was held, is let go now and is not handled yet."""
        return self._db.execute(BEHIND, {"row": row_id, "member": member_id}).first() is not None

    def forget(self, row_id: int) -> None:
        """Take the words away; that the event came stays, so that it is known when it comes again."""
        self._db.execute(update(inbox).where(inbox.c.id == row_id).values(payload=FORGOTTEN))

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
