"""The official Chinese calendar from the kept library ``chinesecalendar``; Monday to Friday where it has no data."""

from datetime import date
from functools import cache

from bot.domain.calendar import WeekCalendar

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明",
    "Labour Day": "五一",
    "Dragon Boat Festival": "端午",
    "National Day": "国庆",
    "Mid-autumn Festival": "中秋",
}


class OfficialCalendar(WeekCalendar):
    """State Council holidays and make-up days; imported on first use, because start-up has no need of them."""

    def is_workday(self, day: date) -> bool:
        return _workday(day) if self.is_official(day.year) else super().is_workday(day)

    def holiday(self, day: date) -> str | None:
        return _holiday(day) if self.is_official(day.year) else None

    def is_official(self, year: int) -> bool:
        return year in _years()


@cache
def _years() -> frozenset[int]:
    from chinese_calendar import constants

    return frozenset(day.year for day in constants.holidays)


@cache
def _workday(day: date) -> bool:
    import chinese_calendar

    return bool(chinese_calendar.is_workday(day))


@cache
def _holiday(day: date) -> str | None:
    import chinese_calendar

    on_holiday, name = chinese_calendar.get_holiday_detail(day)
    return NAMES.get(name) if on_holiday and name else None
