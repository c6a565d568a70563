"""Quotes: money to the fen, versions, and the price list's judgement. All products are invented."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.price import Price
from bot.domain.quote import Quote, QuoteId, QuoteLine, check, checked, deepest
from bot.domain.values import CustomerId, MemberId, Money

SERVO = Price(
    model="SV-200",
    name="伺服驱动器",
    unit="台",
    base_price=Money.yuan(1000),
    material_cost=Money.yuan(500),
    labour_cost=Money.yuan(100),
    floats={"A": Decimal("0.08")},
)


def line(price: str, quantity: str = "1") -> QuoteLine:
    return QuoteLine(name="伺服驱动器", model="SV-200", quantity=Decimal(quantity), unit_price=Decimal(price))


def quote(*lines: QuoteLine, rate: str = "0.13", included: bool = True) -> Quote:
    return Quote(
        id=QuoteId("q_1"),
        no=42,
        version=1,
        customer_id=CustomerId("c_1"),
        owner_id=MemberId("m_li"),
        lines=lines,
        tax_rate=Decimal(rate),
        tax_included=included,
    )


def test_a_price_below_a_fen_is_exact_until_the_line_is_summed() -> None:
    assert line("0.035", "1001").amount == Money(3504)


def test_tax_on_top_is_rounded_once_on_the_sum() -> None:
    assert quote(line("0.04"), line("0.04"), included=False).total == Money(9)


def test_tax_within_the_price_does_not_change_what_is_paid() -> None:
    offer = quote(line("113"))
    assert (offer.total, offer.tax) == (Money.yuan(113), Money.yuan(13))


def test_other_lines_are_the_next_version_of_the_same_quote() -> None:
    changed = quote(line("900")).changed([line("950")])
    assert (changed.label, changed.version, changed.total) == ("Q42", 2, Money.yuan(950))


@pytest.mark.parametrize(
    ("grade", "price", "below"), [("A", "920", False), ("A", "919.99", True), ("D", "999.99", True), (None, "1000", False)]
)
def test_a_price_may_fall_as_far_as_the_grade_allows(grade: str | None, price: str, below: bool) -> None:
    assert check(line(price), SERVO, grade).below is below


def test_the_margin_is_of_the_asked_price() -> None:
    assert check(line("800"), SERVO, "A").margin == Decimal("0.25")


def test_half_a_cost_gives_no_margin() -> None:
    assert check(line("800"), replace(SERVO, labour_cost=None), "A").margin is None


def test_what_the_list_does_not_know_is_not_judged() -> None:
    found = check(line("1"), None, "A")
    assert (found.discount, found.margin, found.below) == (None, None, False)


def test_the_deepest_discount_speaks_for_the_quote() -> None:
    assert deepest(checked(quote(line("1100"), line("850")), {"SV-200": SERVO}, "A")) == Decimal("0.15")


@pytest.mark.parametrize(("quantity", "price"), [("0", "1"), ("-1", "1"), ("NaN", "1"), ("1", "-0.01"), ("1", "Infinity")])
def test_a_line_without_a_sound_quantity_and_price_is_refused(quantity: str, price: str) -> None:
    with pytest.raises(ValueError, match=r"line needs|price cannot"):
        line(price, quantity)


amounts = st.decimals(min_value=0, max_value=10**7, places=4)
counts = st.decimals(min_value=1, max_value=10**5, places=2)


@given(st.lists(st.tuples(amounts, counts), max_size=20), st.booleans())
def test_the_total_is_the_fen_of_its_lines_and_the_tax_to_the_fen(rows: list[tuple[Decimal, Decimal]], included: bool) -> None:
    offer = quote(*(line(str(price), str(count)) for price, count in rows), included=included)
    fen = sum(item.amount.fen for item in offer.lines)
    assert offer.total.fen == fen + (0 if included else offer.tax.fen)
    net = fen - offer.tax.fen if included else fen
    assert abs(net * Decimal("0.13") - offer.tax.fen) <= Decimal("0.6")
