"""The three clocks, with the official calendar of 2026: holidays, make-up days, ends of months and years."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clock import SHANGHAI
from bot.domain.worktime import ClockKind, QuietHours, Worktime, at
from config.calendar import OfficialCalendar

OFFICE = Worktime(OfficialCalendar())
LONG_DAY = Worktime(OfficialCalendar(), time(0), time(23, 59))
WALL, WORKING, WORKDAY = ClockKind.WALL, ClockKind.WORKING, ClockKind.WORKDAY

kinds = st.sampled_from(ClockKind)
FIRST = datetime(2025, 12, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=427)).map(lambda span: FIRST + span)
limits = st.timedeltas(timedelta(microseconds=1), timedelta(days=20))


def moment(text: str) -> datetime:
    """``"03-18 10:00"`` of 2026 in Shanghai; a year may stand in front."""
    full = text if text.count("-") == 2 else f"2026-{text}"
    return datetime.fromisoformat(full).replace(tzinfo=SHANGHAI)


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


@pytest.mark.parametrize(
    ("kind", "since", "until", "counted"),
    [
        (WALL, "03-18 10:00", "03-19 11:30", 25.5),
        (WALL, "03-20 18:00", "03-23 09:00", 63),
        (WORKING, "03-18 10:00", "03-18 12:00", 2),
        (WORKING, "03-18 07:00", "03-18 23:00", 9),
        (WORKING, "03-18 19:00", "03-19 08:00", 0),
        (WORKING, "03-20 17:00", "03-23 10:00", 2),
        (WORKING, "03-21 10:00", "03-22 16:00", 0),
        (WORKDAY, "03-18 10:00", "03-20 10:00", 48),
        (WORKDAY, "03-20 22:00", "03-23 01:00", 3),
        (WORKDAY, "03-21 00:00", "03-23 00:00", 0),
        # the Spring Festival, 15 to 23 February, between the make-up Saturdays 14 and 28
        (WORKDAY, "02-13 12:00", "02-14 12:00", 24),
        (WORKDAY, "02-14 12:00", "02-24 12:00", 24),
        (WORKING, "02-14 17:00", "02-24 10:00", 2),
        (WORKDAY, "02-27 00:00", "03-01 00:00", 48),
        # New Year: 1 to 3 January off, Sunday the 4th worked
        (WORKDAY, "2025-12-31 12:00", "01-04 12:00", 24),
        (WORKING, "2025-12-31 17:00", "01-05 10:00", 11),
        # the National Day week, with Sunday 20 September and Saturday 10 October worked
        (WORKDAY, "09-30 20:00", "10-08 04:00", 8),
        (WORKDAY, "10-09 00:00", "10-12 00:00", 48),
        # 2027 has no official dates yet: Monday to Friday
        (WORKDAY, "2027-01-29 12:00", "2027-02-01 12:00", 24),
    ],
)
def test_time_that_counts(kind: ClockKind, since: str, until: str, counted: float) -> None:
    assert OFFICE.elapsed(moment(since), moment(until), kind) == hours(counted)


@pytest.mark.parametrize("kind", ClockKind)
def test_nothing_elapses_backwards(kind: ClockKind) -> None:
    assert OFFICE.elapsed(moment("03-19 10:00"), moment("03-18 10:00"), kind) == timedelta(0)


@pytest.mark.parametrize(
    ("kind", "since", "limit", "due"),
    [
        (WALL, "03-20 16:00", 24, "03-21 16:00"),
        (WORKING, "03-20 16:00", 2, "03-20 18:00"),
        (WORKING, "03-20 17:00", 2, "03-23 10:00"),
        (WORKING, "03-20 20:00", 2, "03-23 11:00"),
        (WORKING, "03-21 11:00", 2, "03-23 11:00"),
        (WORKING, "04-03 17:30", 1, "04-07 09:30"),
        (WORKDAY, "03-20 16:00", 24, "03-23 16:00"),
        (WORKDAY, "03-18 00:00", 48, "03-20 00:00"),
        (WORKDAY, "02-13 16:00", 48, "02-24 16:00"),
        (WORKDAY, "2025-12-31 16:00", 24, "01-04 16:00"),
        (WORKDAY, "01-30 23:00", 2, "02-02 01:00"),
    ],
)
def test_deadlines(kind: ClockKind, since: str, limit: float, due: str) -> None:
    assert OFFICE.deadline(moment(since), hours(limit), kind) == moment(due)


@pytest.mark.parametrize(
    ("kind", "until", "limit", "start"),
    [
        (WALL, "03-22 10:00", 48, "03-20 10:00"),
        (WORKING, "03-23 10:00", 2, "03-20 17:00"),
        (WORKING, "03-22 10:00", 2, "03-20 16:00"),
        (WORKDAY, "03-23 08:20", 48, "03-19 08:20"),
        (WORKDAY, "03-22 12:00", 24, "03-20 00:00"),
        (WORKDAY, "02-24 08:20", 48, "02-13 08:20"),
        (WORKDAY, "01-04 12:00", 24, "2025-12-31 12:00"),
    ],
)
def test_the_line_before_which_a_row_is_over_the_limit(kind: ClockKind, until: str, limit: float, start: str) -> None:
    assert OFFICE.before(moment(until), hours(limit), kind) == moment(start)


@given(instants, limits, kinds)
def test_at_the_deadline_exactly_the_limit_has_elapsed(since: datetime, limit: timedelta, kind: ClockKind) -> None:
    assert OFFICE.elapsed(since, OFFICE.deadline(since, limit, kind), kind) == limit


@given(instants, limits, kinds)
def test_the_deadline_is_the_first_such_instant(since: datetime, limit: timedelta, kind: ClockKind) -> None:
    earlier = OFFICE.deadline(since, limit, kind) - timedelta(microseconds=1)
    assert OFFICE.elapsed(since, earlier, kind) < limit


@given(instants, limits, kinds)
def test_from_the_line_before_exactly_the_limit_has_elapsed(until: datetime, limit: timedelta, kind: ClockKind) -> None:
    assert OFFICE.elapsed(OFFICE.before(until, limit, kind), until, kind) == limit


@given(instants, limits, kinds)
def test_the_line_before_is_the_latest_such_instant(until: datetime, limit: timedelta, kind: ClockKind) -> None:
    later = OFFICE.before(until, limit, kind) + timedelta(microseconds=1)
    assert OFFICE.elapsed(later, until, kind) < limit


@given(st.tuples(instants, instants, instants).map(sorted), kinds)
def test_elapsed_time_adds_up(three: list[datetime], kind: ClockKind) -> None:
    first, second, third = three
    assert OFFICE.elapsed(first, second, kind) + OFFICE.elapsed(second, third, kind) == OFFICE.elapsed(first, third, kind)


@given(instants, instants)
def test_the_stricter_clock_never_runs_faster(since: datetime, until: datetime) -> None:
    wall, workday, working = (OFFICE.elapsed(since, until, kind) for kind in (WALL, WORKDAY, WORKING))
    assert working <= workday <= wall or until <= since


@given(instants, limits, kinds)
def test_the_zone_in_which_an_instant_is_written_does_not_matter(since: datetime, limit: timedelta, kind: ClockKind) -> None:
    assert OFFICE.deadline(since, limit, kind) == OFFICE.deadline(since.astimezone(SHANGHAI), limit, kind)


@given(instants, st.timedeltas(timedelta(0), timedelta(0)), kinds)
def test_a_limit_of_nothing_has_elapsed_at_once(since: datetime, nothing: timedelta, kind: ClockKind) -> None:
    assert OFFICE.elapsed(since, OFFICE.deadline(since, nothing, kind), kind) == nothing
    assert OFFICE.elapsed(OFFICE.before(since, nothing, kind), since, kind) == nothing


def test_a_company_chooses_its_own_hours() -> None:
    assert LONG_DAY.elapsed(moment("03-18 00:00"), moment("03-19 00:00"), WORKING) == timedelta(hours=23, minutes=59)


def test_the_plain_calendar_knows_monday_to_friday_only() -> None:
    assert Worktime().elapsed(moment("10-01 00:00"), moment("10-02 00:00"), WORKDAY) == hours(24)


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2026, 3, 18), date(2026, 3, 19)),
        (date(2026, 3, 20), date(2026, 3, 23)),
        (date(2026, 2, 13), date(2026, 2, 14)),
        (date(2026, 2, 14), date(2026, 2, 24)),
        (date(2026, 2, 27), date(2026, 2, 28)),
        (date(2025, 12, 31), date(2026, 1, 4)),
        (date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_the_next_working_day(day: date, following: date) -> None:
    assert OFFICE.next_workday(day) == following


def test_a_wall_time_becomes_an_instant_in_utc() -> None:
    assert at(date(2026, 3, 18), time(9)) == datetime(2026, 3, 18, 1, tzinfo=UTC)
    assert at(date(2026, 3, 18), time(9)).tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "release"),
    [
        ("03-18 19:59", None),
        ("03-18 20:00", "03-19 08:00"),
        ("03-18 23:59", "03-19 08:00"),
        ("03-19 00:00", "03-19 08:00"),
        ("03-19 07:59", "03-19 08:00"),
        ("03-19 08:00", None),
        ("2025-12-31 22:00", "01-01 08:00"),
    ],
)
def test_what_can_wait_leaves_at_the_end_of_the_quiet_hours(now: str, release: str | None) -> None:
    assert QuietHours().release(moment(now)) == (moment(release) if release else None)


@pytest.mark.parametrize(("now", "release"), [("03-18 11:59", None), ("03-18 12:30", "03-18 14:00"), ("03-18 14:00", None)])
def test_quiet_hours_may_lie_within_a_day(now: str, release: str | None) -> None:
    assert QuietHours(time(12), time(14)).release(moment(now)) == (moment(release) if release else None)
