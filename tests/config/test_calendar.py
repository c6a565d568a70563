"""The official calendar of 2026, day by day where it differs from Monday to Friday."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.domain.errors import UserError
from config.calendar import OfficialCalendar, load_calendar

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


def written(folder: Path, text: str) -> Path:
    path = folder / "holidays.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_later_year_comes_from_a_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[2031]\n"元旦" = "2031-01-01..2031-01-03"\n"调休上班" = ["2031-01-04"]\n')
    calendar = load_calendar(file)
    assert calendar.is_official(2031)
    assert calendar.holiday(date(2031, 1, 2)) == "元旦"
    assert not calendar.is_workday(date(2031, 1, 2))
    assert calendar.is_workday(date(2031, 1, 4))  # a Saturday
    assert calendar.is_workday(date(2031, 1, 6))
    assert not calendar.is_workday(date(2031, 1, 11))


def test_a_file_leaves_other_years_as_they_are(tmp_path: Path) -> None:
    calendar = load_calendar(written(tmp_path, '[2031]\n"元旦" = "2031-01-01"\n'))
    assert calendar.holiday(date(2026, 10, 1)) == "国庆"


def test_a_file_stands_above_the_library(tmp_path: Path) -> None:
    calendar = load_calendar(written(tmp_path, '[2026]\n"厂庆" = "2026-03-18"\n'))
    assert calendar.holiday(date(2026, 3, 18)) == "厂庆"


@pytest.mark.parametrize(
    "text",
    [
        '["明年"]\n"元旦" = "2031-01-01"\n',
        '[2031]\n"元旦" = "一月一号"\n',
        '[2031]\n"元旦" = "2032-01-01"\n',
        '[2031]\n"元旦" = "2031-01-03..2031-01-01"\n',
        '[2031]\n"元旦" = "2031-01-01..2031-03-01"\n',
        '[2031]\n"调休上班" = 5\n',
        "y = 2031\n",
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_an_example(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"看不懂；例如 \[2027\]"):
        load_calendar(written(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="读不到节假日文件"):
        load_calendar(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"第 2 行看不懂；例如 \[2027\] 下面写 \"国庆\""):
        load_calendar(written(tmp_path, '[2031]\n国庆 = "2031-10-01"\n'))
