"""Payments over instalments, to the fen. All contracts are invented."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contract import Contract, ContractId, Instalment, Payment, PaymentId
from bot.domain.receivable import allocate
from bot.domain.values import CustomerId, Money

START = date(2026, 3, 15)
AMOUNTS = st.lists(st.integers(1, 10**12), max_size=12)


def contract(*fen: int) -> Contract:
    return Contract(
        id=ContractId("c1"),
        no="HT2026-0315",
        customer_id=CustomerId("k1"),
        amount=Money(sum(fen)),
        signed_on=START,
        plan=tuple(Instalment(START + timedelta(days=30 * n), Money(amount)) for n, amount in enumerate(fen)),
    )


def payments(*fen: int, of: str = "c1") -> list[Payment]:
    return [
        Payment(id=PaymentId(f"p{n}"), contract_id=ContractId(of), amount=Money(amount), received_on=START) for n, amount in enumerate(fen)
    ]


@given(AMOUNTS, AMOUNTS)
def test_shares_and_what_is_beyond_sum_to_what_was_paid(plan: list[int], paid: list[int]) -> None:
    result = allocate(contract(*plan), payments(*paid))
    assert sum(share.paid.fen for share in result.shares) + result.beyond.fen == sum(paid)


@given(AMOUNTS, AMOUNTS)
def test_no_instalment_is_covered_while_an_earlier_one_is_open(plan: list[int], paid: list[int]) -> None:
    shares = allocate(contract(*plan), payments(*paid)).shares
    assert all(0 <= share.paid.fen <= share.instalment.amount.fen for share in shares)
    assert all(not later.paid.fen for first, later in pairwise(shares) if first.open.fen)


@given(AMOUNTS, st.lists(st.integers(1, 10**12), max_size=6).flatmap(lambda x: st.tuples(st.just(x), st.permutations(x))))
def test_the_order_of_payments_does_not_matter(plan: list[int], paid: tuple[list[int], list[int]]) -> None:
    assert allocate(contract(*plan), payments(*paid[0])) == allocate(contract(*plan), payments(*paid[1]))


def test_seven_days_late_is_not_yet_more_than_seven() -> None:
    result = allocate(contract(1000, 1000), payments(999))
    assert result.overdue(START + timedelta(days=7), 7) == ()
    assert result.overdue(START + timedelta(days=8), 7) == result.shares[:1]


def test_a_paid_instalment_is_never_overdue() -> None:
    assert allocate(contract(1000), payments(400, 600)).overdue(START + timedelta(days=400), 7) == ()


def test_a_payment_of_another_contract_is_refused() -> None:
    with pytest.raises(ValueError, match="another contract"):
        allocate(contract(1000), payments(1, of="c2"))


@pytest.mark.parametrize("fen", [0, -1])
def test_a_payment_that_is_not_above_zero_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="not above zero"):
        allocate(contract(1000), payments(fen))
