"""The steps of a quote's approval: which are asked for, and who sits in them. All people are invented."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain.approval import ApprovalId, Refused, submitted
from bot.domain.chain import DEFAULT, Node, Offer, chain_of
from bot.domain.member import Member, Role
from bot.domain.values import MemberId, Money
from tests.domain.test_approval import DEPUTY, FIN, GM, PROD, REP, START, TECH

STAFF = (
    Member(REP, "李思", (Role.REP.value,)),
    Member(TECH, "周工", (Role.APPROVER_TECHNICAL.value,)),
    Member(FIN, "吴敏", (Role.APPROVER_FINANCE.value, Role.FINANCE.value)),
    Member(GM, "郑海", (Role.APPROVER_GM.value,)),
    Member(PROD, "孙悦", (Role.PRODUCT.value,)),
    Member(DEPUTY, "钱进", (Role.MANAGER.value,)),
)
OFFER = Offer(amount=Money.yuan(100_000), discount=Decimal("0.10"), grade="A", region="华东", product_line="伺服")
NOBODY: dict[MemberId, MemberId] = {}
GMS = (Role.APPROVER_GM,)


def test_by_default_it_goes_from_technical_to_finance_to_the_general_manager() -> None:
    assert chain_of(DEFAULT, OFFER, STAFF, REP, NOBODY) == (("technical", (TECH,)), ("finance", (FIN,)), ("gm", (GM,)))


def test_a_general_managers_own_quote_goes_to_the_deputy() -> None:
    assert chain_of(DEFAULT, OFFER, STAFF, GM, {GM: DEPUTY})[-1] == ("gm", (DEPUTY,))


def test_a_second_holder_of_the_role_judges_before_a_deputy() -> None:
    second = Member(MemberId("m_vice"), "何副总", (Role.APPROVER_GM.value,))
    assert chain_of(DEFAULT, OFFER, (*STAFF, second), GM, {GM: DEPUTY})[-1] == ("gm", (second.id,))


@pytest.mark.parametrize("deputies", [NOBODY, {GM: GM}, {GM: MemberId("m_gone")}])
def test_without_a_deputy_ones_own_quote_cannot_be_submitted(deputies: dict[MemberId, MemberId]) -> None:
    with pytest.raises(Refused, match="no_approver"):
        submitted(ApprovalId("ap"), "q_1", 1, GM, chain_of(DEFAULT, OFFER, STAFF, GM, deputies), START)


def test_who_has_left_sits_nowhere() -> None:
    staff = tuple(replace(m, active=m.id != TECH) for m in STAFF)
    assert chain_of(DEFAULT, OFFER, staff, REP, NOBODY)[0] == ("technical", ())


def test_seats_of_one_step_are_asked_at_once() -> None:
    terms = Node(name="terms", roles=(Role.PRODUCT, Role.FINANCE))
    assert chain_of([terms], OFFER, STAFF, REP, NOBODY) == (("terms", (PROD, FIN)),)


def test_a_step_that_lacks_one_of_its_seats_counts_as_empty() -> None:
    terms = Node(name="terms", roles=(Role.PRODUCT, Role.DELIVERY))
    assert chain_of([terms], OFFER, STAFF, REP, NOBODY) == (("terms", ()),)


@pytest.mark.parametrize(
    ("node", "asked"),
    [
        (Node(name="gm", roles=GMS, amount_from=Money.yuan(100_000)), True),
        (Node(name="gm", roles=GMS, amount_from=Money(10_000_001)), False),
        (Node(name="gm", roles=GMS, discount_from=Decimal("0.10")), True),
        (Node(name="gm", roles=GMS, discount_from=Decimal("0.1001")), False),
        (Node(name="gm", roles=GMS, grades=frozenset("AB")), True),
        (Node(name="gm", roles=GMS, grades=frozenset("CD")), False),
        (Node(name="gm", roles=GMS, regions=frozenset({"华南"})), False),
        (Node(name="gm", roles=GMS, product_lines=frozenset({"伺服"}), regions=frozenset({"华东"})), True),
    ],
)
def test_a_step_is_asked_for_by_what_the_offer_is(node: Node, asked: bool) -> None:
    assert node.asks(OFFER) is asked
