"""A quote by message goes through its chain of cards; late, double and foreign taps change nothing. All is invented."""

import pytest

from bot.chat.outgoing import Card
from bot.domain.member import Member, Role, StandIn
from prompts.approvals import NOT_YOUR_QUOTE
from storage.transaction import Transaction
from tests.handlers.company import FOUNDED, cards_in, facts, labels, member, newest
from tests.house import PLATFORM, House, reply_of
from tests.staff import agree

QUOTE = "报价 澜拓 伺服电机 6台 单价23800"
JUDGES = (("tech", "周工", Role.APPROVER_TECHNICAL), ("fin", "吴敏", Role.APPROVER_FINANCE), ("gm", "郑总", Role.APPROVER_GM))


def judges(tx: Transaction) -> None:
    for user, name, role in JUDGES:
        tx.members.save(Member(member(user), name, (role.value,)))
        tx.members.identify(PLATFORM, user, member(user), f"p:{user}")
        agree(tx, member(user), at=FOUNDED)


def card(house: House, user: str, prefix: str) -> Card:
    return [c for c in cards_in(house, f"p:{user}") if c.key.startswith(prefix)][-1]


@pytest.fixture
async def chain(house: House) -> House:
    """A submitted quote of 李思."""
    await house.store.write(judges)
    await house.say("li", QUOTE)
    await house.tap("li", card(house, "li", "quote:"), "提交审批")
    return house


async def test_the_first_card_goes_to_the_technical_approver_alone(chain: House) -> None:
    assert labels(card(chain, "tech", "approval:")) == ["同意", "驳回"]
    assert not cards_in(chain, "p:fin")


async def test_the_rep_sees_the_sum_to_the_fen(chain: House) -> None:
    assert facts(card(chain, "li", "quote:"))["合计（含税）"] == "142,800 元"


async def test_three_consents_approve_it_and_the_rep_is_told(chain: House) -> None:
    for user in ("tech", "fin", "gm"):
        await chain.tap(user, card(chain, user, "approval:"), "同意")
    assert "审批已通过" in newest(chain, "p:li")


async def test_a_second_tap_gets_the_present_state(chain: House) -> None:
    tapped = card(chain, "tech", "approval:")
    await chain.tap("tech", tapped, "同意")
    assert "已由 周工 于" in reply_of(await chain.tap("tech", tapped, "驳回", "反悔"))
    assert cards_in(chain, "p:fin")


async def test_a_forwarded_card_decides_nothing(chain: House) -> None:
    assert "不归你审批" in reply_of(await chain.tap("wang", card(chain, "tech", "approval:"), "同意"))
    assert not cards_in(chain, "p:fin")


async def test_a_decided_card_has_no_buttons_left(chain: House) -> None:
    await chain.tap("tech", card(chain, "tech", "approval:"), "同意")
    assert labels(card(chain, "tech", "approval:")) == []


async def test_words_decide_as_buttons_do_and_a_refusal_needs_a_reason(chain: House) -> None:
    assert "要写原因" in reply_of(await chain.say("tech", "驳回 Q1"))
    assert "审批已驳回" in reply_of(await chain.say("tech", "驳回 Q1 选型不对"))
    assert "选型不对" in newest(chain, "p:li")


async def test_a_second_submission_gets_the_state_and_starts_nothing(house: House) -> None:
    await house.store.write(judges)
    await house.say("li", QUOTE)
    draft = card(house, "li", "quote:")
    await house.tap("li", draft, "提交审批")
    assert "正在技术审核" in reply_of(await house.tap("li", draft, "提交审批"))
    assert len(cards_in(house, "p:tech")) == 1


async def test_only_the_submitter_withdraws(chain: House) -> None:
    assert "只有提交人" in reply_of(await chain.say("wang", "撤回 Q1"))
    assert "已撤回" in reply_of(await chain.say("li", "撤回 Q1"))


async def test_after_the_withdrawal_nobody_decides(chain: House) -> None:
    tapped = card(chain, "tech", "approval:")
    await chain.say("li", "撤回 Q1")
    assert "提交人已撤回" in reply_of(await chain.tap("tech", tapped, "同意"))


async def test_who_stands_in_for_an_absent_approver_gets_the_card_and_decides(house: House) -> None:
    await house.store.write(judges)
    await house.store.write(lambda tx: tx.members.save_stand_in(StandIn(member("tech"), member("wang"), FOUNDED.date())))
    await house.say("li", QUOTE)
    await house.tap("li", card(house, "li", "quote:"), "提交审批")
    await house.tap("wang", card(house, "wang", "approval:"), "同意")
    assert cards_in(house, "p:fin")
    assert labels(card(house, "tech", "approval:")) == []


async def test_a_submitter_who_stands_in_for_the_approver_gets_no_card_to_decide(house: House) -> None:
    await house.store.write(judges)
    await house.store.write(lambda tx: tx.members.save_stand_in(StandIn(member("tech"), member("li"), FOUNDED.date())))
    await house.say("li", QUOTE)
    await house.tap("li", card(house, "li", "quote:"), "提交审批")
    assert not [c for c in cards_in(house, "p:li") if c.key.startswith("approval:")]


async def test_the_submitter_cannot_approve(chain: House) -> None:
    assert "不能自己审批" in reply_of(await chain.say("li", "通过 Q1"))


@pytest.mark.parametrize("words", ["通过 Q1", "驳回 Q1 我猜的"])
async def test_a_rep_of_another_team_reads_nothing_of_a_decision_by_its_number(chain: House, words: str) -> None:
    await chain.say("tech", "驳回 Q1 宁波澜拓的价格不对")
    said = reply_of(await chain.say("lin", words))
    assert not [told for told in ("澜拓", "周工", "已驳回", "价格不对") if told in said]


async def test_a_foreign_number_is_answered_as_one_that_does_not_exist(chain: House) -> None:
    assert reply_of(await chain.say("lin", "通过 Q1")) == reply_of(await chain.say("lin", "通过 Q99"))


async def test_a_forwarded_card_tells_a_stranger_to_the_quote_nothing(chain: House) -> None:
    forwarded = card(chain, "tech", "approval:")
    await chain.tap("tech", forwarded, "驳回", "宁波澜拓的价格不对")
    said = reply_of(await chain.tap("lin", forwarded, "同意"))
    assert not [told for told in ("澜拓", "周工", "已驳回", "价格不对") if told in said]


async def test_a_quote_keeps_no_second_copy_of_what_was_said(chain: House) -> None:
    quote = await chain.store.read(lambda r: r.quotes.numbered(1))
    assert quote is not None
    assert quote.remark == ""


async def test_withdrawing_anothers_decided_quote_tells_nothing_of_the_decision(chain: House) -> None:
    await chain.say("tech", "驳回 Q1 宁波澜拓的价格不对")
    assert reply_of(await chain.say("lin", "撤回 Q1")) == NOT_YOUR_QUOTE
