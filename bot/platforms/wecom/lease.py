"""Which process holds the bot's one connection: a row in the database that has to be renewed."""

from datetime import datetime, timedelta
from typing import Any

from bot.domain.clock import Clock
from storage.store import Store
from storage.transaction import Transaction

FACT = "wecom-bot:lease"
TERM = timedelta(seconds=30)


class Lease:
    """One process leads for ``TERM`` since it last said so. ``alone`` is for a database that only one process can open."""

    def __init__(self, store: Store, clock: Clock, holder: str, *, alone: bool) -> None:
        self._store = store
        self._clock = clock
        self._holder = holder
        self._alone = alone

    async def hold(self) -> bool:
        """Take or renew the lease; whether this process leads."""

        def unit(tx: Transaction) -> bool:
            now = self._clock.now()
            found = _read(tx.facts.get(FACT))
            if found["rests_until"] > now:
                return False
            if not self._alone and found["holder"] != self._holder and found["until"] > now:
                return False
            self._write(tx, self._holder, now + TERM, found["rests_until"])
            return True

        return await self._store.write(unit)

    async def rest(self, until: datetime) -> None:
        """Nobody leads until then, whichever process asks: the bot was taken over by somebody."""
        await self._store.write(lambda tx: self._write(tx, "", self._clock.now(), until))

    async def release(self) -> None:
        """Let another process lead at once."""

        def unit(tx: Transaction) -> None:
            found = _read(tx.facts.get(FACT))
            if found["holder"] == self._holder:
                self._write(tx, "", self._clock.now(), found["rests_until"])

        await self._store.write(unit)

    def _write(self, tx: Transaction, holder: str, until: datetime, rests_until: datetime) -> None:
        value = {"holder": holder, "until": until.isoformat(), "rests_until": rests_until.isoformat()}
        tx.facts.set(FACT, value, self._clock.now())


def _read(value: Any) -> dict[str, Any]:  # noqa: ANN401
    never = "1970-01-01T00:00:00+00:00"
    found = {"holder": "", "until": never, "rests_until": never} | (value or {})
    return found | {name: datetime.fromisoformat(found[name]) for name in ("until", "rests_until")}
