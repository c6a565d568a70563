"""Colours: what the capability list promises, at and around each border."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.clock import SHANGHAI
from bot.domain.staleness import Colour, ColourRules, colour, idle_days
from bot.domain.worktime import ClockKind, Worktime
from config.rules import Rules, load_rules

NOW = datetime(2026, 3, 18, 10, tzinfo=SHANGHAI)
SECOND = timedelta(seconds=1)
WALL_RULES = ColourRules(
    green_within=timedelta(hours=72), yellow_from=timedelta(days=7), red_after=timedelta(days=14), clock=ClockKind.WALL
)


@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        (timedelta(0), Colour.GREEN),
        (timedelta(hours=72), Colour.GREEN),
        (timedelta(hours=72) + SECOND, Colour.NEUTRAL),
        (timedelta(days=7) - SECOND, Colour.NEUTRAL),
        (timedelta(days=7), Colour.YELLOW),
        (timedelta(days=14), Colour.YELLOW),
        (timedelta(days=14) + SECOND, Colour.RED),
        (timedelta(days=4000), Colour.RED),
    ],
)
def test_colours_change_at_72_hours_7_days_and_14_days(idle: timedelta, expected: Colour) -> None:
    assert colour(NOW - idle, NOW, WALL_RULES, Worktime()) is expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (datetime(2026, 3, 13, 10, tzinfo=SHANGHAI), Colour.GREEN),
        (datetime(2026, 3, 13, 9, 59, tzinfo=SHANGHAI), Colour.NEUTRAL),
        (datetime(2026, 3, 9, 10, tzinfo=SHANGHAI), Colour.YELLOW),
        (datetime(2026, 2, 27, 10, tzinfo=SHANGHAI), Colour.YELLOW),
        (datetime(2026, 2, 27, 9, 59, tzinfo=SHANGHAI), Colour.RED),
    ],
)
def test_days_off_do_not_count_and_make_up_days_do(rules: Rules, worktime: Worktime, last: datetime, expected: Colour) -> None:
    assert colour(last, NOW, rules.colour, worktime) is expected


def test_a_holiday_makes_nobody_red(rules: Rules, worktime: Worktime) -> None:
    before, after = datetime(2026, 2, 14, 17, tzinfo=SHANGHAI), datetime(2026, 2, 24, 9, tzinfo=SHANGHAI)
    assert colour(before, after, rules.colour, worktime) is Colour.GREEN


def test_an_action_in_the_future_is_green(rules: Rules, worktime: Worktime) -> None:
    assert colour(NOW + timedelta(days=30), NOW, rules.colour, worktime) is Colour.GREEN


@given(st.lists(st.timedeltas(timedelta(0), timedelta(days=60)), min_size=2, max_size=5).map(sorted))
def test_waiting_longer_never_improves_the_colour(idle: list[timedelta]) -> None:
    seen = [list(Colour).index(colour(NOW - span, NOW, load_rules().colour, Worktime())) for span in idle]
    assert seen == sorted(seen)


@pytest.mark.parametrize(("green", "yellow", "red"), [("8d", "7d", "14d"), ("72h", "15d", "14d"), ("72h", "14d", "14d")])
def test_borders_out_of_order_are_refused(green: str, yellow: str, red: str) -> None:
    with pytest.raises(ValidationError, match="颜色的界限要递增"):
        ColourRules.model_validate({"green_within": green, "yellow_from": yellow, "red_after": red, "clock": "wall"})


@pytest.mark.parametrize(
    ("idle", "days"), [(timedelta(hours=23), 0), (timedelta(days=1), 1), (timedelta(days=9, hours=23), 9), (-SECOND, 0)]
)
def test_idle_days_are_whole_days_by_the_wall(idle: timedelta, days: int) -> None:
    assert idle_days(NOW - idle, NOW) == days
