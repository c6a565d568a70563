"""Promises to speak, and the ledger of what was said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from storage.repositories.rows import by, many, one
from storage.tables import outbox


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message: ``state`` is ``held``, ``waiting``, ``sent`` or ``dead``.

    ``card`` is the key of the card it carries. ``updates`` is the row whose message this one replaces.
    ``ref`` is the platform's name of what was sent.
    """

    id: int
    platform: str
    chat: str
    payload: str
    created_at: datetime
    card: str | None = None
    updates: int | None = None
    state: str = "waiting"
    attempts: int = 0
    ref: str | None = None
    sent_at: datetime | None = None
    error: str | None = None


NEW = outbox.insert().returning(outbox.c.id)
COPIES = select(outbox).where(outbox.c.card == bindparam("card"), outbox.c.updates.is_(None)).order_by(outbox.c.id)
SHOWN_IN = by(outbox, "card", "platform", "chat").order_by(outbox.c.id.desc()).limit(1).with_only_columns(outbox.c.payload)
CHATS_OF = (
    select(outbox.c.platform, outbox.c.chat)
    .where(outbox.c.card == bindparam("card"), outbox.c.updates.is_(None))
    .group_by(outbox.c.platform, outbox.c.chat)
    .order_by(func.max(outbox.c.id).desc())
    .limit(bindparam("most"))
)
SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("row"))
    .values(state="sent", ref=bindparam("as"), sent_at=bindparam("at"), attempts=outbox.c.attempts + 1, error=None)
)


class OutboxRows:
    """The outbox table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(
        self,
        platform: str,
        chat: str,
        payload: str,
        at: datetime,
        *,
        card: str | None = None,
        updates: int | None = None,
        held: bool = False,
    ) -> int:
        """Promise a message; its id."""
        row = {"platform": platform, "chat": chat, "payload": payload, "created_at": at, "card": card, "updates": updates}
        return int(self._db.execute(NEW, {**row, "state": "held" if held else "waiting"}).scalar_one())

    def get(self, row_id: int) -> OutboxRow | None:
        return one(OutboxRow, self._db.execute(by(outbox, "id"), {"id": row_id}).first())

    def copies(self, card: str) -> list[OutboxRow]:
        """Every first sending of a card, whether it has left or not."""
        return many(OutboxRow, self._db.execute(COPIES, {"card": card}))

    def shown(self, card: str) -> str | None:
        """The newest content promised under a card's key."""
        return self._db.execute(select(outbox.c.payload).where(outbox.c.card == card).order_by(outbox.c.id.desc()).limit(1)).scalar()

    def shown_in(self, card: str, platform: str, chat: str) -> str | None:
        """The newest content promised under a card's key to one chat: keys of lists are shared by everybody's."""
        given = {"card": card, "platform": platform, "chat": chat}
        return self._db.execute(SHOWN_IN, given).scalar()

    def chats_of(self, card: str, limit: int = 50) -> list[tuple[str, str]]:
        """(platform, chat) of the chats that a card was sent to, the latest first."""
        return [(row.platform, row.chat) for row in self._db.execute(CHATS_OF, {"card": card, "most": limit})]

    def newer_update(self, row_id: int, updates: int) -> bool:
        """Whether a later row replaces the same message, so that this one need not be sent."""
        query = select(outbox.c.id).where(outbox.c.updates == updates, outbox.c.id > row_id).limit(1)
        return self._db.execute(query).first() is not None

    def rewrite(self, row_id: int, payload: str) -> None:
        """Change a message that is still held."""
        self._db.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.state == "held").values(payload=payload))

    def release(self, row_id: int) -> bool:
        """Let a held message go; whether it was held."""
        return self._db.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.state == "held").values(state="waiting")).rowcount == 1

    def sent(self, row_id: int, ref: str, at: datetime) -> None:
        self._db.execute(SENT, {"row": row_id, "as": ref, "at": at})

    def failed(self, row_id: int, error: str, *, dead: bool) -> None:
        new = {"attempts": outbox.c.attempts + 1, "error": error, "state": "dead" if dead else "waiting"}
        self._db.execute(update(outbox).where(outbox.c.id == row_id).values(new))

    def revive(self, row_id: int) -> bool:
        """Try a dead message again; whether it was dead."""
        return self._db.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.state == "dead").values(state="waiting")).rowcount == 1

    def dead_ones(self, limit: int = 50) -> list[OutboxRow]:
        return many(OutboxRow, self._db.execute(select(outbox).where(outbox.c.state == "dead").order_by(outbox.c.id).limit(limit)))

    def since(self, row_id: int, limit: int = 500) -> Sequence[OutboxRow]:
        """Rows after ``row_id``, in the order they were promised."""
        return many(OutboxRow, self._db.execute(select(outbox).where(outbox.c.id > row_id).order_by(outbox.c.id).limit(limit)))

    def last_id(self) -> int:
        return int(self._db.execute(select(func.coalesce(func.max(outbox.c.id), 0))).scalar_one())

    def counts(self) -> dict[str, int]:
        """Messages by state."""
        return {row.state: row.n for row in self._db.execute(select(outbox.c.state, func.count().label("n")).group_by(outbox.c.state))}
