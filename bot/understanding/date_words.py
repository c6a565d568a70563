"""The words of the calendar: days, parts of a day, holidays, units."""

from datetime import date

RELATIVE_DAYS = {
    "大大后天": 4, "大后天": 3, "后天": 2, "明天": 1, "明日": 1, "次日": 1, "隔天": 1, "明儿": 1, "明": 1, "今天": 0, "今日": 0,
    "当天": 0,
    "当日": 0, "本日": 0, "今儿": 0, "今": 0, "当": 0, "昨天": -1, "昨日": -1, "昨儿": -1, "昨": -1, "前天": -2, "大前天": -3,
    "大大前天": -4,
}  # fmt: skip
RELATIVE_YEARS = {
    "大前年": -3, "前年": -2, "去年": -1, "上一年": -1, "今年": 0, "本年": 0, "这一年": 0, "当年": 0, "明年": 1, "来年": 1,
    "次年": 1, "翌年": 1,
    "后年": 2, "大后年": 3,
}  # fmt: skip
# Hours [from, to) that a part of the day covers; a spoken hour below the pivot means that many hours after noon.
DAY_PARTS = {
    "凌晨": (0, 5), "清晨": (5, 8), "黎明": (4, 7), "一大早": (6, 10), "一早": (6, 10), "早上": (6, 10), "早晨": (6, 10),
    "大早": (6, 10), "早间": (8, 12),
    "晨": (5, 8), "早": (6, 10), "上午": (7, 12), "中午": (12, 14), "午间": (11, 14), "午后": (13, 15), "下午": (12, 18),
    "傍晚": (17, 19), "晚上": (18, 24),
    "晚间": (18, 24), "晚": (18, 24), "夜里": (20, 29), "夜间": (20, 29), "深夜": (22, 26), "半夜": (22, 29), "后半夜": (2, 5),
    "午夜": (0, 1), "白天": (6, 19), "全天": (0, 24),
}  # fmt: skip
AFTERNOON = frozenset(("中午", "午间", "午后", "下午", "傍晚", "晚上", "晚间", "晚", "夜里", "夜间", "深夜"))
LATE = frozenset(("晚上", "晚间", "晚", "夜里", "夜间", "深夜", "半夜"))
UNIT_SECONDS = {
    "年": 365 * 86400, "季度": 90 * 86400, "月": 30 * 86400, "周": 7 * 86400, "天": 86400, "小时": 3600, "刻钟": 900, "分钟": 60, "秒": 1,
}  # fmt: skip
UNITS = {
    "周年": "年", "年": "年", "载": "年", "季度": "季度", "月": "月", "周": "周", "星期": "周", "礼拜": "周", "工作日": "工作日",
    "交易日": "工作日",
    "天": "天", "日": "天", "小时": "小时", "钟头": "小时", "刻钟": "刻钟", "分钟": "分钟", "分": "分钟", "秒钟": "秒", "秒": "秒",
}  # fmt: skip
WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, **{str(i + 1): i for i in range(6)}}

FIXED = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8), "植树节": (3, 12), "愚人节": (4, 1), "劳动节": (5, 1),
    "五一": (5, 1),
    "青年节": (5, 4), "儿童节": (6, 1), "六一": (6, 1), "建党节": (7, 1), "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10),
    "国庆": (10, 1), "十一": (10, 1),
    "双十一": (11, 11), "双11": (11, 11), "双十二": (12, 12), "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25), "618": (6, 18),
}  # fmt: skip
# Month, ordinal and weekday of the feasts that fall on "the second Sunday".
ORDINAL = {"母亲节": (5, 2, 6), "父亲节": (6, 3, 6), "感恩节": (11, 4, 3)}
# First day of the lunar year; the other lunar days follow from the offset where no leap month lies between, else from the table below.
SPRING = {
    2016: "0208", 2017: "0128", 2018: "0216", 2019: "0205", 2020: "0125", 2021: "0212", 2022: "0201", 2023: "0122", 2024: "0210",
    2025: "0129", 2026: "0217",
    2027: "0206", 2028: "0126", 2029: "0213", 2030: "0203", 2031: "0123", 2032: "0211", 2033: "0131", 2034: "0219", 2035: "0208",
}  # fmt: skip
DRAGON = {
    2006: "0531", 2016: "0609", 2017: "0530", 2018: "0618", 2019: "0607", 2020: "0625", 2021: "0614", 2022: "0603", 2023: "0622",
    2024: "0610", 2025: "0531",
    2026: "0619", 2027: "0609", 2028: "0528", 2029: "0616", 2030: "0605", 2031: "0624", 2032: "0612", 2033: "0601", 2034: "0620",
    2035: "0610",
}  # fmt: skip
AUTUMN = {
    2016: "0915", 2017: "1004", 2018: "0924", 2019: "0913", 2020: "1001", 2021: "0921", 2022: "0910", 2023: "0929", 2024: "0917",
    2025: "1006", 2026: "0925",
    2027: "0915", 2028: "1003", 2029: "0922", 2030: "0912", 2031: "1001", 2032: "0919", 2033: "0908", 2034: "0927", 2035: "0916",
}  # fmt: skip
LUNAR = {
    "春节": (SPRING, 0), "过年": (SPRING, 0), "大年初一": (SPRING, 0), "除夕": (SPRING, -1), "大年三十": (SPRING, -1),
    "年三十": (SPRING, -1), "小年": (SPRING, -7),
    "元宵": (SPRING, 14), "端午": (DRAGON, 0), "中秋": (AUTUMN, 0), "七夕": (AUTUMN, -38), "重阳": (AUTUMN, 24),
}  # fmt: skip
HOLIDAYS = (*FIXED, *ORDINAL, *LUNAR, "清明")
# What the official calendar calls a holiday, by the names said.
OFFICIAL = {
    "元旦": "元旦", "春节": "春节", "过年": "春节", "清明": "清明", "五一": "五一", "劳动节": "五一", "端午": "端午",
    "国庆": "国庆", "十一": "国庆", "中秋": "中秋",
}  # fmt: skip


def feast(name: str, year: int) -> date | None:
    """The day of a holiday in a year (清明 2026 → 5 April); None when the lunar table has no such year."""
    if name in FIXED:
        return date(year, *FIXED[name])
    if name in ORDINAL:
        month, nth, weekday = ORDINAL[name]
        first = date(year, month, 1)
        return first.replace(day=1 + (weekday - first.weekday()) % 7 + 7 * (nth - 1))
    if name == "清明":
        # The sun reaches 15° on 4 April except in the third and, until 2043, the second year after a leap year.
        return date(year, 4, 5 if year % 4 in (2, 3) else 4)
    if name not in LUNAR:
        return None
    table, offset = LUNAR[name]
    day = table.get(year)
    return date.fromordinal(date(year, int(day[:2]), int(day[2:])).toordinal() + offset) if day else None
