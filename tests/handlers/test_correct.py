"""``改一下，…``: what is changed, what follows from it, and what the audit log says."""

from datetime import date, timedelta

import pytest

from tests.handlers.company import audit, cards_in, facts, labels, last_record, pieces, plant, reminders, the_lead, the_record, timeline
from tests.house import House, card_of, reply_of

VISIT = "拜访了绍兴恒力机械的张工，聊了新产线，下周三之前给报价"


async def test_the_next_date_is_changed_with_lead_and_reminder(house: House) -> None:
    await house.say("li", VISIT)
    assert "下次跟进：3月25日 周三 → 后天（3月20日 周五）" in reply_of(await house.say("li", "改一下，下次跟进周五"))
    assert (await the_lead(house, "hengli")).next_on == date(2026, 3, 20)
    assert [t.run_at.day for t in await reminders(house)] == [20]


async def test_the_card_shows_the_corrected_value(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "改一下，下次跟进周五")
    assert facts(cards_in(house, "p:li")[0])["下次跟进"] == "后天（3月20日 周五）"


async def test_a_contact_is_replaced(house: House) -> None:
    await house.say("li", VISIT)
    assert reply_of(await house.say("li", "改一下，联系人是李总")) == "已改 联系人：张工 → 李总"
    assert (await the_record(house, "hengli")).contacts == ("李总",)


async def test_not_this_but_that_replaces_a_contact(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "不是张工，是李总")
    assert (await the_record(house, "hengli")).contacts == ("李总",)


async def test_not_this_but_that_moves_a_record_to_the_right_customer(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "不是恒力机械，是澜拓")
    assert (await the_record(house, "lantuo")).text == VISIT


async def test_not_this_but_that_may_also_be_news(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "不是价格问题，是交期太长")
    assert "不是价格问题，是交期太长" in (await the_record(house, "hengli")).text


async def test_an_amount_is_corrected(house: House) -> None:
    await house.say("li", "澜拓签了合同，总额12万")
    assert "总额：120000元 → 150000元" in reply_of(await house.say("li", "改一下，总额是15万"))


async def test_the_customer_is_changed_and_both_leads_are_counted_anew(house: House) -> None:
    first, second = await plant(house, "hengli", 6), await plant(house, "lantuo", 9)
    await house.say("li", VISIT)
    await house.say("li", "改一下，客户是澜拓")
    assert (await the_lead(house, "hengli")).last_action_at == first.last_action_at
    lead = await the_lead(house, "lantuo")
    assert (lead.id, lead.last_action_at, lead.next_on) == (second.id, house.clock.now(), date(2026, 3, 25))


async def test_the_reminder_follows_the_customer(house: House) -> None:
    await plant(house, "hengli", 6)
    second = await plant(house, "lantuo", 9)
    await house.say("li", VISIT)
    await house.say("li", "改一下，客户是澜拓")
    assert [t.subject for t in await reminders(house)] == [second.id]


async def test_an_ambiguous_right_customer_gives_a_choice_and_the_wrong_one_lets_go(house: House) -> None:
    before = await plant(house, "lantuo", 9)
    await house.say("li", "拜访了澜拓的方工，下周三再去")
    card = card_of(await house.say("li", "改一下，客户是恒力"))
    assert set(labels(card)[:2]) == {"绍兴恒力机械有限公司", "苏州恒力电子有限公司"}
    assert (await the_lead(house, "lantuo")).last_action_at == before.last_action_at
    await house.tap("li", card, "苏州恒力电子有限公司")
    assert (await the_record(house, "dianzi")).next_on == date(2026, 3, 25)


async def test_the_choice_of_a_correction_may_be_typed(house: House) -> None:
    await house.say("li", "拜访了澜拓的方工，下周三再去")
    await house.say("li", "改一下，客户是恒力")
    await house.say("li", "恒力电子")
    assert (await the_record(house, "dianzi")).text == "拜访了澜拓的方工，下周三再去"


async def test_an_unknown_right_customer_can_be_created(house: House) -> None:
    await house.say("li", "拜访了澜拓的方工，下周三再去")
    card = card_of(await house.say("li", "改一下，客户是宁波博瑞机械"))
    await house.tap("li", card, "新建客户“宁波博瑞机械”")
    assert await timeline(house, "lantuo") == []
    assert cards_in(house, "p:li")[-1].title == "已记录 · 拜访 宁波博瑞机械"


async def test_a_correction_to_a_colleagues_customer_does_not_betray_it(house: House) -> None:
    await house.say("li", "拜访了澜拓的方工，下周三再去")
    answer = reply_of(await house.say("li", "改一下，客户是锐朗"))
    assert "台州" not in answer
    assert cards_in(house, "p:li")[0].title == "已有同名客户，负责人王磊"


async def test_a_change_is_in_the_audit_log_with_who_old_and_new(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "改一下，联系人是李总")
    (entry,) = await audit(house, (await the_record(house, "hengli")).id, "record.correct")
    assert (entry.member_id, entry.old, entry.new) == ("m_li", {"联系人": "张工"}, {"联系人": "李总"})


async def test_a_correction_does_not_move_the_leads_clock(house: House) -> None:
    await house.say("li", VISIT)
    told = house.clock.now()
    await house.move(timedelta(hours=5))
    await house.say("li", "改一下，下次跟进周五")
    assert (await the_lead(house, "hengli")).last_action_at == told


async def test_a_correction_that_is_not_understood_is_kept_with_the_record(house: House) -> None:
    await house.say("li", VISIT)
    assert reply_of(await house.say("li", "改一下那个")).startswith("没看懂要改哪一项")
    assert await pieces(house, await the_record(house, "hengli")) == ["text", "text"]


async def test_a_correction_is_of_the_last_record_in_this_chat(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "拜访了澜拓的方工，下周三再去", chat="g:east")
    await house.say("li", "改一下，下次跟进周五")
    assert (await last_record(house, "li", "g:east")).next_on == date(2026, 3, 25)


async def test_without_a_record_there_is_nothing_to_correct(house: House) -> None:
    assert reply_of(await house.say("li", "改一下，下次跟进周五")).startswith("这里还没有可以改的记录")


@pytest.mark.parametrize("words", ["改一下：联系人是李总", "/改一下 联系人是李总", "改一下联系人是李总"])
async def test_the_command_is_read_with_or_without_slash_and_comma(house: House, words: str) -> None:
    await house.say("li", VISIT)
    assert reply_of(await house.say("li", words)) == "已改 联系人：张工 → 李总"
