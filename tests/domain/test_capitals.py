"""Capital numerals, against the reader of bank slips, which was written from the other side."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.capitals import LARGEST, in_capitals
from bot.domain.values import Money
from bot.senses.figures import capitals


@pytest.mark.parametrize(
    ("yuan", "said"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1.05", "壹元零伍分"),
        ("10", "壹拾元整"),
        ("1002", "壹仟零贰元整"),
        ("10203.50", "壹万零贰佰零叁元伍角整"),
        ("100000", "壹拾万元整"),
        ("100000001", "壹亿零壹元整"),
        ("20030000", "贰仟零叁万元整"),
        ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
        ("-3", "负叁元整"),
    ],
)
def test_an_amount_is_written_as_on_a_cheque(yuan: str, said: str) -> None:
    assert in_capitals(Money.yuan(yuan)) == said


@given(st.integers(1, 10**13))
def test_what_is_written_is_read_back_to_the_fen(fen: int) -> None:
    assert capitals(in_capitals(Money(fen))) == Decimal(fen) / 100


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="no capital numerals"):
        in_capitals(Money(LARGEST.fen + 1))
