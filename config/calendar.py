"""The official Chinese calendar from the kept library ``chinesecalendar``; later years from a file that people keep themselves.

A year that neither knows is Monday to Friday, and :meth:`OfficialCalendar.is_official` says so.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.domain.calendar import WeekCalendar
from bot.domain.errors import UserError, os_reason
from config.wrong import toml_line

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明",
    "Labour Day": "五一",
    "Dragon Boat Festival": "端午",
    "National Day": "国庆",
    "Mid-autumn Festival": "中秋",
}
EXAMPLE = '例如 [2027] 下面写 "国庆" = "2027-10-01..2027-10-07" 和 "调休上班" = ["2027-10-09"]，名称也要加英文引号'
MADE_UP = "调休上班"
LONGEST = 15


@dataclass(frozen=True, slots=True)
class Year:
    """One year's holidays by day, and the weekend days that are worked."""

    holidays: Mapping[date, str]
    worked: frozenset[date]


class OfficialCalendar(WeekCalendar):
    """State Council holidays and make-up days.

    Args:
        years: what people wrote down themselves; stands above the library.
    """

    def __init__(self, years: Mapping[int, Year] | None = None) -> None:
        self._years = years or {}

    def is_workday(self, day: date) -> bool:
        if own := self._years.get(day.year):
            return day in own.worked or (day not in own.holidays and super().is_workday(day))
        return _workday(day) if day.year in _known() else super().is_workday(day)

    def holiday(self, day: date) -> str | None:
        if own := self._years.get(day.year):
            return own.holidays.get(day)
        return _holiday(day) if day.year in _known() else None

    def is_official(self, year: int) -> bool:
        return year in self._years or year in _known()


def load_calendar(file: Path | None) -> OfficialCalendar:
    """The calendar with the years of a file. Raises UserError naming the file, the year and a right example."""
    if file is None:
        return OfficialCalendar()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"读不到节假日文件 {file}：{os_reason(error)}") from error
    except UnicodeDecodeError as error:
        raise UserError(f"节假日文件 {file} 不是 UTF-8 文本；请另存为 UTF-8 编码") from error
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"节假日文件 {file} 第 {toml_line(error)} 行看不懂；{EXAMPLE}") from error
    return OfficialCalendar(dict(_year(file, name, values) for name, values in data.items()))


def _year(file: Path, name: str, values: Any) -> tuple[int, Year]:  # noqa: ANN401  (whatever stands in the file)
    try:
        number = int(name)
        spans = {str(holiday): list(_days(number, span)) for holiday, span in values.items() if holiday != MADE_UP}
        worked = frozenset(day for span in values.get(MADE_UP, ()) for day in _days(number, span))
        return number, Year({day: holiday for holiday, days in spans.items() for day in days}, worked)
    except (ValueError, TypeError, AttributeError) as error:
        raise UserError(f"节假日文件 {file} 的 [{name}] 看不懂；{EXAMPLE}") from error


def _days(year: int, span: object) -> Iterator[date]:
    """``2027-10-01..2027-10-07`` or one day, inside the year. Raises ValueError."""
    first, _, last = str(span).partition("..")
    start, end = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    length = (end - start).days + 1
    if start.year != year or end.year != year or not 0 < length <= LONGEST:
        raise ValueError(span)
    return (start + timedelta(days=n) for n in range(length))


# The library is imported on first use, because start-up has no need of it.
@cache
def _known() -> frozenset[int]:
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
