"""What a cell may say, sort by sort; every sort reads back what it shows."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.clock import SHANGHAI
from bot.domain.contract import Instalment
from bot.domain.values import Money
from bot.exchange.cells import Amount, Cell, Code, Day, Email, Instant, Number, Phone, Plan, Several, Share, Week, Words, YesNo
from bot.exchange.writing import escaped
from bot.exchange.wrong import WrongCell

MARCH = date(2026, 3, 1)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 3, 1),  # noqa: DTZ001
        MARCH,
        "2026-03-01",
        "2026-3-1",
        "2026/3/1",
        "2026.3.1",
        "2026年3月1日",
        "２０２６年３月１日",
        "2026 年 3 月 1 日",
        "20260301",
        20260301,
        46082,
        46082.75,
        "46082",
        "2026/3/1 10:20",
        "2026-03-01T10:20:30",
        "2026年3月1日 星期日",
        " 2026-03-01\u200b",
    ],
)
def test_a_day_is_read_however_it_is_written(cell: Cell) -> None:
    assert Day().read(cell) == MARCH


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("3月1日", "没有年份"),
        ("3/1", "没有年份"),
        ("03/01/2026", "看不出哪个是年、月、日"),
        ("26-3-1", "看不出哪个是年、月、日"),
        ("2026-02-30", "不存在"),
        ("下周三", "不是日期"),
        ("", "不是日期"),
        (12, "不是日期"),
        (True, "不是日期"),
        ("1026-03-01", "年份 1026"),
        (datetime(9999, 1, 1), "年份 9999"),  # noqa: DTZ001
    ],
)
def test_what_is_no_day_is_refused_with_a_right_example(cell: Cell, why: str) -> None:
    with pytest.raises(WrongCell, match=why) as error:
        Day().read(cell)
    assert "2026-03-31" in str(error.value)


@pytest.mark.parametrize("cell", ["2026-03-18 10:00", "2026/3/18 10时", "2026-03-18T02:00:00Z", datetime(2026, 3, 18, 10)])  # noqa: DTZ001
def test_a_moment_without_a_zone_is_one_of_shanghai(cell: Cell) -> None:
    assert Instant().read(cell) == datetime(2026, 3, 18, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "cell", ["2026-03-18", "2026年第12周", "2026-W12", "2026W12", date(2026, 3, 22), "2026年12周".replace("年12", "年第12")]
)
def test_a_week_is_its_monday(cell: Cell) -> None:
    assert Week().read(cell) == date(2026, 3, 16)


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        (1200, "1200"),
        (1200.5, "1200.5"),
        (0.1 + 0.2, "0.30"),
        ("1200", "1200"),
        ("￥1,200.00", "1200"),
        ("¥1200", "1200"),
        ("3.2万", "32000"),
        ("3.2万元", "32000"),
        ("１２００元", "1200"),
        ("1200 元整", "1200"),
        ("1.2亿", "120000000"),
        ("0", "0"),
        (" 32,000 ", "32000"),
    ],
)
def test_money_is_read_as_it_stands_in_tables(cell: Cell, yuan: str) -> None:
    assert Amount().read(cell) == Money.yuan(yuan)


@pytest.mark.parametrize("cell", ["abc", "约3万左右", "3万-5万", "-200", "(1,200.00)", -5, "1e30", True, "￥", "1,2,3元x"])
def test_what_is_no_amount_is_refused(cell: Cell) -> None:
    with pytest.raises(WrongCell):
        Amount().read(cell)


@pytest.mark.parametrize(
    ("cell", "share"), [("8%", "0.08"), (0.08, "0.08"), ("0.08", "0.08"), (0.07999999999999999, "0.08"), ("８％", "0.08"), (0, "0")]
)
def test_a_share_is_a_part_of_one(cell: Cell, share: str) -> None:
    assert Share().read(cell) == Decimal(share)


@pytest.mark.parametrize("cell", ["8", 8, "120%", "-5%", "x", 1])
def test_a_share_of_one_or_more_is_refused(cell: Cell) -> None:
    with pytest.raises(WrongCell, match=r"8% 或 0\.08"):
        Share().read(cell)


def test_a_phone_that_excel_made_a_number_is_a_phone_again() -> None:
    assert Phone().read(13800001234.0) == "13800001234"


@pytest.mark.parametrize("cell", ["138-0000-1234", "138 0000 1234", "１３８００００１２３４"])
def test_a_phone_is_kept_without_spaces_and_dashes(cell: str) -> None:
    assert Phone().read(cell) == "13800001234"


@pytest.mark.parametrize("cell", ["1.38E+10", "1.38e10", "无", "1380000123456789012345"])
def test_what_is_no_phone_is_refused(cell: str) -> None:
    with pytest.raises(WrongCell):
        Phone().read(cell)


def test_a_number_that_excel_has_rounded_is_no_code() -> None:
    with pytest.raises(WrongCell, match="15 位"):
        Code().read(20260330000123000000)


@pytest.mark.parametrize(
    ("cell", "yes"), [("是", True), ("Y", True), (True, True), (1, True), ("√", True), ("否", False), ("无", False), (0.0, False)]
)
def test_yes_and_no_are_read_as_people_tick_them(cell: Cell, yes: bool) -> None:
    assert YesNo().read(cell) is yes


@pytest.mark.parametrize(
    ("sort", "cell"),
    [(Number(), "1.5"), (Number(), "很多"), (Number(), -1), (YesNo(), "也许"), (Email(), "li.si"), (Words(5), "太长的一段话")],
)
def test_what_does_not_fit_is_refused(sort: Any, cell: Cell) -> None:  # noqa: ANN401
    with pytest.raises(WrongCell):
        sort.read(cell)


def test_words_lose_what_cannot_be_seen() -> None:
    assert Words().read("\ufeff 绍兴\u00a0恒力\u200b机械\n有限公司 ") == "绍兴 恒力机械 有限公司"


def test_a_plan_is_days_and_amounts() -> None:
    read = Plan().read("2026-06-30：8万；2026-03-31:50000")
    assert read == (Instalment(date(2026, 3, 31), Money.yuan(50000)), Instalment(date(2026, 6, 30), Money.yuan(80000)))


@pytest.mark.parametrize("cell", ["每月一万", "2026-13-31:5", "2026-03-31 50000"])
def test_a_plan_that_cannot_be_read_is_refused(cell: str) -> None:
    with pytest.raises(WrongCell):
        Plan().read(cell)


# A busy machine is no reason to fail.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
DAYS = st.dates(date(1991, 1, 1), date(2099, 12, 31))
SUMS = st.integers(0, 10**12).map(Money)
WORD = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20).filter(
    lambda w: not w.startswith("'") and Words(60).read(w) == w
)


@PATIENT
@given(DAYS, SUMS, st.decimals(0, Decimal("0.999"), places=3), st.lists(st.tuples(DAYS, SUMS), max_size=4, unique=True))
def test_values_are_read_as_they_were_shown(day: date, sum_: Money, share: Decimal, plan: list[tuple[date, Money]]) -> None:
    agreed = tuple(sorted(Instalment(on, amount) for on, amount in plan))
    assert Day().read(Day().show(day)) == day
    assert Day().read(day.isoformat()) == day
    assert Amount().read(Amount().show(sum_)) == sum_
    assert Share().read(Share().show(share)) == share
    assert not plan or Plan().read(Plan().show(agreed)) == agreed


@PATIENT
@given(st.lists(WORD.filter(lambda w: not set(w) & set(";；") and w.strip() == w), min_size=1, max_size=4, unique=True))
def test_lists_of_words_are_read_as_they_were_shown(words: list[str]) -> None:
    assert Several().read(Several().show(words)) == tuple(words)


@PATIENT
@given(st.sampled_from("=+-@"), WORD)
def test_a_formula_is_escaped_and_read_back(sign: str, word: str) -> None:
    shown = escaped(sign + word)
    assert isinstance(shown, str)
    assert shown.startswith("'")
    assert Words().read(shown) == sign + word


def test_moments_are_kept_in_utc() -> None:
    assert Instant().read("2026-03-18 10:00").tzinfo is UTC
