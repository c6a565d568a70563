"""Durations as people write them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30m", timedelta(minutes=30)),
        ("48h", timedelta(hours=48)),
        ("14d", timedelta(days=14)),
        (" 5 d ", timedelta(days=5)),
        ("0m", timedelta(0)),
    ],
)
def test_minutes_hours_and_days_are_understood(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "48", "h", "-3h", "1.5h", "2w", "48 hours", "48H", "三天", None, 48, 48.0, ["48h"], "1h30m"])
def test_anything_else_is_refused_with_a_right_example(text: object) -> None:
    with pytest.raises(ValueError, match='"48h"'):
        parse_duration(text)


def test_more_than_five_digits_are_refused_with_a_right_example() -> None:
    with pytest.raises(ValueError, match='"48h"'):
        parse_duration("100000d")


def test_a_timedelta_is_taken_as_it_is() -> None:
    assert parse_duration(timedelta(seconds=90)) == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("span", "text"),
    [(timedelta(days=2), "2d"), (timedelta(hours=49), "49h"), (timedelta(minutes=90), "90m"), (timedelta(0), "0m")],
)
def test_the_shortest_spelling_is_written(span: timedelta, text: str) -> None:
    assert format_duration(span) == text


@given(st.integers(0, 99_999))
def test_what_is_written_is_read_back(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert parse_duration(format_duration(span)) == span
