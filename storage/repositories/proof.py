"""What was promised and not kept: asked of the tables themselves, whatever the engine believes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Connection, Select, String, Table, and_, cast, exists, func, literal, or_, select

from storage.tables import inbox, job, outbox, timer

WAITS = and_(outbox.c.state != "sent", outbox.c.state == "waiting")
HELD = and_(outbox.c.state != "sent", outbox.c.state == "held")
UNHANDLED = and_(inbox.c.state.in_(("new", "held")), inbox.c.state == "new")


@dataclass(frozen=True, slots=True)
class Unsent:
    """Messages to one platform that have waited too long."""

    platform: str
    count: int
    since: datetime


class Proof:
    """Counts of what should not be."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def late_timers(self, before: datetime) -> int:
        """Timers that should have fired before an instant."""
        return self._count(select(func.count()).where(timer.c.state == "open", timer.c.run_at < before))

    def left_events(self, before: datetime) -> int:
        """Events accepted before an instant that no job will handle."""
        return self._count(select(func.count()).where(UNHANDLED, inbox.c.received_at < before, ~_worked("event:", inbox.c.id)))

    def slow_events(self, before: datetime) -> int:
        """Events accepted before an instant that still wait for their job."""
        return self._count(select(func.count()).where(UNHANDLED, inbox.c.received_at < before, _worked("event:", inbox.c.id)))

    def left_messages(self, before: datetime) -> int:
        """Messages promised before an instant that no job will send, and held ones that no timer will release."""
        tried = and_(WAITS, ~_worked("send:", outbox.c.id))
        key = literal("outbox:") + cast(outbox.c.id, String)
        timed = and_(HELD, ~exists().where(timer.c.key == key, timer.c.state == "open"))
        return self._count(select(func.count()).where(outbox.c.state != "sent", outbox.c.created_at < before, or_(tried, timed)))

    def unsent(self, before: datetime) -> list[Unsent]:
        """Messages that are tried and do not leave, by platform."""
        columns = (outbox.c.platform, func.count().label("count"), func.min(outbox.c.created_at).label("since"))
        query = select(*columns).where(WAITS, outbox.c.created_at < before, _worked("send:", outbox.c.id))
        return [Unsent(**row._mapping) for row in self._db.execute(query.group_by(outbox.c.platform))]

    def oldest_waiting(self) -> datetime | None:
        """When the oldest message was promised that waits to leave."""
        return self._db.execute(select(func.min(outbox.c.created_at)).where(WAITS)).scalar()

    def outbox_open(self) -> Mapping[str, int]:
        """Messages that have not left, by state."""
        query = select(outbox.c.state, func.count().label("n")).where(outbox.c.state != "sent").group_by(outbox.c.state)
        return {row.state: row.n for row in self._db.execute(query)}

    def inbox_open(self) -> Mapping[str, int]:
        """Events that are not handled, by state."""
        query = select(inbox.c.state, func.count().label("n")).where(inbox.c.state.in_(("new", "held"))).group_by(inbox.c.state)
        return {row.state: row.n for row in self._db.execute(query)}

    def dead(self) -> Mapping[str, int]:
        """What was given up: events, messages, other work."""
        tables = {"inbox": inbox, "outbox": outbox, "job": job}
        return {name: self._count(select(func.count()).where(*_dead(name, t))) for name, t in tables.items()}

    def _count(self, query: Select[int]) -> int:
        return int(self._db.execute(query).scalar_one())


def _dead(name: str, table: Table) -> list[ColumnElement[bool]]:
    narrow = [table.c.state != "sent"] if name == "outbox" else []
    others = [table.c.kind.not_in(("event", "send"))] if name == "job" else []
    return [*narrow, table.c.state == "dead", *others]


def _worked(prefix: str, row: Column[int]) -> ColumnElement[bool]:
    """Whether an open job has this row in its key: ``prefix12`` or ``prefix12:…``."""
    key = literal(prefix) + cast(row, String)
    mine = or_(job.c.key == key, and_(job.c.key > key + ":", job.c.key < key + ";"))
    return exists().where(mine, job.c.state == "open")
