"""So much time from now, before now, or simply so long: 三天后, 两周内, 半年前, 近30天, 一个半小时."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache

from bot.domain.calendar import Calendar
from bot.understanding.date_solve import add_months
from bot.understanding.date_words import UNIT_SECONDS, UNITS
from bot.understanding.lazy import Lazy
from bot.understanding.numerals import number

_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_COUNT = r"\d[\d,]*(?:\.\d+)?[万亿]?|半|几十|几|[零一二三四五六七八九十百千万亿两俩仨]+"
_ONE = rf"(?:{_COUNT})(?:多|来|几)?(?: ?[个钟]多?)?半? ?(?:{_UNIT})(?:钟)?半?钟?(?:多)?"
_LEAD = r"再过|过去的?|过(?!来|去)|未来|今后|接下来|往后|近|最近|之前|之后|前|后|还剩|还有"
_TAIL = r"之后|以后|后(?![天期面续])|之前|以前|前(?![天台])|之内|以内|内(?![容部])|以来|里(?!面)"
_MONTHLIKE = Lazy(r"^(?:十[一二]|[一二三四五六七八九十]|\d{1,2})月")


@dataclass(frozen=True, slots=True)
class Offset:
    """``months`` and ``seconds`` ahead of now (``sign`` 1), before now (-1) or just long (0); ``workdays`` counts working days.

    ``about`` marks a count that names no day (过几天); ``most`` is the far end of a count that was only said roughly (二十几年前).
    """

    start: int
    end: int
    months: Decimal
    seconds: float
    workdays: int
    unit: str
    half: bool
    about: bool
    sign: int
    relation: str
    most: "Offset | None" = None

    @property
    def kind(self) -> str:
        return "range" if self.relation else "date" if self.in_days else "time"

    @property
    def in_days(self) -> bool:
        return self.unit in ("年", "季度", "月", "周", "天", "工作日")

    def clock(self, now: datetime) -> time | None:
        return None if self.in_days else (now + self.sign * timedelta(seconds=self.seconds)).time().replace(second=0, microsecond=0)

    def resolve(self, now: datetime, calendar: Calendar) -> tuple[datetime | None, datetime | None, date | None]:
        """First and last moment and the day meant."""
        if self.sign == 0:
            return None, None, None
        if self.most:
            return self._between(now, calendar)
        moment = self._moment(now, calendar)
        day = moment.date()
        if self.relation in ("within", "next"):
            periods = ("年", "季度", "月", "周") if self.sign < 0 else ("年", "月") if self.relation == "next" else ()
            edge = _midnight(moment) if self.unit in periods else moment
            if self.sign < 0:
                return edge, now, day
            if self.relation == "next" or not self.in_days:
                return now, edge, day
            return now, self._coarse(moment)[1] if self.unit == "年" and self.half else _end_of(moment), day
        if self.relation == "after":
            return self._coarse(moment)[0], None, day
        if self.relation == "before":
            return None, self._coarse(moment)[1] or moment, day
        if self.relation == "since":
            return self._coarse(moment)[0], now if now.time() > time() else _end_of(now), day
        first, last = self._coarse(moment)
        return first, last, day

    def _between(self, now: datetime, calendar: Calendar) -> tuple[datetime | None, datetime | None, date | None]:
        near, far = replace(self, most=None, relation=""), self.most or self
        first, end, day = near.resolve(now, calendar)
        begin, last, _ = far.resolve(now, calendar)
        return (first, last, day) if self.sign > 0 else (begin, end, day)

    def _moment(self, now: datetime, calendar: Calendar) -> datetime:
        if self.workdays:
            return _workdays_on(now, self.workdays * self.sign, calendar)
        months = int(self.months)
        day = add_months(now.date(), self.sign * months)
        rest = self.seconds + float(self.months - months) * 30 * 86400
        return datetime.combine(day, now.time()) + self.sign * timedelta(seconds=rest)

    def _coarse(self, moment: datetime) -> tuple[datetime, datetime | None]:
        """The calendar period around the moment, as coarse as the unit said: 三年后 is a year, 七年半后 a month, 四周后 a week."""
        day = datetime.combine(moment.date(), time())
        if self.unit == "年" and not self.half:
            return day.replace(month=1, day=1), day.replace(year=day.year + 1, month=1, day=1)
        if self.half and self.unit == "天":
            return moment, None
        if self.half and self.unit == "月" and self.months >= 1:
            # Half a month lies across the months of the calendar: a month that begins, or for the past ends, on that day.
            end = _end_of(day)
            return (day, _months_on(day, 1)) if self.sign > 0 else (_months_on(end, -1), end)
        if self.unit in ("年", "季度", "月") and self.months >= 1:
            first = day.replace(day=1)
            return first, datetime.combine(add_months(first.date(), 1), time())
        if self.unit == "周":
            return day, day + timedelta(days=7)
        return (day, day + timedelta(days=1)) if self.in_days else (moment, None)


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time())


def _end_of(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time()) + timedelta(days=1)


def _months_on(moment: datetime, months: int) -> datetime:
    return datetime.combine(add_months(moment.date(), months), time())


def _workdays_on(now: datetime, count: int, calendar: Calendar) -> datetime:
    day, left = now, min(abs(count), 2000)
    while left:
        day += timedelta(days=1 if count > 0 else -1)
        left -= calendar.is_workday(day.date())
    return day


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?P<lead>{_LEAD})? ?(?P<body>{_ONE}(?: ?[又零余多]? ?{_ONE})*) ?(?P<tail>{_TAIL})?")


@cache
def _piece() -> re.Pattern[str]:
    return re.compile(rf"(?P<n>{_COUNT})(?P<more>多|来|几)?(?P<ge> ?[个钟]多?)?(?P<half>半)? ?(?P<unit>{_UNIT})(?:钟)?(?P<tail>半)?")


def offset_at(text: str, pos: int) -> Offset | None:
    """The offset or duration that begins at this place; None when there is none."""
    m = _pattern().match(text, pos)
    if m and m["lead"] == "前" and text[max(0, pos - 1) : pos] in tuple("提目之以往"):
        return None
    if not m or (not m["lead"] and _MONTHLIKE.match(m["body"])) or _is_calendar(text, m):
        return None
    pieces = list(_piece().finditer(m["body"]))
    if not pieces:
        return None
    months, seconds, workdays, half = Decimal(0), 0.0, 0, False
    total = 0.0
    for piece in pieces:
        count = _count(piece)
        if count is None or count > 10**12:
            return None
        unit = UNITS[piece["unit"]]
        half = half or bool(piece["half"] or piece["tail"]) or piece["n"] == "半"
        total += float(count) * UNIT_SECONDS.get(unit, 86400)
        if unit in ("年", "季度", "月"):
            months += count * {"年": 12, "季度": 3, "月": 1}[unit]
        elif unit == "工作日":
            workdays += int(count)
        else:
            seconds += float(count) * UNIT_SECONDS[unit]
    sign, relation = _direction(m["lead"] or "", m["tail"] or "", bool(pieces[0]["more"]))
    if sign == 0:
        return Offset(m.start("body"), m.end("body"), months, total, 0, UNITS[pieces[-1]["unit"]], half, False, 0, "")
    if UNITS[pieces[-1]["unit"]] in ("小时", "刻钟", "分钟", "秒") and m["tail"] == "之前":
        relation = ""
    found = Offset(pos, m.end(), months, seconds, workdays, UNITS[pieces[-1]["unit"]], half, pieces[0]["n"] == "几", sign, relation)
    return _roughly(found, pieces)


def _roughly(o: Offset, pieces: list[re.Match[str]]) -> Offset:
    """几十年 lies between 20 and 100 years, 二十几 between 20 and 30."""
    said = pieces[0]["n"]
    if len(pieces) > 1 or not (said == "几十" or (pieces[0]["more"] == "几" and said.endswith("十"))):
        return o
    low = _count(pieces[0]) or Decimal(1)
    high = Decimal(100) if said == "几十" else low + 10
    return replace(o, most=replace(o, months=o.months * high / low, seconds=o.seconds * float(high / low), relation=""))


def _is_calendar(text: str, m: re.Match[str]) -> bool:
    """周一 after 一: 三周一次 is fine, but 十一周二 is not a duration."""
    return m["body"].endswith(("周", "星期", "礼拜")) and text[m.end() : m.end() + 1] in tuple("一二三四五六日天") and not m["tail"]


def _count(piece: re.Match[str]) -> Decimal | None:
    said = piece["n"]
    value = {"半": Decimal("0.5"), "几": Decimal(3), "几十": Decimal(20)}.get(said) or number(said)
    if value is None:
        return None
    return value + Decimal("0.5") if (piece["half"] or piece["tail"]) and said != "半" else value


def _direction(lead: str, tail: str, about: bool) -> tuple[int, str]:
    if tail in ("之后", "以后"):
        return 1, "after"
    if tail == "后":
        return 1, ""
    if tail in ("之前", "以前"):
        return -1, "before"
    if tail == "前":
        return -1, ""
    if tail == "以来":
        return -1, "since"
    if lead.startswith(("过去", "近", "最近", "前", "之前")):
        return -1, "within"
    if lead in ("未来", "今后", "接下来", "往后", "后", "之后", "还剩"):
        return 1, "within" if tail else "next"
    if lead in ("再过", "过"):
        return 1, "after"
    return (1, "within") if tail in ("之内", "以内", "内", "里") else (0, "")
