"""How often a model may be asked: so many requests a day, counted in the database, and none for a while after it failed again and again."""

from datetime import datetime, timedelta

from bot.domain.clock import Clock, local_day
from storage.store import Store
from storage.transaction import Transaction

FACT = "llm.requests"
FAILURES = 3
PAUSE = timedelta(minutes=1)


class Budget:
    """Requests of one calendar day in Shanghai. The count is in the database, so a restart gives nothing back."""

    def __init__(self, store: Store, clock: Clock, daily: int) -> None:
        self._store = store
        self._clock = clock
        self._daily = daily

    async def spend(self) -> bool:
        """Count one more request; False, and nothing counted, when the day's are spent."""
        now = self._clock.now()

        def unit(tx: Transaction) -> bool:
            day, known = local_day(now).isoformat(), tx.facts.get(FACT) or {}
            spent = int(known["count"]) if known.get("day") == day else 0
            if spent < self._daily:
                tx.facts.set(FACT, {"day": day, "count": spent + 1}, now)
            return spent < self._daily

        return await self._store.write(unit)


class Breaker:
    """Leaves an address alone after three failures in a row, or for as long as it asks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures = 0
        self._until: datetime | None = None

    def closed(self) -> bool:
        """Whether the address may be asked now; after the pause one question tries it."""
        return self._until is None or self._clock.now() >= self._until

    def worked(self) -> None:
        self._failures, self._until = 0, None

    def failed(self, pause: float = 0.0) -> None:
        """Note a failure; ``pause`` are the seconds that the address named."""
        self._failures += 1
        wait = max(timedelta(seconds=pause), PAUSE if self._failures >= FAILURES else timedelta(0))
        if wait:
            self._until = self._clock.now() + wait
