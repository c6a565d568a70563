"""Finding dates, times, stretches and durations in a text, each with both its readings, past and future."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.domain.calendar import Calendar
from bot.understanding.date_offsets import Offset, offset_at
from bot.understanding.date_parts import Parts, any_rule, grammar
from bot.understanding.date_solve import Stretch, add_months, clock, meant, stretch_of
from bot.understanding.lazy import Lazy

_TRIGGER = Lazy(
    r"[同闰农阴旧腊冬立处芒惊谷霜寒秋夏暑初\d零〇一二三四五六七八九十两俩仨半几第全廿Qq去今明后前大上下本这当次来还首末第最双国元春季清端中重七五八教圣情妇青儿建母父感除小年月周星礼昨早晨凌黎一午傍晚夜深白过节未近再之现此正马最]"
)
_GLUE = Lazy(r"[ ,的份]{1,2}|那天|那边")
_AGAIN = Lazy(r"[ ,、(]{0,2}(?:周|星期|礼拜)[一二三四五六日天]\)?")
_RELATION = Lazy(
    r" ?(?P<until>[或及]之?以?前)| ?(?P<onwards>[或及]之?以?后|开始)|(?P<since>起至今"
    r"|至今|以来|起(?!来|订|码|批))| ?(?P<before>之前|以前|前(?![天台面几往后])|截止"
    r"|止|之内|以内)"
    r"|(?P<after>之后|以后|后(?![天面期续台再])|过后)|(?P<within>内(?![容部])|之间|间)|(?P<about>左右|前后|附近)"
)
_LINK = Lazy(r"(?:起|开始)? ?(?:到|至|~|-{1,2}|—{1,2}|–)+ ?|[和与跟](?=.{0,14}?之?间)")
_TILL = Lazy(r"截止?至?到?|到")
_NOW = Lazy(r"现在|目前|此刻|如今|马上|最近(?!的?[一二两三几半\d])")
_ALONE = Lazy(r"\W*((?:19|20)\d\d)\W*")


@dataclass(frozen=True, slots=True)
class When:
    """An expression. ``first``/``last`` bound the stretch [first, last); ``future`` and ``past`` are the day a rep means by it.

    ``tense`` is -1 or 1 when the words themselves lie in the past or future, 0 when the sentence has to decide; ``day_said`` is false for
    a bare time of day; ``relation`` is before, until, after, since, within or empty.
    """

    start: int
    end: int
    kind: str
    first: datetime | None = None
    last: datetime | None = None
    seconds: float | None = None
    future: date | None = None
    past: date | None = None
    clock: time | None = None
    daypart: str | None = None
    tense: int = 0
    relation: str = ""
    day_said: bool = True
    parts: Parts | None = None


def _step(text: str, at: int, p: Parts) -> int | None:
    """Apply the longest rule of a finer level at this place; the new end, or None when nothing more belongs to the date."""
    if not any_rule(p.level).match(text, at):
        return None
    best: tuple[int, int] | None = None
    rules = grammar()
    found = None
    for number, (level, pattern, _) in enumerate(rules):
        if level > p.level and (m := pattern.match(text, at)) and (best is None or m.end() > best[1]) and m.end() > at:
            best, found = (number, m.end()), m
    if best is None or found is None:
        return None
    trial = replace(p)
    rules[best[0]][2](found, trial)
    if trial.bad:
        return None
    rules[best[0]][2](found, p)
    p.level = rules[best[0]][0]
    return best[1]


def _point(text: str, pos: int, level: int = 0) -> Parts | None:
    p = Parts(start=pos, end=pos, level=level)
    at: int | None = pos
    while at is not None:
        p.end = at
        following = _step(text, at, p)
        if following is None and p.level and at > pos:
            again = _AGAIN.match(text, at) if 6 <= p.level < 8 else None
            glue = again or _GLUE.match(text, at)
            following = _step(text, glue.end(), p) if glue else None
            if following is None and again:
                following = again.end()
                p.level = 7
        at = following
    return p if p.end > pos else None


def find(text: str, now: datetime, calendar: Calendar) -> list[When]:
    """Every expression of time in the text, left to right, without overlaps."""
    found: list[When] = []
    month: tuple[int, int] | None = None
    at = 0
    while m := _TRIGGER.search(text, at):
        when = _at(text, m.start(), now, calendar, month)
        at = when.end if when else _skip(text, m.start())
        if when:
            found.append(when)
            month = when.parts.month if when.parts and when.parts.month and when.parts.level >= 6 else month
    return _listed(text, found)


def _listed(text: str, found: list[When]) -> list[When]:
    """Days that follow each other in a list (10号,11号,12号) are one stretch."""
    whole: list[When] = []
    for when in found:
        before = whole[-1] if whole else None
        if before and _follows(before, when) and text[before.end : when.start] in ("、", ",", "和"):
            whole[-1] = replace(before, end=when.end, kind="range", last=when.last)
        else:
            whole.append(when)
    return whole


def _follows(before: When, when: When) -> bool:
    return _is_day(before) and _is_day(when) and before.last == when.first


def _is_day(when: When) -> bool:
    return when.parts is not None and when.clock is None and when.daypart is None and not when.relation and when.parts.level in (5, 6)


def _skip(text: str, at: int) -> int:
    """Past a whole run of figures that is no date, so that its tail is not read as one."""
    run = re.compile(r"[\d,.]*\d").match(text, at)
    return max(at + 1, run.end() if run else 0)


def _at(text: str, pos: int, now: datetime, calendar: Calendar, month: tuple[int, int] | None) -> When | None:
    try:
        return _moment(text, pos, now) or _best(text, pos, now, calendar, month)
    except (OverflowError, ValueError):
        return None


def _moment(text: str, pos: int, now: datetime) -> When | None:
    if m := _NOW.match(text, pos):
        return When(pos, m.end(), "date", now, None, day_said=False)
    if (year := _ALONE.fullmatch(text)) and pos == year.start(1):
        return When(year.start(1), year.end(1), "range", _new_year(int(year[1])), _new_year(int(year[1]) + 1), day_said=False)
    return None


def _new_year(year: int) -> datetime:
    return datetime.combine(date(year, 1, 1), time())


def _best(text: str, pos: int, now: datetime, calendar: Calendar, month: tuple[int, int] | None) -> When | None:
    offset = offset_at(text, pos)
    spread = _range(text, pos, now, calendar)
    point = _point(text, pos)
    point_end = _related_end(text, point.end) if point else pos
    if spread and spread.end >= max(offset.end if offset else pos, point_end):
        return spread
    if point and point_end >= (offset.end if offset else pos) and not _is_name(text, point):
        if month and point.day is not None and point.month is None and point.months is None and point.year is None:
            point = _carried(point, month, now)
        return _single(text, point, now, calendar)
    return _from_offset(offset, now, calendar) if offset else None


def _is_name(text: str, p: Parts) -> bool:
    return (
        p.end - p.start == 1
        and text[p.start] in "早晚当晨明今昨"
        and p.daypart is not None
        and text[max(0, p.start - 1) : p.start] in ("最", "太", "还", "较", "偏", "稍", "提")
    )


def _carried(p: Parts, month: tuple[int, int], now: datetime) -> Parts:
    carried = replace(p, month=month)
    stretch = stretch_of(carried, now)
    return carried if stretch and stretch[0] and stretch[0].date() >= now.date() else p


def _related_end(text: str, at: int) -> int:
    m = _RELATION.match(text, at)
    return m.end() if m else at


def _single(text: str, p: Parts, now: datetime, calendar: Calendar) -> When | None:
    stretch = stretch_of(p, now)
    future, past = meant(p, now.date(), calendar, ahead=True), meant(p, now.date(), calendar, ahead=False)
    if p.weeks is not None and p.weekday is None and _RELATION.match(text, p.end):
        future = past = now.date() + timedelta(days=4 - now.weekday(), weeks=p.weeks)
    if p.months == 0 and p.day is None and p.stretch is None and _RELATION.match(text, p.end):
        future = past = add_months(now.date().replace(day=1), 1) - timedelta(days=1)
    if stretch is None and future is None:
        return None
    stretch = stretch or (
        datetime.combine(future or now.date(), time()),
        datetime.combine(future or now.date(), time()) + timedelta(days=1),
    )
    relation = _RELATION.match(text, p.end)
    name = (relation.lastgroup or "") if relation else ""
    if till := next(
        (m for m in (_TILL.match(text, s) for s in range(max(0, p.start - 3), p.start)) if m and m.end() == p.start and len(m[0]) > 1), None
    ):
        name, p.start = "before", till.start()
    if not name and text.endswith("自从", 0, p.start):
        name = "onwards"
    first, last = _related(stretch, name, now)
    kind = "time" if p.hour is not None else "date" if _one_day(stretch) else "range"
    return When(
        p.start, relation.end() if relation else p.end, kind, first, last, None, future, past, clock(p, working=True), p.daypart,
        _tense(p, future, past, now.date()), name, p.dated, p
    )  # fmt: skip


def _one_day(stretch: Stretch) -> bool:
    first, last = stretch
    return first is not None and last is not None and last - first == timedelta(days=1)


def _related(stretch: Stretch, relation: str, now: datetime) -> Stretch:
    first, last = stretch
    if relation == "before":
        # A deadline still to come includes the day named and runs from now; of a past day only what lies before it.
        return (now, last or first) if first and first >= now - timedelta(days=1) else (None, first)
    if relation == "until":
        return None, first if _one_day(stretch) else last
    if relation == "after":
        return (last, None) if last and first and last - first > timedelta(days=31) else (first, None)
    if relation == "onwards":
        return first, None
    if relation == "since":
        return first, now if first and first < now else None
    return first, last


def _tense(p: Parts, future: date | None, past: date | None, today: date) -> int:
    """Fixed when the words point one way: 昨天, 上周五, 下个月, 明早; a holiday does unless it has just passed."""
    if p.holiday is not None and future is not None and p.year is None and p.years is None:
        return 0 if past is not None and today - past <= timedelta(days=20) else 1
    if (
        p.month
        and p.day is not None
        and future is not None
        and past is not None
        and abs((future - today) - (today - past)) > timedelta(days=60)
    ):
        return 1 if future - today < today - past else -1
    if not p.dated or future is None or past is None or future != past:
        return 0
    return (future > today) - (future < today)


def _range(text: str, pos: int, now: datetime, calendar: Calendar) -> When | None:
    lead = re.compile(r"(?:从|自)").match(text, pos)
    start = pos if not lead else lead.end()
    left = _point(text, start)
    link = _LINK.match(text, left.end) if left else None
    if not link:
        left = _bare_left(text, start)
        link = _LINK.match(text, left.end) if left else None
    if not left or not link:
        return None
    right = _point(text, link.end())
    if right is None and (right := _bare_right(text, link.end(), left)):
        right.end = link.end() + 4
    if right is None and (present := re.compile("现在|目前|如今").match(text, link.end())) and (one := stretch_of(left, now)):
        return When(
            pos, present.end(), "range", one[0], now, None, None, meant(left, now.date(), calendar, ahead=False), tense=-1, parts=left
        )
    if right is None:
        return None
    _share(left, right)
    one, two = stretch_of(left, now), stretch_of(right, now)
    if not one or not two or one[0] is None or two[0] is None:
        return None
    last = now if right.days == 0 and right.hour is None and right.daypart is None else two[1] or two[0]
    tail = re.compile(r"(?:之间|间|止|为止|期间|前|底)?").match(text, right.end)
    future, past = meant(left, now.date(), calendar, ahead=True), meant(left, now.date(), calendar, ahead=False)
    return When(
        pos, tail.end() if tail else right.end, "range", one[0], _after(one[0], last), None, future, past,
        clock(left, working=True), left.daypart,
        _tense(left, future, past, now.date()), "", left.dated, left,
    )  # fmt: skip


def _after(first: datetime, last: datetime) -> datetime:
    """An end that lies before the beginning belongs to the next day or year (下午5点到凌晨3点, 8月至2月)."""
    if last > first:
        return last
    return last + timedelta(days=1) if first - last < timedelta(days=1) else last.replace(year=last.year + 1)


_BARE = Lazy(r"\d{1,4}|[一二三四五六七八九十]{1,3}")


def _bare_left(text: str, pos: int) -> Parts | None:
    """9~12点半, 2018年2——4月, 晚上9~11点: the left figure takes its unit from the right side."""
    head = _point(text, pos)
    at = head.end if head else pos
    if not (m := _BARE.match(text, at)) or not (link := _LINK.match(text, m.end())):
        return None
    right = _point(text, link.end())
    unit = {1: "年", 3: "月", 6: "日", 9: "点"}.get(right.level) if right else None
    if right and right.year is not None and re.fullmatch(r"(?:19|20)\d\d", m[0]):
        unit = "年"
    if unit is None or (head and head.level >= 6 and unit != "点"):
        return None
    left = _point(text[:at] + m[0] + unit, pos)
    if left is None or left.end != m.end() + 1:
        return None
    left.end = m.end()
    return left


def _bare_right(text: str, pos: int, left: Parts) -> Parts | None:
    """2008.03-2009: a year without its word; 现在, 至今."""
    m = re.compile(r"(?:19|20)\d\d(?!\d)").match(text, pos)
    return _point(m[0] + "年", 0) if m and left.year else None


def _share(left: Parts, right: Parts) -> None:
    """What only one side says holds for both: the coarser words of the left, the part of day and year of either."""
    own = _first_level(right)
    for name, finer in _LEVELS.items():
        if getattr(right, name) is None and getattr(left, name) is not None and finer < own:
            setattr(right, name, getattr(left, name))
    if right.hour is not None and right.daypart is None and left.daypart is not None and own == 9:
        right.daypart = left.daypart


_LEVELS = {"year": 1, "years": 1, "month": 3, "months": 3, "weeks": 5, "weekday": 5, "day": 6, "days": 6, "holiday": 6}


def _first_level(p: Parts) -> int:
    order = (
        (1, p.year is not None or p.years is not None),
        (3, p.month is not None or p.months is not None or p.quarter is not None),
        (5, p.weeks is not None or p.weekday is not None),
        (6, p.day is not None or p.days is not None or p.holiday is not None),
    )
    return next((level for level, said in order if said), 9)


def _from_offset(o: Offset, now: datetime, calendar: Calendar) -> When | None:
    first, last, day = o.resolve(now, calendar)
    if o.sign == 0:
        return When(o.start, o.end, "duration", seconds=o.seconds, day_said=False)
    tense = 1 if o.sign > 0 else -1
    meant_day = None if o.about else day
    return When(o.start, o.end, o.kind, first, last, None, meant_day, meant_day, o.clock(now), None, tense, o.relation, o.in_days)
