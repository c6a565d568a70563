"""Sums, capital letters, days and times as papers print them: strict, because a doubtful figure is no figure."""

from datetime import date, time
from decimal import Decimal

import pytest

from bot.senses.figures import When, capitals, money_in, when_in


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("陆拾柒万捌仟陆佰玖拾玖元贰角柒分", "678699.27"),
        ("人民币叁拾壹万元整", "310000"),
        ("叁拾壹万零捌佰贰拾捌元陆角肆分", "310828.64"),
        ("贰佰捌拾圆正", "280"),
        ("拾万元整", "100000"),
        ("壹亿零伍万元整", "100050000"),
        ("壹仟元零伍分", "1000.05"),
        ("伍角", "0.5"),
    ],
)
def test_capital_letters_are_a_sum(text: str, value: str) -> None:
    assert capitals(text) == Decimal(value)


@pytest.mark.parametrize("text", ["叁十万元整", "叁拾叁叁元整", "元整", "拾佰元整", "壹万贰亿元整", "壹佰贰佰元整", "", "叁拾壹万"])
def test_letters_that_lost_something_are_no_sum(text: str) -> None:
    assert capitals(text) is None


@pytest.mark.parametrize(
    ("text", "sums"),
    [
        ("CNY 678,699.27", ["678699.27"]),
        ("1.234.567,89", ["1234567.89"]),
        ("金额 12,345.60 手续费 0.00", ["12345.60", "0"]),
        ("人民币5000元", ["5000"]),
        ("5万元", []),
        ("税率13%", []),
        ("2026/04/21 14:42:39", []),
        ("6217849373964017572", []),
    ],
)
def test_sums_are_told_from_other_figures(text: str, sums: list[str]) -> None:
    assert money_in(text) == [Decimal(s) for s in sums]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-02-1710:33", When(date(2026, 2, 17), time(10, 33))),
        ("2026年03月11日 星期三 16:46", When(date(2026, 3, 11), time(16, 46))),
        ("2026/04/21 14:42:39", When(date(2026, 4, 21), time(14, 42))),
        ("2026-3-5 9:05", When(date(2026, 3, 5), time(9, 5))),
        ("20260305", When(date(2026, 3, 5))),
        ("2026.12.10", When(date(2026, 12, 10))),
    ],
)
def test_a_day_is_read_with_a_time_glued_to_it(text: str, found: When) -> None:
    assert when_in(text) == [found]


@pytest.mark.parametrize("text", ["2026-02-30", "2026-13-01", "6217849373964017572", "1999-01-01", "2026-3"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert when_in(text) == []
