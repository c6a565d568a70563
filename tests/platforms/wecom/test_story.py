"""The first story, on WeCom: a rep talks, the bot records and asks; a card is tapped; the list reaches the group."""

from datetime import timedelta

from bot.domain.values import LeadId, MemberId
from tests.platforms.wecom.company import FIRM, GROUP, Company

VISIT = "今天下午两点拜访了绍兴恒力机械的张工，预算有限"


async def test_the_console_can_save_the_address(company: Company) -> None:
    assert (await company.wecom.callbacks.verify()).status == 200


async def test_a_told_visit_is_recorded_and_answered_with_a_card(company: Company) -> None:
    assert (await company.wecom.phone("lisi").say(VISIT)).body == b""
    await company.rest()
    assert FIRM in company.wecom.phone("lisi").card().text


async def test_the_buttons_of_the_card_answer_the_one_question(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.say(VISIT)
    await company.rest()
    await lisi.tap(lisi.card(), "明天")
    await company.rest()
    record = await company.service.store.read(lambda r: r.activities.last_of(MemberId("m_lisi"), "lisi"))
    assert record is not None
    assert record.next_on is not None
    assert "明天" in lisi.card().text
    assert lisi.card().history  # the same card, changed in its place


async def test_a_record_that_is_undone_shows_so_on_its_card(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.say(VISIT)
    await company.rest()
    await lisi.tap(lisi.card(), "撤销")
    await company.rest()
    assert "已撤销" in lisi.card().text


async def test_the_morning_list_reaches_the_group(company: Company) -> None:
    await company.move(timedelta(days=8))
    shown = company.wecom.screen(company.wecom.webhook(GROUP))
    assert any("昨日断点清单" in message.text and FIRM in message.text for message in shown)


async def test_a_manager_acts_on_a_line_of_the_list_with_one_tap_and_one_answer(company: Company) -> None:
    await company.move(timedelta(days=8))
    wang = company.wecom.phone("WangWei")
    await wang.say("昨日断点")
    await company.rest()
    card = wang.card("昨日断点清单")
    chosen = card.content["button_selection"]
    await wang.tap(card, "先放放", {chosen["question_key"]: [chosen["selected_id"]]})
    await company.rest()
    assert "为什么先放" in wang.screen[-1].text
    await wang.say("客户出差，下周三再说")
    await company.rest()
    lead = await company.service.store.read(lambda r: r.leads.get(LeadId("l_1")))
    assert lead is not None
    assert lead.snooze_reason == "客户出差，下周三再说"
    assert not wang.card("昨日断点清单").buttons


async def test_a_tap_that_is_taken_back_changes_nothing(company: Company) -> None:
    await company.move(timedelta(days=8))
    wang = company.wecom.phone("WangWei")
    await wang.say("昨日断点")
    await company.rest()
    chosen = wang.card().content["button_selection"]
    await wang.tap(wang.card(), "先放放", {chosen["question_key"]: [chosen["selected_id"]]})
    await wang.say("算了")
    await company.rest()
    assert wang.screen[-1].text == "好的，没有改。"
    lead = await company.service.store.read(lambda r: r.leads.get(LeadId("l_1")))
    assert lead is not None
    assert lead.snoozed_until is None
