"""Durable work: put inside a transaction, done at least once, effective exactly once.

``put(tx, …)`` commits or rolls back with the caller's unit. A worker does what takes time outside any transaction and ends with one unit
that changes records and calls ``complete(tx, job)``: if its lease was lost meanwhile, that raises and the whole unit rolls back. Jobs of
one lane run one after the other, in the order they were put. The contract tests in ``tests/jobs`` hold every engine to this.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.domain.errors import GenjinError
from storage.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work in hand. ``token`` is the engine's proof that it still is."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    token: int
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A piece of work to be done. A known ``key`` puts nothing; jobs of one ``lane`` keep their order."""

    kind: str
    payload: Mapping[str, Any]
    key: str | None = None
    lane: str | None = None
    run_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How a kind of job is tried again: after 1, 2, 4 … seconds, at most ``longest``, given up after ``failures``."""

    failures: int = 8
    longest: timedelta = timedelta(minutes=1)
    together: int = 16

    def pause(self, failures: int) -> timedelta:
        """How long to wait after so many failures."""
        return min(self.longest, timedelta(seconds=2 ** min(failures, 20)))


class Retry(GenjinError):
    """Raised by a worker: try again, after ``seconds`` if given."""

    def __init__(self, reason: str, seconds: float | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds


class LostJob(GenjinError):
    """The lease ran out and somebody else has the job; the unit that hears this must roll back."""


Worker = Callable[[Job], Awaitable[None]]
GaveUp = Callable[[Transaction, Job, str], None]


class Jobs(Protocol):
    """A job engine."""

    def put(self, tx: Transaction, jobs: Sequence[NewJob]) -> int:
        """Put work inside the caller's transaction; how many were new."""
        ...

    def complete(self, tx: Transaction, job: Job) -> None:
        """The job is done with this unit. Raises LostJob."""
        ...

    def handle(self, kind: str, worker: Worker, policy: Policy, gave_up: GaveUp) -> None:
        """Who works on a kind; ``gave_up`` is told inside the unit that buries a job."""
        ...

    async def run(self) -> None:
        """Work until cancelled or drained."""
        ...

    async def drain(self, seconds: float) -> None:
        """Take nothing new and wait for what is in hand."""
        ...

    def wake(self) -> None:
        """Look for work now: the clock was moved."""
        ...
