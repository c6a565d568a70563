"""Turns the passing of time into jobs: due timers and cron instants. What it costs grows with what is due, not with what waits."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.exc import DatabaseError

from bot.domain.clock import Clock
from bot.domain.errors import StorageError
from bot.domain.jobs import Timer
from bot.jobs import Jobs, NewJob
from bot.jobs.cron import Cron
from storage.store import Store
from storage.transaction import Reader, Transaction

log = logging.getLogger(__name__)
PAUSE_SECONDS = 1.0
BATCH = 200


class Ticker:
    """Looks once a second, and at once when woken.

    ``crons`` tells the lines of the rules in force.
    ``fired`` is called for each due timer inside the unit that claims it; cron instants become jobs of kind ``cron``.
    """

    def __init__(
        self, store: Store, jobs: Jobs, clock: Clock, crons: Callable[[Reader], Sequence[Cron]], fired: Callable[[Transaction, Timer], None]
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._crons = crons
        self._fired = fired
        self._seen: dict[str, datetime] = {}
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look now: the clock was moved."""
        self._wake.set()

    async def run(self) -> None:
        """Tick until cancelled; a database that cannot be written is tried again."""
        while True:
            self._wake.clear()
            try:
                await self.tick()
            except StorageError as error:
                log.warning("the ticker waits for the database: %s", error)
            except Exception:  # time goes on whatever one look runs into
                log.exception("the ticker failed and looks again")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), PAUSE_SECONDS)

    async def tick(self) -> int:
        """Put a job for everything that is due now; how many timers fired."""
        now = self._clock.now()
        due, crons = await self._store.read(lambda r: (r.timers.next_due(), self._crons(r)))
        await self._cron(crons, now)
        total = 0
        while due is not None and due <= now:
            fired = await self._store.write(lambda tx: self._fire(tx, now))
            total += fired
            if fired == 0:
                break
            due = await self._store.read(lambda r: r.timers.next_due())
        return total

    def _fire(self, tx: Transaction, now: datetime) -> int:
        timers = tx.timers.fire(now, BATCH)
        for timer in timers:
            self._fire_one(tx, timer)
        return len(timers)

    def _fire_one(self, tx: Transaction, timer: Timer) -> None:
        try:
            with tx.connection.begin_nested():
                self._fired(tx, timer)
        except (StorageError, DatabaseError):
            raise
        except Exception:  # one that can never fire must not stop time for all the others
            log.exception("timer could not fire kind=%s key=%s", timer.kind, timer.key)

    async def _cron(self, crons: Sequence[Cron], now: datetime) -> None:
        for cron in crons:
            instant = cron.latest(now)
            if instant is None or self._seen.get(cron.name) == instant:
                continue
            job = NewJob(kind="cron", payload={"name": cron.name, "instant": instant.isoformat()}, key=cron.key(instant))
            await self._store.write(lambda tx, job=job: self._jobs.put(tx, [job]))  # type: ignore[misc]
            self._seen[cron.name] = instant
