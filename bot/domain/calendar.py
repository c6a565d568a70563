"""What the rules need to know of the official calendar; ``config/calendar.py`` supplies it."""

from datetime import date
from typing import Protocol


class Calendar(Protocol):
    """Working days of mainland China, holidays and make-up days included."""

    def is_workday(self, day: date) -> bool:
        """Whether people work on that day."""
        ...

    def holiday(self, day: date) -> str | None:
        """The official holiday that the day belongs to (``国庆节``), None on other days, weekends included."""
        ...

    def is_official(self, year: int) -> bool:
        """Whether the State Council's dates of that year are known; else Monday to Friday is assumed."""
        ...


class WeekCalendar:
    """Monday to Friday, no holidays: the plain calendar for tests and for years without official data."""

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5

    def holiday(self, day: date) -> str | None:
        return None

    def is_official(self, year: int) -> bool:
        return False
