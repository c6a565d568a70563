"""Working days around today, as the demonstration company's stories count them."""

from datetime import date, datetime, timedelta
from random import Random

from bot.domain.worktime import ONE_DAY, Worktime, at

PAST = 150
FUTURE = 10
A_MINUTE = timedelta(minutes=1)


class Days:
    """Working days before and after ``today``, and instants in their working hours."""

    def __init__(self, today: date, worktime: Worktime) -> None:
        self.today = today
        self._worktime = worktime
        self._before = self._walk(-ONE_DAY, PAST)
        self._after = self._walk(ONE_DAY, FUTURE)

    def back(self, n: int) -> date:
        """The n-th working day before today."""
        return self._before[n - 1]

    def ahead(self, n: int) -> date:
        """The n-th working day after today."""
        return self._after[n - 1]

    def moment(self, n: int, rng: Random) -> datetime:
        """A minute in the working hours of the n-th working day before today, late enough to have something to tell."""
        start, end = at(self.back(n), self._worktime.start), at(self.back(n), self._worktime.end)
        return start + timedelta(minutes=rng.randint(90, (end - start) // A_MINUTE - 15))

    def _walk(self, step: timedelta, length: int) -> list[date]:
        days: list[date] = []
        day = self.today
        while len(days) < length:
            day += step
            if self._worktime.is_workday(day):
                days.append(day)
        return days
