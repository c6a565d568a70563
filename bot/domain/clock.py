"""The one place that reads the time.

Everything else asks a :class:`Clock` for an aware UTC instant, so that tests and the sandbox can move it. People see Asia/Shanghai.
"""

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class ShiftedClock:
    """The machine's clock plus an offset that people can move: the sandbox's "next morning"."""

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._lock = threading.Lock()
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        with self._lock:
            return self._offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def move_to(self, instant: datetime) -> None:
        """Make ``now()`` return ``instant`` and go on from there."""
        with self._lock:
            self._offset = instant - datetime.now(UTC)


class FakeClock:
    """A clock that stands still until it is moved; for tests and dry runs."""

    def __init__(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a clock needs an aware datetime")
        self._now = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, instant: datetime) -> None:
        self._now = instant.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self._now += by


def local(instant: datetime) -> datetime:
    """The instant on a wall clock in Shanghai."""
    return instant.astimezone(SHANGHAI)


def local_day(instant: datetime) -> date:
    """The calendar day of an instant in Shanghai."""
    return local(instant).date()
