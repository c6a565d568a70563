"""The grammar of one date or time: which words may follow which, from the year down to the second."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from bot.understanding.date_words import DAY_PARTS, HOLIDAYS, RELATIVE_DAYS, RELATIVE_YEARS, WEEKDAYS
from bot.understanding.lunar import MONTHS
from bot.understanding.numerals import small

Match = re.Match[str]
N = r"(?:\d{1,2}|[零一二两三四五六七八九十廿]{1,3})"


@dataclass(slots=True)
class Parts:
    """What was said of a date. Plain names are absolute, ``…s`` names are relative to now (``months=1`` is next month).

    ``span`` counts the days or years that were said together (今明两天 is two).
    """

    start: int = 0
    end: int = 0
    level: int = 0
    year: int | None = None
    years: int | None = None
    quarter: tuple[int, int] | None = None
    quarters: int | None = None
    half: int | None = None
    month: tuple[int, int] | None = None
    months: int | None = None
    stretch: str | None = None
    weeks: int | None = None
    nth_week: int | None = None
    weeks_long: int = 1
    half_week: int = 0
    span: int = 1
    nth_weekday: tuple[int, int] | None = None
    weekday: int | None = None
    weekend: bool = False
    day: int | None = None
    days: int | None = None
    first_days: int | None = None
    last_days: int | None = None
    holiday: str | None = None
    after_holiday: bool = False
    lunar_days: int = 0
    lunar: tuple[int, int, bool] | None = None
    season: str | None = None
    daypart: str | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    bad: bool = False

    @property
    def dated(self) -> bool:
        """Whether a day, week, month or year was said, not only a time of day."""
        return self.level < 8 or any(
            v is not None
            for v in (
                self.year,
                self.years,
                self.month,
                self.months,
                self.day,
                self.days,
                self.weekday,
                self.weeks,
                self.holiday,
                self.lunar,
                self.season,
            )
        )


def _year(m: Match, p: Parts) -> None:
    text = m["year"]
    value = small(text) if len(text) > 1 else None
    p.year = value
    p.bad = value is None or (len(text) == 3)


def _full(m: Match, p: Parts) -> None:
    year, month, day = int(m["y"]), int(m["m"]), int(m["d"])
    p.year, p.month, p.day = year, (month, month), day
    p.bad = not (1 <= month <= 12 and 1 <= day <= 31)


def _month_day(m: Match, p: Parts) -> None:
    month, day = int(m["m"]), int(m["d"])
    p.month, p.day = (month, month), day
    p.bad = not (1 <= month <= 12 and 1 <= day <= 31)


def _day_month_year(m: Match, p: Parts) -> None:
    p.day, p.month, p.year = int(m["d"]), (int(m["m"]), int(m["m"])), int(m["y"])
    p.bad = not (1 <= p.month[0] <= 12 and 1 <= p.day <= 31)


def _year_month(m: Match, p: Parts) -> None:
    p.year, p.month = int(m["y"]), (int(m["m"]), int(m["m"]))
    p.bad = not 1 <= p.month[0] <= 12


def _relative_year(m: Match, p: Parts) -> None:
    p.years = RELATIVE_YEARS[m[0]]


def _nth_year(m: Match, p: Parts) -> None:
    """第三年, counted from this one."""
    p.years = (small(m["ny"]) or 1) - 1


def _two_years(m: Match, p: Parts) -> None:
    p.years, p.span = {"去": -1, "今": 0, "明": 1}[m["a"]], 2


def _two_days(m: Match, p: Parts) -> None:
    p.days, p.span = {"昨": -1, "今": 0, "明": 1}[m["a"]], 2


def _quarter(m: Match, p: Parts) -> None:
    word = m["q"]
    if word.startswith("前"):
        p.quarter = (1, small(word[1:]) or 1)
    elif word in ("首", "末", "最后一"):
        p.quarter = (1, 1) if word == "首" else (4, 4)
    else:
        value = small(word.removeprefix("第")) or 1
        p.quarter = (value, value)
    p.bad = not 1 <= p.quarter[1] <= 4


def _quarters(m: Match, p: Parts) -> None:
    p.quarters = {"上": -1, "下": 1}.get(m["q"], 0)


def _this_quarter(m: Match, p: Parts) -> None:
    p.quarters = 0


def _half(m: Match, p: Parts) -> None:
    p.half = 1 if m["h"] in "上前" else 2


def _month(m: Match, p: Parts) -> None:
    value = small(m["mo"]) or 0
    p.month = (value, value)
    p.bad = not 1 <= value <= 12


def _first_months(m: Match, p: Parts) -> None:
    value = small(m["mo"]) or 1
    p.month = (1, value) if m["fb"] == "前" else (13 - value, 12)
    p.bad = not 1 <= value <= 12


def _months(m: Match, p: Parts) -> None:
    word = m["r"]
    p.months = -len(word) if word.startswith("上") else len(word) if word.startswith("下") else 1 if word == "次" else 0


def _stretch(m: Match, p: Parts) -> None:
    p.stretch = m["st"].removeprefix("月").removeprefix("年") if m["st"] not in ("年初", "年底", "年末", "年中") else m["st"]

    # 初, 底 and 中 alone are no dates (中学, 到底).
    p.bad = p.level == 0 and (len(m["st"]) == 1 or m["st"] == "伊始")


def _nth_week(m: Match, p: Parts) -> None:
    p.nth_week = -1 if m["nw"] == "最后一" else small(m["nw"]) or 1


def _first_weeks(m: Match, p: Parts) -> None:
    p.nth_week, p.weeks_long = 1, small(m["fw"]) or 1
    p.bad = not p.level


def _half_week(m: Match, p: Parts) -> None:
    word = m["wk"] or ""
    p.weeks = -len(word) if word.startswith("上") else len(word) if word.startswith("下") else 0
    p.half_week = 1 if m["hw"] in "上前" else 2


def _nth_weekday(m: Match, p: Parts) -> None:
    p.nth_weekday = (-1 if m["nw"] == "最后一" else small(m["nw"]) or 1, WEEKDAYS[m["wd"]])


def _week(m: Match, p: Parts) -> None:
    word = m["wk"] or ""
    p.weeks = -len(word) if word.startswith("上") else len(word) if word.startswith("下") else 0 if word else None
    day = m["wd"]
    if day == "末":
        p.weekend, p.weekday = True, 5
    elif day:
        p.weekday = WEEKDAYS[day]


def _day(m: Match, p: Parts) -> None:
    p.day = small(m["dy"])
    # The day of a month that has no such day (2月30日) does not stand alone.
    p.bad = p.day is None or not 1 <= p.day <= 31 or (p.level == 0 and m.string[: m.start()].endswith("月"))


def _nth_day(m: Match, p: Parts) -> None:
    """第十天 of a year or month said, else counted from today."""
    value = small(m["dy"]) or 0
    if p.level:
        p.day = value
    else:
        p.days = value - 1
    p.bad = not 1 <= value <= 31


def _new_year(m: Match, p: Parts) -> None:
    p.holiday, p.lunar_days = "春节", (small(m["ny"]) or 1) - 1


def _lunar(m: Match, p: Parts) -> None:
    """A day of the lunar calendar; day 0 stands for the whole month."""
    said = m.groupdict()
    day = (said.get("ld") or "").removeprefix("初").replace("廿", "二十")
    month = said.get("lm") or "正"
    p.lunar = (MONTHS.get(month) or small(month) or 0, small(day) or 0, bool(said.get("leap")))
    p.bad = not 1 <= p.lunar[0] <= 12 or (bool(day) and not 1 <= p.lunar[1] <= 30)


def _season(m: Match, p: Parts) -> None:
    p.season = m["se"] or m["se_"]


def _days(m: Match, p: Parts) -> None:
    p.days = RELATIVE_DAYS[m[0]]


def _today(m: Match, p: Parts) -> None:
    p.days = 0


def _first_days(m: Match, p: Parts) -> None:
    p.first_days = small(m["fd"])
    p.bad = not p.level or p.first_days is None


def _last_days(m: Match, p: Parts) -> None:
    p.last_days = small(m["ld"])
    p.bad = not p.level or p.last_days is None


def _holiday(m: Match, p: Parts) -> None:
    word = m["hol"]
    p.holiday = word if word in HOLIDAYS else "春节" if word.startswith(("年", "过完年")) else ""
    p.after_holiday = bool(m["after"]) or word in ("年后", "节后", "过完年", "过完节", "节假日后")


def _mid_autumn(m: Match, p: Parts) -> None:
    p.holiday = "中秋"


def _over_holiday(m: Match, p: Parts) -> None:
    p.holiday, p.after_holiday = m["hol"], True


def _daypart(m: Match, p: Parts) -> None:
    p.daypart = m["dp"]


def _clock(m: Match, p: Parts) -> None:
    p.hour = small(m["h"])
    said = (m["mi"] or "").rstrip("分钟")
    p.minute = {"半": 30, "一刻": 15, "1刻": 15, "三刻": 45, "3刻": 45, "": 0}.get(said)
    if p.minute is None:
        p.minute = small(said)
    p.second = small(m["s"]) or 0
    p.bad = p.hour is None or p.minute is None or p.hour > 24 or p.minute > 59
    # 一点 alone is "a little" unless a part of the day stands before it.
    p.bad = p.bad or (m[0] == "一点" and p.daypart is None)


def _colon(m: Match, p: Parts) -> None:
    p.hour, p.minute, p.second = int(m["h"]), int(m["mi"]), int(m["s"] or 0)
    half = (m["ap"] or "").lower()
    if half.startswith("p") and p.hour < 12:
        p.hour += 12
    p.bad = p.hour > 24 or p.minute > 59 or p.second > 59


def _either(words: tuple[str, ...] | dict[str, object]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_POINTS = r"(?!个|建议|意见|要求|问题|原因|疑|想法|顾虑|返|利|折|优惠|[扣回]|也|不|都)"
_EVENT = r"(?:事|会|车|票|飞机|高铁|航班|饭|局|课|面谈|拜访|电话)"
_DAY = r"(?P<d>(?:3[01]|[12]\d|0?[1-9])(?!\d)|(?:3[01]|[12]\d|0[1-9])(?=\d\d:\d\d))"
_GRAMMAR: tuple[tuple[int, str, Callable[[Match, Parts], None]], ...] = (
    (6, r"(?<!\d)(?P<y>20\d\d|19\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)", _full),
    (6, rf"(?<![\d.])(?P<y>20\d\d|19\d\d)(?: ?年 ?(?P<m>\d{{1,2}}) ?月 ?{_DAY}(?:日|号)?)", _full),
    (6, rf"(?<![\d.])(?P<y>20\d\d|19\d\d)(?: ?[-/.] ?| )(?P<m>\d{{1,2}})(?: ?[-/.] ?| ){_DAY}(?:日|号)?(?:-(?=\d\d?:\d\d))?", _full),
    (6, r"(?<![\d./-])(?P<y>\d\d)-(?P<m>1[0-2]|0?\d)-(?P<d>3[01]|[12]\d|0?[1-9])(?![\d-])", _full),
    (6, r"(?<![\d./])(?P<d>\d{1,2})/(?P<m>1[0-2]|0?\d)/(?P<y>20\d\d|19\d\d)(?!\d)", _day_month_year),
    (3, r"(?<![\d.])(?P<y>20\d\d|19\d\d)[-/.](?P<m>1[0-2]|0?[1-9])(?!\d|[/.]\d|-\d{1,2}(?!\d))", _year_month),
    (6, r"(?<![\d./·:-])(?P<m>1[0-2]|0?[1-9])[/·](?P<d>3[01]|[12]\d|0?[1-9])(?:日|号)?(?![\d/·.]|[A-Za-z])", _month_day),
    (6, r"(?<![\d./A-Za-z-])(?P<m>1[0-2]|0[1-9])-(?P<d>3[01]|[12]\d|0[1-9])(?![\d-]|[A-Za-z])", _month_day),
    (6,
        r"(?<![\d./A-Za-z¥])(?P<m>1[0-2]|[1-9])\.(?P<d>3[01]|[12]\d|[1-9])(?=(?:日|号)?(?:去|来|见|之?前|上午|下午|晚上|过去|拜访|再|到(?!账)|开会|约|签|交"
        r"|送))", _month_day),
    (1, r"(?<![\d零〇一二三四五六七八九十百])(?P<year>\d{4}|\d\d|[零〇一二三四五六七八九]{4}"
r"|[零〇一二三四五六七八九]{2}) ?年(?!级|以[内来上]|之?[内间]|多|半|来|(?<!\d{4}年)内)", _year),
    (1, r"(?<!\d)(?P<year>\d{4}) ?年(?!级|多|半|来)", _year),
    (1, r"(?<!马)(?:" + _either(tuple(RELATIVE_YEARS)) + ")", _relative_year),
    (1, r"第(?P<ny>\d{1,2}|[一二三四五六七八九十]{1,3})年", _nth_year),
    (1, r"(?P<a>去|今|明)[今明后]两?年", _two_years),
    (2, r"(?P<q>第[一二三四1-4]|首|末|最后一|前[两二三23])个?季度", _quarter),
    (2, r"(?P<q>[一二三四1-4])季度", _quarter),
    (2, r"[Qq](?P<q>[1-4])(?![\dA-Za-z])(?:季度?)?", _quarter),
    (2, r"(?P<q>上|下|本|这|当)(?:一|个|一个)?季度", _quarters),
    (2, r"季度?(?=[末底初])", _this_quarter),
    (2, r"(?P<h>上|下|前|后)个?半年", _half),
    (3, r"(?<![\d.])(?P<mo>1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])月(?:份)?(?![饼亮球嫂结薪销供产用]|均)", _month),
    (3, r"第(?P<mo>\d{1,2}|[一二三四五六七八九十]{1,2})个月", _month),
    (3, r"(?P<mo>首)个?月", lambda m, p: setattr(p, "month", (1, 1))),
    (3, r"(?P<fb>[前后])(?P<mo>\d{1,2}|[一二两三四五六七八九十]{1,2})个?月(?:份)?", _first_months),
    (3, r"(?P<r>上上|下下|上|下|本|这|当|同|次)(?:一|个|一个)?月(?:份)?(?!结|均)", _months),
    (4, r"(?P<st>月初|月底|月末|月中旬|月中|年初|年底|年末|年中|上旬|中旬|下旬|初|底|末"
r"|中(?!午|秋|间|国|心|标|型|小|部|间)|上半月|下半月|伊始|月内)", _stretch),
    (5, r"前(?P<fw>\d{1,2}|[一二两三四])个?(?:周|星期|礼拜)", _first_weeks),
    (5, r"(?P<wk>上|下|这|本)?(?:一|个)?(?P<hw>[上下前后])半(?:周|星期)", _half_week),
    (5, r"第?(?P<nw>\d{1,2}|最后一|[一二三四五六七八九十]{1,3})个?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天])", _nth_weekday),
    (5, r"第(?P<nw>\d{1,2}|[一二三四五六七八九十]{1,3})个?(?:周|星期|礼拜)(?![一二三四五六日天末\d])", _nth_week),
    (5, r"(?P<wk>上上|下下|上|下|这|本)(?:一|个|一个)?(?:周(?:周|星期)?|星期|礼拜)(?P<wd>[一二三四五六日天末1-6](?![\d个])|)(?!期)", _week),
    (5, r"(?P<wk>)(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末]|[1-6](?![\d个]))(?![一二三四五六日]?[内后]|岁|到之)", _week),
    (6, rf"(?<![\d.第十])(?P<dy>(?!两){N})(?:号|日)(?![线泵楼机仓库门炉店桌馆车孔电样位柜钢码床]|产线|厂房|车间|柴油|元)", _day),
    (6, rf"(?<=月)(?P<dy>{N})(?=$|[\s,。;、至到~—-])", _day),
    (6, _either(tuple(w for w in RELATIVE_DAYS if len(w) > 1)), _days),
    (6, r"(?P<a>昨|今|明)[今明后](?:两|2)?[天日]", _two_days),
    (6, r"下班(?=之?前|以前)", _today),
    (6, r"[今明昨当](?=[早晚晨夜]|上午|下午|中午|午)|今(?=[去到跑拜在])", _days),
    (6, rf"第(?P<dy>{N})[天日](?=[上下早晚中起前后]|$)", _nth_day),
    (6, r"(?:农历|阴历|旧历)?(?P<leap>闰)?(?P<lm>正|腊|冬|十[一二]|[二三四五六七八九十])月"
     r"(?P<ld>初[一二三四五六七八九十]|廿[一二三四五六七八九])", _lunar),
    (6, rf"(?:农历|阴历|旧历)(?P<leap>闰)?(?P<lm>正|腊|冬|十[一二]|[一二三四五六七八九十])月(?P<ld>{N})", _lunar),
    (6, r"(?P<lm>正|腊)月(?P<ld>三十|二?十[一二三四五六七八九]?)", _lunar),
    (6, r"(?P<ld>初[二三四五六七八九十])(?=开工|上班|开市|复工|再|去|来|以?后|之?前|$|[,。])", _lunar),
    (3, r"(?P<leap>闰)(?P<lm>[二三四五六七八九十]|十[一二]|\d{1,2})月(?!初|廿)", _lunar),
    (6, r"[八8]月十五(?![号日万千百个台点元块])", _mid_autumn),
    (3, r"(?P<se>[春夏秋冬])[季天](?!度)|(?<=年)(?P<se_>[春夏秋冬])(?![节天季分至])", _season),
    (3, r"暑假", lambda m, p: setattr(p, "month", (7, 8))),
    (6, r"(?:大年|年)初(?P<ny>[一二三四五六七八九十]|十[一二三四五])(?:后)?", _new_year),
    (6, r"前(?P<fd>\d{1,2}|[一二两三四五六七八九十]{1,2})[天日]", _first_days),
    (6, r"最后(?P<ld>\d{1,2}|[一二两三四五六七八九十]{1,2})[天日]", _last_days),
    (6, rf"(?:过完|过了)(?P<hol>{_either(HOLIDAYS)})(?:节|假期|长假|小长假)?(?P<after>(?=.|$))", _over_holiday),
    (6, rf"(?P<hol>{_either(HOLIDAYS)})(?!路|广场|电器|街|村)(?:(?<!十一)(?<!八一)(?<!六一)(?<!618)(?<!小年)"
rf"|(?=[后前节放回]|之[前后]|以[前后]|期间|长假|假期|$))(?:节|国庆|假期|小长假|长假"
rf"|黄金周|期间|放假)*(?:节|前后)?(?P<after>(?:之|以)?后(?!天|[面期续台勤缀])|回来"
rf"|过完|结束|上班)?", _holiday),
    (6, r"(?P<hol>过完年|过完节|年后|节后|年前|过年前|节前)(?P<after>)", _holiday),
    (8, rf"(?P<dp>{_either(tuple(DAY_PARTS))})(?!餐|饭|会议室|茶|班车|点(?!钟|半|整|[一三]刻|\d)|稻|期|先|就|已|该|日)", _daypart),
    (9, r"(?P<h>[一二两三四五六七八九])[二三四五六七八九十]点(?P<mi>钟?)(?P<s>)(?!\d|个)", _clock),
    (9, r"(?:(?<![\d:.])|(?<=-\d\d))(?P<h>[01]?\d|2[0-4]):(?P<mi>[0-5]\d)(?::(?P<s>[0-5]\d))?(?:时"
r"|分)?(?: ?(?P<ap>[AaPp]\.?[Mm]\.?))?(?!\d|:)", _colon),
    (9, rf"(?:(?<![\d.个])|(?<=个)(?={N}点[半钟]?的{_EVENT}))"
rf"(?P<h>{N})(?:点钟?|时(?![间候代刻尚效常不机长]))(?:许|多钟?|整|左右)?(?:过)?(?P<mi>半"
rf"|[一三13]刻|零?{N}分(?={N}秒)|零?{N}分?(?![%个天台套折万千百元块\d.]|月|年)|)钟?(?:(?P<s>{N})秒)?{_POINTS}", _clock),
)  # fmt: skip


@cache
def grammar() -> tuple[tuple[int, re.Pattern[str], Callable[[Match, Parts], None]], ...]:
    """The compiled rules, by level; built on first use because the service imports this module at start."""
    return tuple((level, re.compile(pattern), action) for level, pattern, action in _GRAMMAR)


@cache
def any_rule(level: int) -> re.Pattern[str]:
    """Whether any rule of a finer level can match: one pattern for all of them, without their groups."""
    return re.compile("|".join(re.sub(r"\(\?P<\w+>", "(?:", pattern) for own, pattern, _ in _GRAMMAR if own > level))
