"""From what was said of a date to the stretch of time it means and to the day a sales rep means by it."""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from bot.domain.calendar import Calendar
from bot.understanding.date_parts import Parts
from bot.understanding.date_words import AFTERNOON, DAY_PARTS, LATE, OFFICIAL, feast
from bot.understanding.lunar import month_of, season, solar

Stretch = tuple[datetime | None, datetime | None]
DAY = timedelta(days=1)
_TENTHS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "初": (1, 5), "中": (11, 20), "上半月": (1, 15), "下半月": (16, 31)}
_DUE = {"初": 1, "上旬": 1, "中": 15, "中旬": 15, "下旬": 21, "底": 31, "末": 31, "内": 31, "上半月": 1, "下半月": 16, "伊始": 1}


def add_months(day: date, months: int) -> date:
    """The same day so many months on, or the last day of that month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def clock(p: Parts, *, working: bool) -> time | None:
    """The time of day said. ``working``: an hour from 1 to 6 without a part of the day is in the afternoon."""
    if p.hour is None:
        return None
    hour = p.hour
    if (p.daypart in AFTERNOON and hour < 12 and not (p.daypart in ("中午", "午间") and hour >= 10)) or (
        p.daypart == "半夜" and 8 <= hour < 12
    ):
        hour += 12
    elif p.daypart in LATE and hour == 12:
        hour = 24
    elif working and p.daypart is None and 1 <= hour <= 6:
        hour += 12
    return time(hour % 24, p.minute or 0, p.second or 0)


def _year_of(p: Parts, now: date) -> int | None:
    if p.years is not None:
        return now.year + p.years
    if p.year is None or p.year >= 100:
        return p.year
    # Two figures are the year at most twenty years ahead and less than eighty back.
    return now.year + 20 - (now.year + 20 - p.year) % 100


def _month_of(p: Parts, now: date) -> tuple[int, int, int] | None:
    """Year and first and last month, when a month, quarter or half year was said."""
    year = _year_of(p, now)
    if p.months is not None:
        day = add_months(now.replace(day=1), p.months)
        return day.year, day.month, day.month
    if p.quarters is not None:
        day = add_months(date(now.year, (now.month - 1) // 3 * 3 + 1, 1), 3 * p.quarters)
        return day.year, day.month, day.month + 2
    first = last = 0
    if p.month:
        first, last = p.month
    elif p.quarter:
        first, last = p.quarter[0] * 3 - 2, p.quarter[1] * 3
    elif p.half:
        first, last = (1, 6) if p.half == 1 else (7, 12)
    else:
        return None
    return year or now.year, first, last


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weekday(p: Parts, now: date) -> date:
    return _monday(now) + timedelta(weeks=p.weeks or 0, days=p.weekday or 0)


def _nth_monday(first: date, nth: int) -> date:
    return first + timedelta(days=(7 - first.weekday()) % 7 + 7 * (nth - 1))


def _valid_day(year: int, month: int, day: int, *, roll: str) -> date | None:
    """The day, or with ``roll`` the next month (``month``) or year (``year``) that has such a day."""
    for _ in range(8):
        if day <= monthrange(year, month)[1]:
            return date(year, month, day)
        if roll == "month":
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        elif roll == "year":
            year += 1
        else:
            return None
    return None


def days_of(p: Parts, now: date) -> tuple[date, date] | None:
    """First and last day of what was said, in the period that now lies in where none was said."""
    months = _month_of(p, now)
    year = _year_of(p, now)
    if p.lunar is not None:
        return _lunar_days(p, year or now.year)
    if p.season is not None:
        return season(p.season, year or now.year)
    if p.holiday is not None:
        eve = p.holiday in ("除夕", "大年三十", "年三十")
        day = feast(p.holiday, (year or now.year) + (eve and year is not None))
        if eve and year is None and day and day < now:
            day = feast(p.holiday, now.year + 1)
        return (day + p.lunar_days * DAY,) * 2 if day else None
    if p.days is not None:
        return now + p.days * DAY, now + (p.days + p.span - 1) * DAY
    if p.day is not None and (months or year is None):
        y, m = (months[0], months[1]) if months else (now.year, now.month)
        day = _valid_day(y, m, p.day, roll="year" if p.month and year is None else "" if months else "month")
        return (day, day) if day else None
    if p.weekday is not None and p.nth_week is None:
        day = _weekday(p, now)
        return day, day + DAY if p.weekend else day
    if p.half_week:
        return _half_week(p, now)
    if p.weeks is not None:
        return _monday(now) + timedelta(weeks=p.weeks), _monday(now) + timedelta(weeks=p.weeks, days=6)
    if months or year is not None or p.stretch or p.first_days or p.last_days:
        return _period(p, months, year, now)
    return None


def _half_week(p: Parts, now: date) -> tuple[date, date]:
    """上半周 is Monday to Wednesday, 下半周 the rest."""
    monday = _monday(now) + timedelta(weeks=p.weeks or 0)
    return (monday, monday + 2 * DAY) if p.half_week == 1 else (monday + 3 * DAY, monday + 6 * DAY)


def _lunar_days(p: Parts, year: int) -> tuple[date, date] | None:
    month, number, doubled = p.lunar or (1, 1, False)
    if not number:
        return month_of(year, month, doubled=doubled)
    day = solar(year, month, number, doubled=doubled)
    return (day, day) if day else None


def _period(p: Parts, months: tuple[int, int, int] | None, year: int | None, now: date) -> tuple[date, date] | None:
    if p.stretch and (p.stretch in ("年初", "年底", "年末", "年中") or (year is not None and not months)):
        return _year_stretch(p.stretch[-1] if p.stretch != "伊始" else "伊始", year or now.year)
    if months:
        first, last = date(months[0], months[1], 1), date(months[0], months[2], monthrange(months[0], months[2])[1])
    elif year is not None:
        first, last = date(year, 1, 1), date(year + p.span - 1, 12, 31)
    else:
        first, last = now.replace(day=1), now.replace(day=monthrange(now.year, now.month)[1])
    if p.day is not None:
        return (first + (p.day - 1) * DAY,) * 2
    if p.first_days:
        return first, first + (p.first_days - 1) * DAY
    if p.last_days:
        return last - p.last_days * DAY, last
    if p.nth_week is not None:
        monday = _nth_monday(first, p.nth_week) if p.nth_week > 0 else _monday(last)
        return monday, monday + (7 * p.weeks_long - 1) * DAY
    if p.nth_weekday is not None:
        return (_ordinal_weekday(first, last, *p.nth_weekday),) * 2
    return _tenth(p.stretch, first, last) if p.stretch else (first, last)


def _ordinal_weekday(first: date, last: date, nth: int, weekday: int) -> date:
    if nth < 0:
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _tenth(stretch: str, first: date, last: date) -> tuple[date, date]:
    if last - first > 31 * DAY:
        return (
            (last.replace(day=1), last) if stretch in ("底", "末") else (first, first.replace(day=monthrange(first.year, first.month)[1]))
        )
    if stretch in ("底", "末"):
        return first.replace(day=25), last
    begin, end = _TENTHS.get(stretch, (1, 31))
    return first.replace(day=begin), first.replace(day=min(end, last.day))


def _year_stretch(stretch: str, year: int) -> tuple[date, date]:
    first, last = {"初": (1, 2), "底": (11, 12), "末": (11, 12), "中": (6, 7), "伊始": (1, 1)}.get(stretch, (1, 12))
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def stretch_of(p: Parts, now: datetime) -> Stretch | None:
    """The stretch of time [first, last) that the words cover; a clock time has no end."""
    days = days_of(p, now.date()) or (None if p.dated and p.daypart is None and p.hour is None else (now.date(), now.date()))
    if days is None:
        return None
    midnight = datetime.combine(days[0], time())
    at = clock(p, working=False)
    if at is not None:
        late = p.daypart in LATE and p.hour == 12
        return midnight + timedelta(days=late or p.hour == 24, hours=at.hour, minutes=at.minute, seconds=at.second), None
    if p.daypart is not None:
        begin, end = DAY_PARTS[p.daypart]
        return midnight + timedelta(hours=begin), midnight + timedelta(hours=end)
    return midnight, datetime.combine(days[1], time()) + DAY


def meant(p: Parts, now: date, calendar: Calendar, *, ahead: bool) -> date | None:
    """The one day a rep means: the next such day when ``ahead``, else the latest one that is not in the future."""
    if p.holiday is not None:
        return _holiday(p, now, calendar, ahead=ahead)
    if p.lunar is not None:
        return _lunar_day(p, now, ahead=ahead)
    if p.season is not None:
        return None
    if p.stretch or p.half or p.quarters is not None or p.quarter:
        return _due(p, now, ahead=ahead)
    if p.weekday is not None:
        return _working_weekday(p, now, ahead=ahead)
    if p.weeks is not None:
        return now + timedelta(weeks=p.weeks) if p.weeks else None
    if p.months is not None and p.day is None and p.nth_week is None and p.nth_weekday is None:
        return add_months(now, p.months) if p.months else None
    if p.day is not None or p.month is not None:
        return _day_or_month(p, now, ahead=ahead)
    days = days_of(p, now)
    return days[0] if days and not (p.years is not None and p.level == 1) else None


def _lunar_day(p: Parts, now: date, *, ahead: bool) -> date | None:
    year = _year_of(p, now)
    days = _lunar_days(p, year or now.year)
    if year is None and days and ((ahead and days[0] < now) or (not ahead and days[0] > now)):
        days = _lunar_days(p, now.year + (1 if ahead else -1))
    return days[0] if days else None


def _working_weekday(p: Parts, now: date, *, ahead: bool) -> date:
    day = _weekday(p, now)
    if p.weeks is not None or p.weekend:
        return day
    if ahead and day <= now:
        return day + timedelta(weeks=1)
    return day - timedelta(weeks=1) if not ahead and day > now else day


def _day_or_month(p: Parts, now: date, *, ahead: bool) -> date | None:
    days = days_of(p, now)
    if not days:
        return None
    fixed = p.year is not None or p.years is not None or p.months is not None
    return (
        days[0] if fixed else _shift(days[0], now, ahead, 12 if p.month else 1, lambda d: _valid_day(d.year, d.month, p.day or 1, roll=""))
    )


def _shift(day: date, now: date, ahead: bool, months: int, again: Callable[[date], date | None]) -> date | None:
    """The day moved on (or back) by one period when it lies on the wrong side of now."""
    if ahead and day < now:
        for step in (months, 2 * months):
            if moved := again(add_months(day.replace(day=1), step)):
                return moved
    if not ahead and day > now:
        for step in (-months, -2 * months):
            if moved := again(add_months(day.replace(day=1), step)):
                return moved
    return day


def _due(p: Parts, now: date, *, ahead: bool) -> date | None:
    """月底, 下月初, 6月中旬, 年底, 季度末, 下季度 as one day."""
    months, year = _month_of(p, now), _year_of(p, now)
    stretch = p.stretch or ""
    if stretch.startswith("年") or (year is not None and not months and stretch):
        month, day = {"初": (1, 1), "中": (0, 0)}.get(stretch[-1], (12, 31))
        due = date((year if year is not None else now.year), month, day) if month else None
        return date(now.year + 1, 1, 1) if due and due < now and year is None and ahead else due
    if months is None:
        months = (now.year, now.month, now.month)
        if stretch in ("初", "上旬") and ahead and now.day > 1:
            nxt = add_months(now.replace(day=1), 1)
            months = (nxt.year, nxt.month, nxt.month)
    month = months[2] if stretch in ("底", "末") else months[1]
    if p.half:
        return None
    due = _clamped(months[0], month, _DUE.get(stretch, 1))
    if not p.month and p.months is None and not p.quarter and p.quarters is None and year is None and ahead and due < now:
        following = add_months(now.replace(day=1), 1)
        due = _clamped(following.year, following.month, _DUE.get(stretch, 1))
    if p.month and p.year is None and p.years is None and ahead and due < now:
        due = _clamped(months[0] + 1, month, _DUE.get(stretch, 1))
    return due


def _clamped(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _holiday(p: Parts, now: date, calendar: Calendar, *, ahead: bool) -> date | None:
    if not p.holiday:
        return _next_holiday(now, calendar, after=p.after_holiday)
    year = _year_of(p, now)
    day = feast(p.holiday, year or now.year)
    if day is None:
        return None
    if year is None and ahead and (_workday_after(day, p.holiday, calendar) if p.after_holiday else day) < now:
        day = feast(p.holiday, now.year + 1) or day
    elif year is None and not ahead and day > now:
        day = feast(p.holiday, now.year - 1) or day
    return _workday_after(day, p.holiday, calendar) if p.after_holiday else day + p.lunar_days * DAY


def _workday_after(day: date, name: str, calendar: Calendar) -> date:
    """The first working day after the official holiday; three days off where the calendar does not know the year."""
    if not calendar.is_official(day.year) and name in OFFICIAL:
        day += 2 * DAY
    return _first_workday(day, calendar)


def _first_workday(day: date, calendar: Calendar) -> date:
    for _ in range(20):
        day += DAY
        if calendar.is_workday(day) and calendar.holiday(day) is None:
            return day
    return day


def _next_holiday(now: date, calendar: Calendar, *, after: bool) -> date | None:
    names = ("元旦", "春节", "清明", "五一", "端午", "中秋", "国庆")
    feasts = [(d, n) for n in names for y in (now.year, now.year + 1) if (d := feast(n, y))]
    for day, name in sorted(feasts):
        back = _workday_after(day, name, calendar)
        if (back > now) if after else (day >= now):
            return back if after else day
    return None
