"""Records and the pieces they were told in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from bot.domain.activity import Activity, ActivityKind, ActivityState, Piece
from bot.domain.understood import Stage
from bot.domain.values import ActivityId, CustomerId, LeadId, MediaId, MemberId
from storage.repositories.rows import by, many, one, save, values
from storage.tables import activity, piece

NEWEST = (activity.c.last_piece_at.desc(), activity.c.id)
LAST = by(activity, "member_id", "chat", "state").order_by(*NEWEST).limit(1)
LAST_SETTLED = LAST.where(activity.c.customer_id.is_not(None))
OF_LEAD = by(activity, "lead_id", "state").order_by(*NEWEST).limit(bindparam("most"))
STAGE_OF = (
    by(activity, "lead_id", "state").where(activity.c.stage.is_not(None)).order_by(*NEWEST).limit(1).with_only_columns(activity.c.stage)
)
NEW_PIECE = piece.insert()
PIECES = by(piece, "activity_id").order_by(piece.c.received_at, piece.c.id)
LOOSE = (
    by(piece, "member_id")
    .where(piece.c.activity_id.is_(None), piece.c.received_at >= bindparam("since"))
    .order_by(piece.c.received_at, piece.c.id)
)


@dataclass(frozen=True, slots=True)
class Move:
    """What one record did to its lead."""

    lead_id: LeadId
    at: datetime
    next_on: date | None
    stage: Stage | None


class Activities:
    """The timeline."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: Activity) -> None:
        save(self._db, activity, item)

    def get(self, activity_id: ActivityId) -> Activity | None:
        return one(Activity, self._db.execute(by(activity, "id"), {"id": activity_id}).first())

    def last_of(self, member_id: MemberId, chat: str, *, since: datetime | None = None, settled: bool = False) -> Activity | None:
        """The newest kept record that a member told in a chat.

        With ``since`` only if its last piece is not older, with ``settled`` only one whose customer is known.
        """
        given = {"member_id": member_id, "chat": chat, "state": ActivityState.KEPT}
        found = one(Activity, self._db.execute(LAST_SETTLED if settled else LAST, given).first())
        return None if found is None or (since is not None and found.last_piece_at < since) else found

    def last_undone(self, member_id: MemberId, chat: str) -> Activity | None:
        """The newest record that a member took back in a chat."""
        return one(Activity, self._db.execute(LAST, {"member_id": member_id, "chat": chat, "state": ActivityState.UNDONE}).first())

    def timeline(self, customer_id: CustomerId, limit: int = 5) -> list[Activity]:
        """The newest kept records of a customer, newest first."""
        query = select(activity).where(activity.c.customer_id == customer_id, activity.c.state == ActivityState.KEPT)
        return many(Activity, self._db.execute(query.order_by(activity.c.received_at.desc(), activity.c.id).limit(limit)))

    def of_lead(self, lead_id: LeadId, limit: int = 20) -> list[Activity]:
        """The newest kept records of a lead, newest first."""
        given = {"lead_id": lead_id, "state": ActivityState.KEPT, "most": limit}
        return many(Activity, self._db.execute(OF_LEAD, given))

    def moves(self) -> list[Move]:
        """What every kept record did to its lead, oldest first."""
        columns = activity.c.lead_id, activity.c.last_piece_at.label("at"), activity.c.next_on, activity.c.stage
        query = select(*columns).where(activity.c.lead_id.is_not(None), activity.c.state == ActivityState.KEPT)
        return many(Move, self._db.execute(query.order_by(activity.c.last_piece_at, activity.c.id)))

    def stage_of(self, lead_id: LeadId, *, since: datetime | None = None) -> Stage | None:
        """The stage that the newest kept record to name one says; with ``since`` only if it was told after that."""
        query = STAGE_OF if since is None else STAGE_OF.where(activity.c.last_piece_at > since)
        return self._db.execute(query, {"lead_id": lead_id, "state": ActivityState.KEPT}).scalar()

    def count(self, member_id: MemberId, kind: ActivityKind, since: datetime, until: datetime) -> int:
        """How many kept records of a kind a member told in a period."""
        query = select(func.count()).where(
            activity.c.member_id == member_id,
            activity.c.kind == kind,
            activity.c.state == ActivityState.KEPT,
            activity.c.received_at >= since,
            activity.c.received_at < until,
        )
        return int(self._db.execute(query).scalar_one())

    def add_piece(self, item: Piece) -> None:
        self._db.execute(NEW_PIECE, values(item))

    def piece_of(self, media_id: MediaId) -> Piece | None:
        """The piece that a file is."""
        return one(Piece, self._db.execute(by(piece, "media_id"), {"media_id": media_id}).first())

    def reword(self, item: Piece, text: str, activity_id: ActivityId | None, data: Mapping[str, Any]) -> None:
        """Put words into a piece that came without them, and under the record that they belong to."""
        new = {"text": text, "activity_id": activity_id, "data": {**item.data, **data}}
        self._db.execute(update(piece).where(piece.c.id == item.id).values(new))

    def pieces(self, activity_id: ActivityId) -> Sequence[Piece]:
        """The pieces of a record, in the order they came."""
        return many(Piece, self._db.execute(PIECES, {"activity_id": activity_id}))

    def loose_pieces(self, member_id: MemberId, since: datetime) -> Sequence[Piece]:
        """A member's pieces that belong to no record yet, oldest first."""
        return many(Piece, self._db.execute(LOOSE, {"member_id": member_id, "since": since}))

    def attach(self, pieces: Sequence[Piece], activity_id: ActivityId) -> None:
        """Make loose pieces part of a record."""
        if not pieces:
            return
        ids = [item.id for item in pieces]
        self._db.execute(update(piece).where(piece.c.id.in_(ids), piece.c.activity_id.is_(None)).values(activity_id=activity_id))
