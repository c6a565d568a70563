"""Days as reps say them, read on Wednesday 15 April 2026."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.date_find import When, find
from bot.understanding.text import normalise
from config.calendar import OfficialCalendar

NOW = datetime.fromisoformat("2026-04-15T10:00")


def only(text: str, now: datetime = NOW) -> When:
    found = find(normalise(text).plain, now, OfficialCalendar())
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("明天", date(2026, 4, 16)),
        ("大后天", date(2026, 4, 18)),
        ("周五", date(2026, 4, 17)),
        ("周三", date(2026, 4, 22)),
        ("下周三", date(2026, 4, 22)),
        ("下下周一", date(2026, 4, 27)),
        ("礼拜天", date(2026, 4, 19)),
        ("这周六", date(2026, 4, 18)),
        ("下周", date(2026, 4, 22)),
        ("两周后", date(2026, 4, 29)),
        ("过两天", date(2026, 4, 17)),
        ("半个月后", date(2026, 4, 30)),
        ("三个月后", date(2026, 7, 15)),
        ("十天内", date(2026, 4, 25)),
        ("月底", date(2026, 4, 30)),
        ("月初", date(2026, 5, 1)),
        ("下月初", date(2026, 5, 1)),
        ("下个月15号", date(2026, 5, 15)),
        ("12号", date(2026, 5, 12)),
        ("20号", date(2026, 4, 20)),
        ("下个月", date(2026, 5, 15)),
        ("年底", date(2026, 12, 31)),
        ("季度末", date(2026, 6, 30)),
        ("下季度", date(2026, 7, 1)),
        ("6月中旬", date(2026, 6, 15)),
        ("8月份", date(2026, 8, 1)),
        ("3月2号", date(2027, 3, 2)),
        ("五一", date(2026, 5, 1)),
        ("五一后", date(2026, 5, 6)),
        ("国庆节后", date(2026, 10, 8)),
        ("节后", date(2026, 5, 6)),
        ("年后", date(2027, 2, 9)),
        ("本周内", date(2026, 4, 17)),
        ("5月20日", date(2026, 5, 20)),
        ("2026-05-08", date(2026, 5, 8)),
    ],
)
def test_a_day_to_come_is_the_next_such_day(said: str, day: date) -> None:
    assert only(said).future == day


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("昨天", date(2026, 4, 14)),
        ("大前天", date(2026, 4, 12)),
        ("上周五", date(2026, 4, 10)),
        ("周四", date(2026, 4, 9)),
        ("周三", date(2026, 4, 15)),
        ("20号", date(2026, 3, 20)),
        ("三天前", date(2026, 4, 12)),
        ("4月3号", date(2026, 4, 3)),
        ("去年12月8号", date(2025, 12, 8)),
    ],
)
def test_a_day_gone_by_is_the_latest_such_day(said: str, day: date) -> None:
    assert only(said).past == day


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("明早9点", time(9)),
        ("下午3点半", time(15, 30)),
        ("晚上8点", time(20)),
        ("两点", time(14)),
        ("10点一刻", time(10, 15)),
        ("中午12点", time(12)),
        ("9:05", time(9, 5)),
        ("下午两三点", time(14)),
        ("七点", time(7)),
        ("今晚", None),
        ("明天上午", None),
    ],
)
def test_an_hour_is_that_of_working_talk(said: str, clock: time | None) -> None:
    assert only(said).clock == clock


@pytest.mark.parametrize("said", ["大一点", "3号泵", "五一路", "有三点建议", "便宜两个点", "到底", "12.5", "0603", "周总", "中学"])
def test_words_that_only_look_like_dates_are_none(said: str) -> None:
    assert find(said, NOW, OfficialCalendar()) == []


def test_a_few_days_name_no_day() -> None:
    assert only("过几天").future is None


def test_the_month_carries_over_to_a_bare_day() -> None:
    found = find("5月6号送样,12号验收", NOW, OfficialCalendar())
    assert [w.future for w in found] == [date(2026, 5, 6), date(2026, 5, 12)]


def test_a_range_begins_with_its_first_day() -> None:
    when = only("5月6号到9号")
    assert (when.first, when.last) == (datetime.fromisoformat("2026-05-06T00:00"), datetime.fromisoformat("2026-05-10T00:00"))


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("18号、19号", "2026-04-18", "2026-04-20"),
        ("明后天", "2026-04-16", "2026-04-18"),
        ("今明两年", "2026-01-01", "2028-01-01"),
        ("下半周", "2026-04-16", "2026-04-20"),
        ("下个月前两周", "2026-05-04", "2026-05-18"),
        ("去年秋天", "2025-08-07", "2025-11-07"),
        ("2024年春", "2024-02-04", "2024-05-05"),
        ("八月十五", "2026-09-25", "2026-09-26"),
        ("第三年", "2028-01-01", "2029-01-01"),
        ("二十几年前", "1996-01-01", "2007-01-01"),
        ("1998到02年6月", "1998-01-01", "2002-07-01"),
        ("八五年", "1985-01-01", "1986-01-01"),
        ("十个半月后", "2027-03-02", "2027-04-02"),
    ],
)
def test_a_stretch_of_time_runs_from_its_first_day_to_the_end_of_its_last(said: str, first: str, last: str) -> None:
    when = only(said)
    assert (when.first, when.last) == (datetime.fromisoformat(first), datetime.fromisoformat(last))


@pytest.mark.parametrize(("said", "at"), [("10分钟之前", "09:50"), ("一分半钟前", "09:58:30")])
def test_a_few_minutes_ago_are_a_moment(said: str, at: str) -> None:
    assert only(said).first == datetime.fromisoformat(f"2026-04-15T{at}")


def test_an_appointment_names_its_hour_and_a_discount_its_points() -> None:
    assert only("约了个三点的会").clock == time(15)
    assert find("让了个三点", NOW, OfficialCalendar()) == []


def test_two_days_apart_in_a_list_stay_two() -> None:
    assert [w.future for w in find("18号,20号", NOW, OfficialCalendar())] == [date(2026, 4, 18), date(2026, 4, 20)]


def test_years_without_an_official_calendar_take_three_days_off() -> None:
    assert only("元旦后", datetime.fromisoformat("2026-12-30T09:00")).future == date(2027, 1, 4)


@given(
    st.dates(date(2000, 1, 1), date(2049, 12, 31)),
    st.sampled_from(["{0.year}年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}"]),
)
def test_a_written_date_reads_back(day: date, form: str) -> None:
    when = only(form.format(day))
    assert when.first == datetime.combine(day, time())
    assert when.last == when.first + timedelta(days=1)
