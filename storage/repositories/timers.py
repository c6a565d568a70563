"""Deadlines: our own indexed table, because people look at them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select, update

from bot.domain.jobs import Timer
from storage.repositories.rows import insert, many
from storage.tables import timer

COLUMNS = (timer.c.kind, timer.c.subject, timer.c.key, timer.c.run_at)


NEW = insert(timer)
SET = NEW.on_conflict_do_update(index_elements=["key"], set_={name: NEW.excluded[name] for name in ("run_at", "subject", "state")})
CANCEL = update(timer).where(timer.c.key == bindparam("which"), timer.c.state == "open").values(state="cancelled")
NEXT = select(func.min(timer.c.run_at)).where(timer.c.state == "open")


class Timers:
    """What is to be looked at, and when."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def set(self, item: Timer) -> None:
        """Set a timer; one with the same key is moved, and set again if it had already fired or been cancelled."""
        row = {"kind": item.kind, "subject": item.subject, "key": item.key, "run_at": item.run_at, "state": "open"}
        self._db.execute(SET, row)

    def cancel(self, key: str) -> None:
        """Take a timer back; a missing or fired one is no error."""
        self._db.execute(CANCEL, {"which": key})

    def next_due(self) -> datetime | None:
        """When the first open timer is due."""
        return self._db.execute(NEXT).scalar()

    def due(self, now: datetime, limit: int = 1000) -> Sequence[Timer]:
        """What is due and has not fired, oldest first."""
        query = select(*COLUMNS).where(timer.c.state == "open", timer.c.run_at <= now).order_by(timer.c.run_at, timer.c.id).limit(limit)
        return many(Timer, self._db.execute(query))

    def fire(self, now: datetime, limit: int = 100) -> Sequence[Timer]:
        """Claim what is due: each timer is returned to one caller only."""
        due = select(timer.c.id).where(timer.c.state == "open", timer.c.run_at <= now).order_by(timer.c.run_at, timer.c.id).limit(limit)
        query = (
            update(timer).where(timer.c.id.in_(due.scalar_subquery()), timer.c.state == "open").values(state="fired").returning(*COLUMNS)
        )
        return sorted(many(Timer, self._db.execute(query)), key=lambda t: t.run_at)

    def count(self) -> int:
        """How many are open."""
        return int(self._db.execute(select(func.count()).select_from(timer).where(timer.c.state == "open")).scalar_one())
