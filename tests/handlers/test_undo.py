"""``撤销`` takes a record back with everything that followed from it; ``恢复`` brings it back."""

from datetime import date, timedelta

from bot.domain.customer import LeadState
from bot.domain.understood import Stage
from tests.handlers.company import (
    audit,
    cards_in,
    customer,
    labels,
    last_record,
    plant,
    reminders,
    the_customer,
    the_lead,
    the_record,
    timeline,
)
from tests.house import House, card_of, reply_of

VISIT = "拜访了澜拓的方工，聊了主轴振动，下周三之前给报价"


async def test_the_last_record_is_taken_back_within_ten_minutes(house: House) -> None:
    await house.say("li", VISIT)
    await house.move(timedelta(minutes=10))
    card = card_of(await house.say("li", "撤销"))
    assert (card.title, labels(card)) == ("已撤销 · 拜访 宁波澜拓精密机床有限公司", ["恢复"])
    assert await timeline(house, "lantuo") == []


async def test_after_ten_minutes_it_is_too_late(house: House) -> None:
    await house.say("li", VISIT)
    await house.move(timedelta(minutes=10, seconds=1))
    assert "已经超过 10 分钟" in reply_of(await house.say("li", "撤销"))
    assert len(await timeline(house, "lantuo")) == 1


async def test_the_cards_button_does_the_same(house: House) -> None:
    card = card_of(await house.say("li", VISIT))
    await house.tap("li", card, "撤销")
    assert cards_in(house, "p:li")[0].title.startswith("已撤销")
    assert await timeline(house, "lantuo") == []


async def test_nobody_takes_back_a_colleagues_record(house: House) -> None:
    card = card_of(await house.say("li", VISIT, chat="g:east"))
    assert reply_of(await house.tap("chen", card, "撤销", chat="g:east")) == "这是同事的记录，只有他本人能改。"
    assert len(await timeline(house, "lantuo")) == 1


async def test_undo_reaches_back_over_several_records(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "拜访了绍兴恒力机械的张工，下周一再去")
    await house.say("li", "撤销")
    await house.say("li", "撤销")
    assert await timeline(house, "lantuo") + await timeline(house, "hengli") == []


async def test_with_nothing_to_take_back_it_says_so(house: House) -> None:
    assert reply_of(await house.say("li", "撤销")) == "没有可以撤销的记录。"


async def test_the_lead_returns_to_its_last_action_promise_and_step(house: House) -> None:
    before = await plant(house, "lantuo", 5, next_on=date(2026, 3, 30), next_step="寄样品", stage=Stage.SAMPLE)
    await house.say("li", VISIT)
    await house.say("li", "撤销")
    assert await the_lead(house, "lantuo") == before


async def test_a_stage_that_the_record_had_moved_returns(house: House) -> None:
    await plant(house, "lantuo", 5, stage=Stage.QUOTED)
    await house.say("li", "澜拓进入商务谈判阶段")
    assert (await the_lead(house, "lantuo")).stage is Stage.NEGOTIATION
    await house.say("li", "撤销")
    assert (await the_lead(house, "lantuo")).stage is Stage.QUOTED


async def test_a_stage_returns_to_what_the_record_before_said(house: House) -> None:
    await house.say("li", "澜拓进入商务谈判阶段")
    await house.move(timedelta(hours=2))
    await house.say("li", "澜拓丢单了")
    assert (await the_lead(house, "lantuo")).state is LeadState.CLOSED
    await house.say("li", "撤销")
    lead = await the_lead(house, "lantuo")
    assert (lead.stage, lead.state) == (Stage.NEGOTIATION, LeadState.OPEN)


async def test_the_reminder_is_cancelled(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "撤销")
    assert await reminders(house) == []


async def test_the_earlier_promise_and_its_reminder_stand_again(house: House) -> None:
    await house.say("li", VISIT)
    await house.move(timedelta(hours=1))
    await house.say("li", "给澜拓方工打了电话，周五给结果")
    assert [t.run_at.day for t in await reminders(house)] == [20]
    await house.say("li", "撤销")
    assert [t.run_at.day for t in await reminders(house)] == [25]


