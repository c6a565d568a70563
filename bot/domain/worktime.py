"""Three clocks for time limits: ``wall``, ``working`` and ``workday``.

``wall`` runs always; ``working`` runs in the working hours of working days; ``workday`` runs 24 h on working days and stands still on
other days. Days and hours are Shanghai's; holidays and make-up days come from the :class:`Calendar`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from bot.domain.calendar import Calendar, WeekCalendar
from bot.domain.clock import SHANGHAI, local, local_day

ONE_DAY = timedelta(days=1)


class ClockKind(StrEnum):
    """Which time counts towards a limit."""

    WALL = "wall"
    WORKING = "working"
    WORKDAY = "workday"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` in the evening to ``end`` in the morning nothing is pushed that can wait."""

    start: time = time(20)
    end: time = time(8)

    def release(self, now: datetime) -> datetime | None:
        """When a message that may wait should go out: None for at once, else the end of the quiet hours that ``now`` lies in."""
        if self.start == self.end:
            return None
        wall = local(now)
        over_midnight = self.start > self.end
        quiet = (wall.time() >= self.start or wall.time() < self.end) if over_midnight else self.start <= wall.time() < self.end
        if not quiet:
            return None
        day = wall.date() + (ONE_DAY if over_midnight and wall.time() >= self.start else timedelta(0))
        return at(day, self.end)


@dataclass(frozen=True, slots=True)
class Worktime:
    """Measures elapsed time and deadlines on any of the three clocks."""

    calendar: Calendar = field(default_factory=WeekCalendar)
    start: time = time(9)
    end: time = time(18)

    def elapsed(self, since: datetime, until: datetime, kind: ClockKind) -> timedelta:
        """How much of ``since``..``until`` counts; zero when ``until`` is earlier."""
        if until <= since:
            return timedelta(0)
        if kind is ClockKind.WALL:
            return until - since
        pieces = self._open(local_day(since), local_day(until), kind)
        return sum((min(until, stop) - max(since, start) for start, stop in pieces if start < until and stop > since), timedelta(0))

    def deadline(self, since: datetime, limit: timedelta, kind: ClockKind) -> datetime:
        """The first instant at which ``limit`` has elapsed since ``since``."""
        if kind is ClockKind.WALL:
            return since + limit
        left = limit
        for start, stop in self._days(local_day(since), ONE_DAY, kind):
            begin = max(start, since)
            if stop - begin >= left:
                return begin + left
            left -= max(stop - begin, timedelta(0))
        raise AssertionError("the days do not end")

    def before(self, until: datetime, limit: timedelta, kind: ClockKind) -> datetime:
        """The latest instant from which ``limit`` has elapsed by ``until``; rows older than it are over the limit."""
        if kind is ClockKind.WALL:
            return until - limit
        left = limit
        for start, stop in self._days(local_day(until), -ONE_DAY, kind):
            finish = min(stop, until)
            if finish - start >= left:
                return finish - left
            left -= max(finish - start, timedelta(0))
        raise AssertionError("the days do not end")

    def is_workday(self, day: date) -> bool:
        return self.calendar.is_workday(day)

    def next_workday(self, day: date) -> date:
        """The first working day after ``day``."""
        return next(d for d in _walk(day + ONE_DAY, ONE_DAY) if self.is_workday(d))

    def _open(self, first: date, last: date, kind: ClockKind) -> Iterator[tuple[datetime, datetime]]:
        return self._days(first, ONE_DAY, kind, lambda day: day <= last)

    def _days(
        self, first: date, step: timedelta, kind: ClockKind, within: Callable[[date], bool] = lambda _: True
    ) -> Iterator[tuple[datetime, datetime]]:
        for day in _walk(first, step):
            if not within(day):
                return
            if not self.is_workday(day):
                continue
            if kind is ClockKind.WORKDAY:
                yield at(day, time(0)), at(day + ONE_DAY, time(0))
            else:
                yield at(day, self.start), at(day, self.end)


def at(day: date, clock_time: time) -> datetime:
    """A Shanghai wall time as an aware UTC instant."""
    return datetime.combine(day, clock_time, SHANGHAI).astimezone(UTC)


def _walk(day: date, step: timedelta) -> Iterator[date]:
    while True:
        yield day
        day += step
