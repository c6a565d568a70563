"""The lunar calendar and the solar terms, as far as people speak of them: 正月初八, 腊月二十三, 五月廿二, 立秋, 夏季."""

from datetime import date, timedelta
from functools import cache

FIRST_YEAR = 2000
# For each year: the day of 春节, the month that is doubled (0 for none), and for each month 1 where it has thirty days.
_YEARS = """
0205:0:110010010110 0124:4:1101010010101 0212:0:110101001010 0201:0:110110100101 0122:2:0101101010101
0209:0:010101101010 0129:7:1010101011011 0218:0:001001011101 0207:0:100100101101 0126:5:1100100101011
0214:0:101010010101 0203:0:101101001010 0123:4:1011010101010 0210:0:101011010101 0131:9:0101010110101
0219:0:010010111010 0208:0:101001011011 0128:6:0101001010111 0216:0:010100101011 0205:0:101010010011
0125:4:0111010010101 0212:0:011010101010 0201:0:101011010101 0122:2:0100110110101 0210:0:010010110110
0129:6:1010010101110 0217:0:101001001110 0206:0:110100100110 0126:5:1110100100110 0213:0:110101010011
0203:0:010110101010 0123:3:0110101101010 0211:0:100101101101 0131:11:0100101011101 0219:0:010010101101
0208:0:101001001101 0128:6:1101001001011 0215:0:110100100101 0204:0:110101010010 0124:5:1101101010100
0212:0:101101011010
"""
MONTHS = {c: n for n, c in enumerate("正二三四五六七八九十", 1)} | {"一": 1, "十一": 11, "冬": 11, "十二": 12, "腊": 12}
# Month, and the constant of the usual formula for this century.
_TERMS = {
    "小寒": (1, 5.4055), "大寒": (1, 20.12), "立春": (2, 3.87), "惊蛰": (3, 5.63), "春分": (3, 20.646), "清明": (4, 4.81),
    "谷雨": (4, 20.1),
    "立夏": (5, 5.52), "芒种": (6, 5.678), "夏至": (6, 21.37), "小暑": (7, 7.108), "大暑": (7, 22.83), "立秋": (8, 7.5), "处暑": (8, 23.13),
    "白露": (9, 7.646), "秋分": (9, 23.042), "寒露": (10, 8.318), "霜降": (10, 23.438), "立冬": (11, 7.438), "冬至": (12, 21.94),
}  # fmt: skip
TERMS = tuple(_TERMS)
SEASONS = {"春": ("立春", "立夏"), "夏": ("立夏", "立秋"), "秋": ("立秋", "立冬"), "冬": ("立冬", "立春")}


@cache
def _years() -> dict[int, tuple[str, int, str]]:
    rows = (entry.split(":") for entry in _YEARS.split())
    return {year: (first, int(doubled), months) for year, (first, doubled, months) in enumerate(rows, FIRST_YEAR)}


def solar(year: int, month: int, day: int, *, doubled: bool = False) -> date | None:
    """The solar day of a lunar one; None outside the table or where there is no such day."""
    if year not in _years():
        return None
    first, leap, lengths = _years()[year]
    if doubled and leap != month:
        return None
    index = month - 1 + (1 if leap and (month > leap or doubled) else 0)
    long = [29 + int(bit) for bit in lengths]
    if not 1 <= day <= long[index]:
        return None
    return date(year, int(first[:2]), int(first[2:])) + timedelta(days=sum(long[:index]) + day - 1)


def month_of(year: int, month: int, *, doubled: bool) -> tuple[date, date] | None:
    """First and last day of a lunar month."""
    first = solar(year, month, 1, doubled=doubled)
    last = solar(year, month, 30, doubled=doubled) or solar(year, month, 29, doubled=doubled)
    return (first, last) if first and last else None


def term(name: str, year: int) -> date | None:
    """The day of a solar term in the years 2000 to 2099."""
    if not 2000 <= year <= 2099:
        return None
    month, constant = _TERMS[name]
    y = year % 100
    return date(year, month, int(y * 0.2422 + constant) - (y - (month <= 2)) // 4)


def season(name: str, year: int) -> tuple[date, date] | None:
    """First and last day of a season as the solar terms divide the year."""
    begin, end = SEASONS[name]
    first, after = term(begin, year), term(end, year + (name == "冬"))
    return (first, after - timedelta(days=1)) if first and after else None