async def test_a_lead_that_the_record_brought_into_being_goes_with_it(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "撤销")
    assert (await the_lead(house, "lantuo")).state is LeadState.CLOSED


async def test_a_snooze_that_the_record_had_ended_stands_again(house: House) -> None:
    until = house.clock.now() + timedelta(days=5)
    lead = await plant(house, "lantuo", 5, snoozed_until=until, snooze_reason="客户出差")
    note = {"until": until.isoformat(), "reason": "客户出差"}
    await house.store.write(lambda tx: tx.audit.note(house.clock.now(), None, "lead.snooze", lead.id, new=note))
    await house.say("li", VISIT)
    assert (await the_lead(house, "lantuo")).snoozed_until is None
    await house.say("li", "撤销")
    assert (await the_lead(house, "lantuo")).snoozed_until == until


async def test_restore_brings_record_lead_and_reminder_back(house: House) -> None:
    await house.say("li", VISIT)
    lead = await the_lead(house, "lantuo")
    card = card_of(await house.say("li", "撤销"))
    await house.tap("li", card, "恢复")
    assert (await the_record(house, "lantuo")).text == VISIT
    assert await the_lead(house, "lantuo") == lead
    assert len(await reminders(house)) == 1


async def test_restore_twice_is_noted_once(house: House) -> None:
    await house.say("li", VISIT)
    card = card_of(await house.say("li", "撤销"))
    await house.tap("li", card, "恢复")
    await house.tap("li", card, "恢复")
    assert len(await audit(house, (await last_record(house, "li")).id, "record.restore")) == 1


async def test_a_restored_record_joins_the_lead_that_was_opened_meanwhile(house: House) -> None:
    await house.say("li", VISIT)
    card = card_of(await house.say("li", "撤销"))
    await house.say("li", "给澜拓方工打了电话，周五给结果")
    await house.tap("li", card, "恢复")
    assert len({r.lead_id for r in await timeline(house, "lantuo")}) == 1


async def test_an_undone_record_takes_no_more_pieces(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "撤销")
    assert card_of(await house.photo("li")).title == "已存好，这是哪家客户的？"


async def test_a_record_with_a_picture_on_its_way_is_taken_back_quietly(house: House) -> None:
    await house.say("li", VISIT)
    await house.photo("li")
    assert "1 条文字、1 张照片" in card_of(await house.say("li", "撤销")).text


async def test_the_button_of_an_undone_record_shows_that_it_is_undone(house: House) -> None:
    card = card_of(await house.say("li", VISIT))
    await house.say("li", "撤销")
    await house.tap("li", card, "撤销")
    assert cards_in(house, "p:li")[0].title.startswith("已撤销")


async def test_an_undo_is_in_the_audit_log(house: House) -> None:
    await house.say("li", VISIT)
    record = await the_record(house, "lantuo")
    await house.say("li", "撤销")
    (entry,) = await audit(house, record.id, "record.undo")
    assert (entry.member_id, entry.old, entry.new) == ("m_li", {"state": "kept"}, {"state": "undone"})


async def test_undoing_a_visit_leaves_the_customer(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "撤销")
    assert (await the_customer(house, "lantuo")).id == customer("lantuo")


async def test_undoing_a_visit_to_a_colleagues_customer_does_not_betray_its_name(house: House) -> None:
    await house.say("li", "拜访了锐朗的孙工，聊了传感器，下周一再去")
    assert card_of(await house.say("li", "撤销")).title == "已撤销 · 拜访"


async def test_the_word_restore_brings_the_record_back(house: House) -> None:
    await house.say("li", "拜访了澜拓的方工，聊了主轴振动，下周三之前给报价")
    await house.say("li", "撤销")
    card = card_of(await house.say("li", "恢复"))
    assert card.title.startswith("已记录")


async def test_without_an_undone_record_there_is_nothing_to_restore(house: House) -> None:
    assert "没有刚撤销的" in reply_of(await house.say("li", "恢复"))
