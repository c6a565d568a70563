"""The engine for one process: a table in the same SQLite file, no server.

A claim takes a lease and raises the attempt number; completion is fenced by that number. A lease that has run out is simply due again;
leases of running jobs are renewed. The process owns the database, so at start every old lease is void at once.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot import metrics
from bot.domain.clock import Clock
from bot.domain.errors import StorageError
from bot.jobs import GaveUp, Job, LostJob, NewJob, Policy, Retry, Worker
from storage.repositories.jobs import JobRow
from storage.store import Store
from storage.transaction import Transaction

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
RENEW_SECONDS = 10.0
POLL_SECONDS = 1.0
UNDER_PRESSURE = 1
# A job that takes the process down with it would otherwise come back for ever.
MOST_CRASHES = 50
# A clock that goes back further than this leaves work waiting for a time that was near and is far away now.
JUMP = timedelta(minutes=1)
# What is to be done now is due whatever the clock is set to later.
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Handler:
    worker: Worker
    policy: Policy
    gave_up: GaveUp


class EmbeddedJobs:
    """The embedded engine. ``together`` bounds how many jobs run at once."""

    def __init__(self, store: Store, clock: Clock, *, together: int = 16, lease: timedelta = LEASE) -> None:
        self._store = store
        self._clock = clock
        self._together = together
        self._lease = lease
        self._handlers: dict[str, _Handler] = {}
        self._running: dict[int, tuple[Job, asyncio.Task[None]]] = {}
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._draining = False
        self._loop: asyncio.AbstractEventLoop | None = None
        # Set by whoever accepts messages: what people send comes before what is done with it.
        self.pressed: Callable[[], bool] = lambda: False
        store.on_commit(self.wake)

    def put(self, tx: Transaction, jobs: Sequence[NewJob]) -> int:
        rows = [{"kind": j.kind, "key": j.key, "lane": j.lane, "payload": dict(j.payload), "run_at": j.run_at or AT_ONCE} for j in jobs]
        new = tx.jobs.put(rows) if rows else 0
        tx.wake |= new > 0
        return new

    def complete(self, tx: Transaction, job: Job) -> None:
        if not tx.jobs.finish(job.id, job.token, self._clock.now()):
            raise LostJob(f"{job.kind} {job.id} is not ours any more")

    def handle(self, kind: str, worker: Worker, policy: Policy, gave_up: GaveUp) -> None:
        self._handlers[kind] = _Handler(worker, policy, gave_up)

    def wake(self) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        renewing = asyncio.create_task(self._renew())
        fresh, seen = True, self._clock.now()
        try:
            while not self._draining:
                self._wake.clear()
                try:
                    if fresh:
                        await self._store.write(lambda tx: tx.jobs.forget_leases())
                        fresh = False
                    now = self._clock.now()
                    if now < seen - JUMP:
                        log.warning("the clock went back by %s; what waits for a later try is tried now", seen - now)
                        await self._store.write(lambda tx, now=now: tx.jobs.hurry(now))  # type: ignore[misc]
                    seen = now
                    async with self._claiming:
                        more = await self._claim()
                except StorageError as error:
                    log.warning("jobs wait for the database: %s", error)
                    more = False
                if not more:
                    await self._sleep()
        finally:
            renewing.cancel()

    async def drain(self, seconds: float) -> None:
        self._draining = True
        self._wake.set()
        async with self._claiming:  # a claim under way still hands out jobs
            pass
        tasks = [task for _, task in self._running.values()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _claim(self) -> bool:
        """Start what may start; True when there may be more at once."""
        free = (UNDER_PRESSURE if self.pressed() else self._together) - len(self._running)
        room = {kind: min(free, h.policy.together - self._busy(kind)) for kind, h in self._handlers.items()}
        wide = [kind for kind, n in room.items() if n >= free]
        narrow = [(kind, n) for kind, n in room.items() if 0 < n < free]
        if self._draining or free <= 0 or not (wide or narrow):
            return False
        now = self._clock.now()

        def unit(tx: Transaction) -> list[JobRow]:
            found: list[JobRow] = []
            for kinds, most in [*(([kind], n) for kind, n in narrow), (wide, free)]:
                limit = min(most, free - len(found))
                if kinds and limit > 0:
                    found += tx.jobs.claim(kinds, now, now + self._lease, limit, list(self._running))
            return found

        claimed = await self._store.write(unit)
        for row in claimed:
            job = Job(row.id, row.kind, row.payload, row.attempt, row.failures)
            self._running[job.id] = (job, asyncio.create_task(self._work(job, row.crashes)))
        return len(claimed) == free

    def _busy(self, kind: str) -> int:
        return sum(job.kind == kind for job, _ in self._running.values())

    async def _sleep(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)

    async def _work(self, job: Job, crashes: int) -> None:
        handler, began, result = self._handlers[job.kind], time.monotonic(), "done"
        try:
            if crashes > MOST_CRASHES:
                await self._bury(job, handler, "too many processes ended while they worked on it")
            else:
                await handler.worker(job)
        except LostJob:
            result = "lost"
            log.warning("lost lease job=%s kind=%s attempt=%s", job.id, job.kind, job.token)
        except Exception as error:  # whatever a worker raises, the engine goes on
            result = "again" if isinstance(error, Retry | StorageError) else "failed"
            await self._failed(job, handler, error)
        finally:
            metrics.JOBS.labels(job.kind, result).observe(time.monotonic() - began)
            del self._running[job.id]
            self._wake.set()

    async def _failed(self, job: Job, handler: _Handler, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}"
        counts = not isinstance(error, StorageError)
        if not isinstance(error, Retry | StorageError):
            log.error("job failed job=%s kind=%s", job.id, job.kind, exc_info=error)
        try:
            if counts and job.failures + 1 >= handler.policy.failures:
                await self._bury(job, handler, reason)
                return
            pause = handler.policy.pause(job.failures)
            if isinstance(error, Retry) and error.seconds is not None:
                pause = timedelta(seconds=error.seconds)
            run_at = self._clock.now() + pause
            await self._store.write(lambda tx: tx.jobs.again(job.id, job.token, run_at, reason, counts=counts))
        except StorageError as full:
            # The lease runs out and the job is due again; nothing else can be written now.
            log.warning("cannot note the failure of job=%s: %s", job.id, full)

    async def _bury(self, job: Job, handler: _Handler, reason: str) -> None:
        def unit(tx: Transaction) -> None:
            if tx.jobs.bury(job.id, job.token, self._clock.now(), reason):
                handler.gave_up(tx, job, reason)

        log.error("job given up job=%s kind=%s", job.id, job.kind)
        try:
            await self._store.write(unit)
        except StorageError:
            raise
        except Exception:  # a job that cannot even be given up would hold its lane for ever
            log.exception("nobody could be told that a job was given up job=%s kind=%s", job.id, job.kind)
            await self._store.write(lambda tx: tx.jobs.bury(job.id, job.token, self._clock.now(), reason))

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(min(RENEW_SECONDS, self._lease.total_seconds() / 3))
            held = {job.id: job.token for job, _ in self._running.values()}
            until = self._clock.now() + self._lease
            if held:
                try:
                    await self._store.write(lambda tx, held=held, until=until: tx.jobs.renew(held, until))  # type: ignore[misc]
                except StorageError as error:
                    log.warning("cannot renew leases: %s", error)
