"""When cron lines fire: the newest instant within grace, over nights, months and years, whatever the clock does."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.clock import SHANGHAI
from bot.jobs.cron import Cron

MORNING = Cron("digest", time(8, 20), timedelta(hours=3))


def at(month: int, day: int, hour: int = 8, minute: int = 20, second: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        pytest.param(at(3, 18, 8, 19, 59), None, id="a second before, yesterday's being too old"),
        pytest.param(at(3, 18), at(3, 18), id="at the instant itself"),
        pytest.param(at(3, 18, 9), at(3, 18), id="within grace"),
        pytest.param(at(3, 18, 11, 20), at(3, 18), id="at the very end of grace"),
        pytest.param(at(3, 18, 11, 20, 1), None, id="a second after grace"),
        pytest.param(at(3, 1), at(3, 1), id="after the last day of February"),
        pytest.param(at(2, 29, year=2028), at(2, 29, year=2028), id="on a leap day"),
        pytest.param(at(4, 30), at(4, 30), id="on the last day of a month"),
        pytest.param(at(12, 31), at(12, 31), id="on the last day of the year"),
        pytest.param(at(1, 1, year=2027), at(1, 1, year=2027), id="on the first day of the year"),
    ],
)
def test_the_latest_instant_is_the_newest_within_grace(now: datetime, latest: datetime | None) -> None:
    assert MORNING.latest(now) == latest


def test_a_grace_over_midnight_finds_yesterdays_run() -> None:
    late = Cron("housekeeping", time(23, 50), timedelta(hours=2))
    assert late.latest(at(1, 1, 0, 30, year=2027)) == at(12, 31, 23, 50)


def test_of_several_missed_instants_only_the_newest_counts() -> None:
    patient = Cron("weekly", time(8, 20), timedelta(days=7))
    assert patient.latest(at(3, 18, 9)) == at(3, 18)


def test_an_instant_is_the_same_whatever_zone_now_is_given_in() -> None:
    assert MORNING.latest(at(3, 18, 9).astimezone(UTC)) == MORNING.latest(at(3, 18, 9))


def test_the_key_of_an_instant_is_the_same_whatever_zone_it_is_given_in() -> None:
    assert MORNING.key(at(3, 18).astimezone(UTC)) == MORNING.key(at(3, 18)) == "cron:digest:2026-03-18T08:20:00+08:00"


def test_a_day_in_steps_of_a_minute_has_one_instant() -> None:
    minutes = (at(3, 18, 0, 0) + timedelta(minutes=n) for n in range(24 * 60))
    assert {MORNING.latest(now) for now in minutes} == {None, at(3, 18)}


def test_a_year_has_an_instant_for_each_of_its_days() -> None:
    days = [at(1, 1, 9) + timedelta(days=n) for n in range(365)]
    assert [MORNING.latest(day) for day in days] == [at(1, 1) + timedelta(days=n) for n in range(365)]
