"""Access tokens and tickets: fetched once however many ask, renewed early, and renewed once when WeCom refuses one."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.domain.clock import Clock
from bot.domain.errors import PlatformError

Fetch = Callable[[], Awaitable[tuple[str, float]]]

EARLY = 0.1
# A token that is refused so soon after it was renewed is not renewed again: WeCom blocks whoever asks too often.
HOPELESS = timedelta(seconds=30)
PAUSE = 60.0
# After a failure everybody who waits for a token hears of it; only one in so long asks again.
QUIET = timedelta(seconds=5)


class Token:
    """One token. ``fetch`` gives it with its life in seconds."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = asyncio.Lock()
        self._value = ""
        self._until: datetime | None = None
        self._renewed: datetime | None = None
        self._failure: tuple[datetime, PlatformError] | None = None

    async def get(self) -> str:
        """The token in force; a new one shortly before it ends."""
        async with self._lock:
            if self._until is None or self._clock.now() >= self._until:
                await self._refresh()
            return self._value

    async def renew(self, refused: str) -> str:
        """A token other than ``refused``. Raises PlatformError when a new one was refused just now."""
        async with self._lock:
            if self._value != refused:
                return self._value  # somebody else has renewed it meanwhile
            now = self._clock.now()
            if self._renewed is not None and now - self._renewed < HOPELESS:
                raise PlatformError("wecom: new access tokens are refused", retry_after=PAUSE)
            self._renewed = now
            await self._refresh()
            return self._value

    async def _refresh(self) -> None:
        if self._failure is not None and self._clock.now() - self._failure[0] < QUIET:
            raise self._failure[1]
        try:
            self._value, life = await self._fetch()
        except PlatformError as error:
            self._failure = (self._clock.now(), error)
            raise
        self._failure = None
        self._until = self._clock.now() + timedelta(seconds=life * (1 - EARLY))
