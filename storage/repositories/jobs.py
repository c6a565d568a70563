"""The embedded engine's queue: claimed by lease, fenced by attempt, in order within a lane."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, and_, bindparam, exists, func, or_, select, update

from storage.repositories.rows import insert, many
from storage.tables import job
from storage.types import Utc


@dataclass(frozen=True, slots=True)
class JobRow:
    """A claimed job; ``attempt`` fences its completion, ``crashes`` counts the processes that ended with it in hand."""

    id: int
    kind: str
    key: str | None
    lane: str | None
    payload: Mapping[str, Any]
    attempt: int
    failures: int
    crashes: int


@dataclass(frozen=True, slots=True)
class DeadJob:
    """A job that was given up, and why."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    error: str | None
    finished_at: datetime


COLUMNS = (job.c.id, job.c.kind, job.c.key, job.c.lane, job.c.payload, job.c.attempt, job.c.failures, job.c.crashes)


NEW = insert(job).on_conflict_do_nothing(index_elements=["key"])
MINE = and_(job.c.id == bindparam("job"), job.c.attempt == bindparam("mine"), job.c.state == "open")
FINISH = update(job).where(MINE).values(state="done", finished_at=bindparam("at"), leased_until=None)


def _first_of_lane() -> ColumnElement[bool]:
    earlier = job.alias()
    return ~exists().where(earlier.c.lane == job.c.lane, earlier.c.state == "open", earlier.c.id < job.c.id)


def _claim() -> Executable:
    ready = (
        select(job.c.id)
        .where(
            job.c.state == "open",
            job.c.run_at <= bindparam("now", type_=Utc()),
            or_(job.c.leased_until.is_(None), job.c.leased_until <= bindparam("now", type_=Utc())),
            job.c.kind.in_(bindparam("kinds", expanding=True)),
            job.c.id.not_in(bindparam("running", expanding=True)),
            or_(job.c.lane.is_(None), _first_of_lane()),
        )
        .order_by(job.c.id)
        .limit(bindparam("most"))
    )
    lease = update(job).where(job.c.id.in_(ready.scalar_subquery()))
    return lease.values(leased_until=bindparam("until", type_=Utc()), attempt=job.c.attempt + 1).returning(*COLUMNS)


CLAIM = _claim()


class JobRows:
    """The job table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def put(self, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert jobs (kind, key, lane, payload, run_at); those whose key is known already are left out. How many were new."""
        if not rows:
            return 0
        return self._db.execute(NEW, [{**row, "state": "open", "attempt": 0} for row in rows]).rowcount

    def claim(self, kinds: Collection[str], now: datetime, until: datetime, limit: int, running: Collection[int]) -> Sequence[JobRow]:
        """Lease up to ``limit`` due jobs: of each lane only the oldest open one, none of those this process is ``running``."""
        given = {"kinds": list(kinds), "now": now, "until": until, "most": limit, "running": list(running)}
        return sorted(many(JobRow, self._db.execute(CLAIM, given)), key=lambda row: row.id)

    def renew(self, held: Mapping[int, int], until: datetime) -> None:
        """Lengthen the leases of running jobs (id → attempt)."""
        for job_id, attempt in held.items():
            self._db.execute(update(job).where(_mine(job_id, attempt)).values(leased_until=until))

    def finish(self, job_id: int, attempt: int, at: datetime) -> bool:
        """Mark it done; False when the lease was lost to a later attempt."""
        return self._db.execute(FINISH, {"job": job_id, "mine": attempt, "at": at}).rowcount == 1

    def finish_key(self, key: str, at: datetime) -> None:
        """Mark a job done that the unit which put it has also done."""
        self._db.execute(update(job).where(job.c.key == key).values(state="done", finished_at=at))

    def again(self, job_id: int, attempt: int, run_at: datetime, error: str, *, counts: bool = True) -> bool:
        """Give it back for a later attempt; False when the lease was lost. ``counts`` adds to its failures."""
        new = {"run_at": run_at, "leased_until": None, "error": error, "failures": job.c.failures + int(counts)}
        query = update(job).where(_mine(job_id, attempt)).values(new)
        return self._db.execute(query).rowcount == 1

    def bury(self, job_id: int, attempt: int, at: datetime, error: str) -> bool:
        """Give it up; False when the lease was lost."""
        query = update(job).where(_mine(job_id, attempt)).values(state="dead", finished_at=at, leased_until=None, error=error)
        return self._db.execute(query).rowcount == 1

    def dead_ones(self, kinds: Collection[str], limit: int) -> list[DeadJob]:
        """What was given up of these kinds, oldest first."""
        columns = (job.c.id, job.c.kind, job.c.payload, job.c.error, job.c.finished_at)
        query = select(*columns).where(job.c.state == "dead", job.c.kind.in_(kinds)).order_by(job.c.id).limit(limit)
        return many(DeadJob, self._db.execute(query))

    def revive(self, job_id: int, at: datetime) -> bool:
        """Take a dead job up again; whether it was dead."""
        again = {"state": "open", "run_at": at, "failures": 0, "crashes": 0, "finished_at": None, "leased_until": None}
        return self._db.execute(update(job).where(job.c.id == job_id, job.c.state == "dead").values(again)).rowcount == 1

    def forget_leases(self) -> None:
        """Free every lease: right only for a process that has the database for itself."""
        left = update(job).where(job.c.state == "open", job.c.leased_until.is_not(None))
        self._db.execute(left.values(leased_until=None, crashes=job.c.crashes + 1))

    def hurry(self, now: datetime) -> None:
        """Let what waits for another try be due now."""
        waits = update(job).where(job.c.state == "open", job.c.attempt > 0, job.c.leased_until.is_(None), job.c.run_at > now)
        self._db.execute(waits.values(run_at=now))

    def next_due(self) -> datetime | None:
        """When the first open job that nobody holds may run."""
        return self._db.execute(select(func.min(job.c.run_at)).where(job.c.state == "open", job.c.leased_until.is_(None))).scalar()

    def unfinished(self, now: datetime) -> int:
        """How many open jobs are held, or due and not behind another in their lane."""
        due = and_(job.c.run_at <= now, or_(job.c.lane.is_(None), _first_of_lane()))
        query = select(func.count()).where(job.c.state == "open", or_(due, job.c.leased_until.is_not(None)))
        return int(self._db.execute(query).scalar_one())

    def counts(self) -> dict[str, int]:
        """Jobs by state."""
        return {row.state: row.n for row in self._db.execute(select(job.c.state, func.count().label("n")).group_by(job.c.state))}


def _mine(job_id: int, attempt: int) -> Any:  # noqa: ANN401
    return and_(job.c.id == job_id, job.c.attempt == attempt, job.c.state == "open")
