"""Messages for the customer: asked for in words or by a button, taken, sent, archived. All names are invented."""

from datetime import date

import pytest

from bot.chat.outgoing import Card, Outgoing, Reply, plain
from bot.domain.activity import ActivityKind
from bot.domain.contract import Contract, ContractId, Instalment, Payment, PaymentId
from bot.domain.customer import Contact
from bot.domain.understood import Channel
from bot.domain.values import ContactId, Money
from storage.transaction import Transaction
from tests.handlers.company import customer, day, last_record, member, timeline
from tests.house import House, card_of, reply_of

VISIT = "今天上午拜访了恒力机械的张工，预算有限，跟老板申请特价，下周三之前给报价"


def texts(messages: list[Outgoing]) -> tuple[str, Card]:
    """The plain message and the card beside it."""
    (alone,) = [m.text for m in messages if isinstance(m, Reply)]
    return alone, card_of(messages)


async def test_the_record_is_all_that_stands_in_it(house: House) -> None:
    await house.say("li", VISIT)
    alone, card = texts(await house.say("li", "给张工写个微信"))
    assert alone.startswith("张工，今天见面")
    assert "预算安排" in alone
    assert "报价" in alone
    assert "下周三" in alone
    assert card.title == "发给张工的微信 · 拜访后"


async def test_what_is_ours_alone_stays_with_us(house: House) -> None:
    await house.say("li", VISIT.replace("预算有限", "嫌价格高，在比海拓"))
    _, card = texts(await house.say("li", "给张工写个微信"))
    assert not any(word in plain(card) for word in ("特价", "老板", "海拓", "嫌"))


async def test_a_sample_with_its_number(house: House) -> None:
    await house.say("li", VISIT)
    alone, card = texts(await house.say("li", "给恒力机械张工写个微信，样品寄出了，单号SF1234567890123"))
    assert "SF1234567890123" in alone
    assert card.title.endswith("寄样品")


async def test_a_number_that_is_missing_is_asked_for(house: House) -> None:
    await house.say("li", VISIT)
    alone, card = texts(await house.say("li", "给张工写个寄样品的微信"))
    assert "回我快递单号" in card.note
    assert "单号 ，" not in alone


async def test_two_people_of_the_same_name_are_told_apart(house: House) -> None:
    await house.store.write(lambda tx: tx.customers.add_contact(Contact(ContactId("k_x"), customer("lantuo"), "张工")))
    await house.say("li", "今天拜访了澜拓的方工，聊了伺服，下周三再去")
    await house.say("li", "今天拜访了恒力机械的李总，下周五再去")
    card = card_of(await house.say("li", "给张工写个问候微信"))
    assert card.title != "写给哪一位？"  # the one just spoken of
    await house.move_to(day(3, 19, 10))
    await house.say("li", "今天拜访了苏州恒力电子的陈经理，下周五再去")
    assert card_of(await house.say("li", "给张工写个问候微信")).title == "写给哪一位？"


async def test_a_colleagues_customer_is_not_written_to(house: House) -> None:
    await house.say("wang", "今天拜访了锐朗的孙工，嫌价格高，下周三再去")
    assert "写给谁" in reply_of(await house.say("li", "给孙工写个微信"))


async def test_nothing_is_written_about_nothing(house: House) -> None:
    assert "还没有往来记录" in reply_of(await house.say("li", "给恒力机械的张工写个微信"))


async def test_people_of_rank_are_written_to_formally_first(house: House) -> None:
    await house.say("li", "今天拜访了恒力机械的李总，聊了伺服，下周三再去")
    alone, _ = texts(await house.say("li", "给李总写个微信"))
    assert alone.startswith("李总您好，我是李思。")


async def test_another_wording_comes_alone_to_be_copied(house: House) -> None:
    await house.say("li", VISIT)
    alone, card = texts(await house.say("li", "给张工写个微信"))
    short = card.sections[0].lines[2]
    other = reply_of(await house.tap("li", card, "复制", line=short.text))
    assert other == short.text != alone
    assert short.buttons[0].copy == short.text


async def test_a_sent_message_is_on_the_timeline_as_a_wechat_contact(house: House) -> None:
    await house.say("li", VISIT)
    _, card = texts(await house.say("li", "给张工写个微信"))
    taken = reply_of(await house.tap("li", card, "复制", line=card.sections[0].lines[1].text))
    await house.tap("li", card, "已发送")
    record = await last_record(house, "li")
    assert (record.kind, record.channel, record.text, record.contacts) == (ActivityKind.FOLLOW_UP, Channel.WECHAT, taken, ("张工",))


