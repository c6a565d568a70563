"""The official calendar of 2026, day by day where it differs from Monday to Friday."""

from datetime import date, timedelta

import pytest

from config.calendar import OfficialCalendar

CALENDAR = OfficialCalendar()
HOLIDAYS = {
    "元旦": (date(2026, 1, 1), 3),
    "春节": (date(2026, 2, 15), 9),
    "清明": (date(2026, 4, 4), 3),
    "五一": (date(2026, 5, 1), 5),
    "端午": (date(2026, 6, 19), 3),
    "中秋": (date(2026, 9, 25), 3),
    "国庆": (date(2026, 10, 1), 7),
}
MAKE_UP_DAYS = [date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)]


@pytest.mark.parametrize("name", HOLIDAYS)
def test_no_day_of_a_holiday_is_worked(name: str) -> None:
    first, length = HOLIDAYS[name]
    assert not any(CALENDAR.is_workday(first + timedelta(days=n)) for n in range(length))


@pytest.mark.parametrize("name", HOLIDAYS)
def test_a_holiday_has_its_name(name: str) -> None:
    first, length = HOLIDAYS[name]
    assert name in {CALENDAR.holiday(first + timedelta(days=n)) for n in range(length)}


@pytest.mark.parametrize("day", MAKE_UP_DAYS)
def test_make_up_days_on_weekends_are_worked_and_no_holiday(day: date) -> None:
    assert day.weekday() >= 5
    assert CALENDAR.is_workday(day)
    assert CALENDAR.holiday(day) is None


def test_every_other_day_of_2026_follows_the_week() -> None:
    special = {first + timedelta(days=n) for first, length in HOLIDAYS.values() for n in range(length)} | set(MAKE_UP_DAYS)
    ordinary = {date(2026, 1, 1) + timedelta(days=n) for n in range(365)} - special
    assert all(CALENDAR.is_workday(day) is (day.weekday() < 5) for day in ordinary)


def test_an_ordinary_weekend_is_no_holiday() -> None:
    assert CALENDAR.holiday(date(2026, 3, 21)) is None
    assert CALENDAR.holiday(date(2026, 3, 18)) is None


def test_2026_is_official() -> None:
    assert CALENDAR.is_official(2026)


@pytest.mark.parametrize("year", [1999, 2050])
def test_years_without_data_follow_the_week_and_say_so(year: int) -> None:
    assert not CALENDAR.is_official(year)
    day = date(year, 10, 1)
    assert CALENDAR.is_workday(day) is (day.weekday() < 5)
    assert CALENDAR.holiday(day) is None
