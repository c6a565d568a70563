"""Money and ids."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.values import Money, new_id


@pytest.mark.parametrize(
    ("yuan", "fen"),
    [
        ("0", 0),
        ("12.34", 1234),
        (150_000, 15_000_000),
        (Decimal("0.1"), 10),
        ("0.005", 1),
        ("0.0049", 0),
        ("2.675", 268),
        ("-0.005", -1),
        ("126800.50", 12_680_050),
        ("1e4", 1_000_000),
    ],
)
def test_yuan_become_whole_fen_rounded_half_up(yuan: Decimal | str | int, fen: int) -> None:
    assert Money.yuan(yuan) == Money(fen)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0"), (5, "0.05"), (1234, "12.34"), (100, "1"), (123_456_789, "1,234,567.89"), (-5, "-0.05"), (-123_400, "-1,234")],
)
def test_money_is_shown_in_yuan(fen: int, text: str) -> None:
    assert str(Money(fen)) == text


@given(st.integers(-(10**15), 10**15))
def test_what_is_shown_is_exact(fen: int) -> None:
    assert Money.yuan(str(Money(fen)).replace(",", "")) == Money(fen)


def test_money_sorts_by_amount() -> None:
    assert sorted([Money(3), Money(-1), Money(2)]) == [Money(-1), Money(2), Money(3)]


def test_an_id_names_its_noun_and_fits_its_column() -> None:
    assert new_id("a").startswith("a_")
    assert len(new_id("member")) <= 40


def test_ids_do_not_repeat() -> None:
    assert len({new_id("a") for _ in range(1000)}) == 1000