@pytest.mark.parametrize("words", ["已发送", "已发", "已发送了", "/已发送"])
async def test_it_can_be_said_too(house: House, words: str) -> None:
    await house.say("li", VISIT)
    alone, _ = texts(await house.say("li", "给张工写个微信"))
    await house.say("li", words)
    assert (await last_record(house, "li")).text == alone


async def test_what_was_really_sent_is_kept(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "给张工写个微信")
    await house.say("li", "已发送：张工，报价今晚发您，有事随时找我。")
    record = await last_record(house, "li")
    assert (record.text, record.details["edited"]) == ("张工，报价今晚发您，有事随时找我。", True)


async def test_sending_twice_is_noted_once(house: House) -> None:
    await house.say("li", VISIT)
    _, card = texts(await house.say("li", "给张工写个微信"))
    await house.tap("li", card, "已发送")
    await house.tap("li", card, "已发送")
    assert "已经记为发送过了" in reply_of(await house.say("li", "已发送"))
    assert len(await timeline(house, "hengli")) == 2


async def test_without_a_message_there_is_nothing_to_have_sent(house: House) -> None:
    assert "最近没有帮你写过微信" in reply_of(await house.say("li", "已发送"))


async def test_a_tap_by_somebody_else_changes_nothing(house: House) -> None:
    await house.say("li", VISIT)
    _, card = texts(await house.say("li", "给张工写个微信"))
    await house.tap("wang", card, "已发送")
    assert len(await timeline(house, "hengli")) == 1


async def test_the_button_on_a_record_writes_about_its_customer(house: House) -> None:
    await house.say("li", VISIT)
    shown = next(s.message for s in house.screens.of("p:li") if isinstance(s.message, Card))
    alone, card = texts(await house.tap("li", shown, "写微信"))
    assert card.title.startswith("发给张工的微信")
    assert alone.startswith("张工")


async def test_overdue_money_comes_from_contracts_and_payments(house: House) -> None:
    def owe(tx: Transaction) -> None:
        plan = (Instalment(date(2026, 2, 28), Money.yuan(50000)), Instalment(date(2026, 6, 30), Money.yuan(80000)))
        contract = Contract(
            id=ContractId("ct"),
            no="HT-2026-018",
            customer_id=customer("hengli"),
            amount=Money.yuan(130000),
            signed_on=date(2026, 1, 5),
            plan=plan,
        )
        tx.contracts.save(contract)
        tx.payments.save(Payment(id=PaymentId("p"), contract_id=contract.id, amount=Money.yuan(20000), received_on=date(2026, 3, 1)))

    await house.store.write(owe)
    alone, card = texts(await house.say("li", "给恒力机械的张工写个催款微信"))
    assert "HT-2026-018" in alone
    assert "30,000 元" in alone
    assert "2月28日" in alone
    assert "没有查到" not in card.note


async def test_money_that_nobody_knows_of_is_left_out(house: House) -> None:
    alone, card = texts(await house.say("li", "给恒力机械的张工写个催款微信"))
    assert "元" not in alone
    assert "没有查到到期未付的款" in card.note


async def test_a_holiday_is_taken_from_the_words_or_the_calendar(house: House) -> None:
    alone, _ = texts(await house.say("li", "给恒力机械的张工发个中秋祝福"))
    assert "中秋节快乐" in alone
    await house.move_to(day(4, 27, 9))
    alone, _ = texts(await house.say("li", "给恒力机械的张工写个节日问候微信"))
    assert "劳动节快乐" in alone


async def test_a_message_is_forgotten_with_the_words_it_was_made_of(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "给张工写个微信")
    await house.move_to(day(3, 19, 10).replace(year=2030))
    assert await house.store.read(lambda r: r.drafts.last_of(member("li"), "p:li")) is None


async def test_a_deleted_member_leaves_no_message(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "给张工写个微信")

    def erase(tx: Transaction) -> None:
        person = tx.members.get(member("li"))
        assert person is not None
        tx.persons.erase_member(person, house.clock.now())

    await house.store.write(erase)
    assert await house.store.read(lambda r: r.drafts.last_of(member("li"), "p:li")) is None
