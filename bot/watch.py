"""The watch: once a minute it checks that every due timer ran and every event and message ended or is being worked on.

It asks the tables and not the engines, runs beside the jobs and not as one, and tells the administrators once when a cause appears and
once when it is gone. Its heartbeat and findings are on /metrics and /readyz.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot import metrics
from bot.chat.context import Mouth
from bot.domain.clock import Clock
from bot.domain.errors import StorageError
from prompts import care
from storage.store import Store
from storage.transaction import Reader, Transaction

log = logging.getLogger(__name__)
EVERY = 60.0
SILENT = timedelta(minutes=5)
LATE = timedelta(minutes=2)
SLOW = timedelta(minutes=10)
STUCK = timedelta(minutes=15)
FACT = "proof"
# What the service itself cannot mend by waiting; a platform that is down is not among it.
OWN = ("timers", "events", "backlog", "messages")


class Watch:
    """Looks, remembers what it told, and measures."""

    def __init__(self, store: Store, clock: Clock, mouth: Mouth) -> None:
        self._store = store
        self._clock = clock
        self._mouth = mouth
        self._looked: datetime | None = None
        self.findings: Mapping[str, str] = {}

    async def run(self) -> None:
        """Look until cancelled; a database that cannot be asked is asked again."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                log.warning("the watch waits for the database: %s", error)
            except Exception:  # the watch must outlive whatever one look runs into
                log.exception("the watch failed and looks again")
            await asyncio.sleep(EVERY)

    async def look(self) -> Mapping[str, str]:
        """One look; what is wrong, by cause."""
        now = self._clock.now()
        found = await self._store.read(lambda r: findings(r, now))
        await self._store.write(lambda tx: self._tell(tx, found, now))
        self._looked, self.findings = now, found
        metrics.PROOF_AT.set(now.timestamp())
        metrics.FINDINGS.clear()
        for cause in found:
            metrics.FINDINGS.labels(cause).set(1)
        return found

    def state(self) -> Mapping[str, str]:
        """For /readyz: the heartbeat, and what keeps the service from doing its work."""
        now = self._clock.now()
        silent = self._looked is not None and now - self._looked > SILENT
        beat = f"no look since {self._looked}" if silent else "ok"
        return {"proof": beat} | {cause: text if cause in OWN else f"ok: {text}" for cause, text in self.findings.items()}

    async def measure(self) -> None:
        """Fill the gauges that are read from the database."""
        now = self._clock.now()
        await self._store.read(lambda r: _measure(r, now))
        metrics.WRITER_QUEUE.set(self._store.waiting())

    async def feel_lag(self) -> None:
        """How late the event loop turns, once a second."""
        loop = asyncio.get_running_loop()
        while True:
            meant = loop.time() + 1.0
            await asyncio.sleep(1.0)
            metrics.LAG.observe(max(0.0, loop.time() - meant))

    def _tell(self, tx: Transaction, found: Mapping[str, str], now: datetime) -> None:
        before: Mapping[str, str] = (tx.facts.get(FACT) or {}).get("told", {})
        tx.facts.set(FACT, {"at": now.isoformat(), "told": {cause: before.get(cause, text) for cause, text in found.items()}}, now)
        new = [text for cause, text in found.items() if cause not in before]
        cured = care.cured_names(before, found)
        for text in new:
            log.error("the watch found: %s", text)
        if new or cured:
            self._mouth.tell_admins(tx, care.changed(new, cured), now)


def findings(reader: Reader, now: datetime) -> dict[str, str]:
    """What is wrong, by cause: ``timers``, ``events``, ``backlog``, ``messages``, ``unsent-<platform>``."""
    proof = reader.proof
    counts = {
        "timers": (proof.late_timers(now - LATE), care.late_timers),
        "events": (proof.left_events(now - LATE), care.left_events),
        "backlog": (proof.slow_events(now - SLOW), care.slow_events),
        "messages": (proof.left_messages(now - LATE), care.left_messages),
    }
    found = {cause: sentence(count) for cause, (count, sentence) in counts.items() if count}
    return found | {f"unsent-{u.platform}": care.unsent(u.platform, u.count, u.since) for u in proof.unsent(now - STUCK)}


def _measure(reader: Reader, now: datetime) -> None:
    proof = reader.proof
    for gauge, states, counts in (
        (metrics.OUTBOX, ("held", "waiting", "dead"), proof.outbox_open()),
        (metrics.INBOX_OPEN, ("new", "held"), proof.inbox_open()),
        (metrics.DEAD, ("inbox", "outbox", "job"), proof.dead()),
    ):
        for state in states:
            gauge.labels(state).set(counts.get(state, 0))
    oldest = proof.oldest_waiting()
    metrics.OLDEST.set((now - oldest).total_seconds() if oldest else 0)
    metrics.TIMERS_LATE.set(proof.late_timers(now - LATE))
