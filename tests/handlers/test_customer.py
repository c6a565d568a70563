"""New customers, duplicates that belong to colleagues, and co-operation."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.values import MemberId
from tests.handlers.company import (
    audit,
    cards_in,
    customer,
    facts,
    labels,
    last_record,
    newest,
    texts,
    the_customer,
    the_lead,
    the_record,
    timeline,
)
from tests.house import House, card_of, find_button, reply_of

NEW = "新建客户 宁波博瑞机床有限公司，联系人方工"


async def names(house: House) -> list[str]:
    return [c.name for c in await house.store.read(lambda r: r.customers.all())]


async def test_a_new_customer_belongs_to_the_one_who_made_it(house: House) -> None:
    card = card_of(await house.say("li", NEW))
    created = await house.store.read(lambda r: r.customers.called("宁波博瑞机床有限公司"))
    assert created is not None
    assert (created.owner_id, created.region, facts(card)["联系人"]) == ("m_li", "华东", "方工")


@pytest.mark.parametrize(
    ("words", "people"),
    [
        (f"{NEW} 13800001234", [("方工", "13800001234")]),
        ("新建客户 宁波博瑞机床有限公司 13800001234", [("（没留姓名）", "13800001234")]),
        ("新建客户 宁波博瑞机床有限公司", []),
    ],
)
async def test_the_phone_number_of_a_new_customer_is_kept(house: House, words: str, people: list[tuple[str, str]]) -> None:
    await house.say("li", words)
    created = await house.store.read(lambda r: r.customers.called("宁波博瑞机床有限公司"))
    assert created is not None
    assert [(c.name, c.phone) for c in await house.store.read(lambda r: r.customers.contacts(created.id))] == people


async def test_a_phone_number_told_with_one_contact_is_noted_and_never_overwritten(house: House) -> None:
    for number in ("13800001234", "13800005678"):
        await house.say("li", f"拜访了澜拓的方工，电话{number}，下周三再去")
    (contact,) = await house.store.read(lambda r: r.customers.contacts(customer("lantuo")))
    assert (contact.name, contact.phone) == ("方工", "13800001234")


async def test_a_new_customer_is_understood_at_once(house: House) -> None:
    await house.say("li", NEW)
    card = card_of(await house.say("li", "拜访了宁波博瑞机床的方工，下周三再去"))
    assert card.title == "已记录 · 拜访 宁波博瑞机床有限公司"


async def test_without_a_name_it_asks_for_one(house: House) -> None:
    assert reply_of(await house.say("li", "新建客户")) == "要新建哪家客户？说“新建客户 公司全名”。"


async def test_ones_own_customer_is_not_made_twice(house: House) -> None:
    assert card_of(await house.say("li", "新建客户 宁波澜拓精密机床有限公司")).title == "已经有 宁波澜拓精密机床有限公司 了"
    assert (await names(house)).count("宁波澜拓精密机床有限公司") == 1


async def test_a_colleagues_customer_shows_its_owner_and_nothing_more(house: House) -> None:
    card = card_of(await house.say("li", "新建客户 台州锐朗自动化设备有限公司"))
    assert (card.title, labels(card)) == ("已有同名客户，负责人王磊", ["向王磊申请协作"])
    assert (card.text, card.facts) == ("", ())


async def test_a_name_like_a_colleagues_shows_only_the_owner(house: House) -> None:
    card = card_of(await house.say("li", "新建客户 台州锐朗自动化"))
    assert card.text == "· 一家名字很像的客户，负责人王磊"
    assert labels(card) == ["仍然新建", "不建了"]


async def test_a_likeness_may_be_created_all_the_same(house: House) -> None:
    await house.tap("li", card_of(await house.say("li", "新建客户 台州锐朗自动化")), "仍然新建")
    assert "台州锐朗自动化" in await names(house)


async def test_a_likeness_may_be_left(house: House) -> None:
    await house.tap("li", card_of(await house.say("li", "新建客户 台州锐朗自动化")), "不建了")
    assert "台州锐朗自动化" not in await names(house)
    assert cards_in(house, "p:li")[-1].buttons == ()


async def test_nobody_else_may_tap_create(house: House) -> None:
    card = card_of(await house.say("li", "新建客户 台州锐朗自动化", chat="g:east"))
    await house.tap("wang", card, "仍然新建", chat="g:east")
    assert "台州锐朗自动化" not in await names(house)


async def test_two_taps_on_create_make_one_customer(house: House) -> None:
    card = card_of(await house.say("li", "新建客户 台州锐朗自动化"))
    await house.tap("li", card, "仍然新建")
    await house.tap("li", card, "仍然新建")
    assert (await names(house)).count("台州锐朗自动化") == 1


async def test_a_request_to_co_operate_reaches_the_owner(house: House) -> None:
    card = card_of(await house.say("li", "新建客户 台州锐朗自动化设备有限公司"))
    await house.tap("li", card, "向王磊申请协作")
    (request,) = cards_in(house, "p:wang")
    assert (request.title, labels(request)) == ("李思申请协作 台州锐朗自动化设备有限公司", ["同意", "不同意"])
    assert cards_in(house, "p:li")[-1].title == "已向王磊申请协作"


async def test_asking_twice_reaches_the_owner_once(house: House) -> None:
    card = card_of(await house.say("li", "新建客户 台州锐朗自动化设备有限公司"))
    await house.tap("li", card, "向王磊申请协作")
    await house.tap("li", card, "向王磊申请协作")
    assert len(cards_in(house, "p:wang")) == 1


async def asked(house: House) -> None:
    await house.say("li", "拜访了锐朗的孙工，聊了传感器，下周一再去")
    await house.tap("li", cards_in(house, "p:li")[0], "向王磊申请协作")


async def test_after_a_yes_the_partner_sees_the_customer(house: House) -> None:
    await asked(house)
    await house.tap("wang", cards_in(house, "p:wang")[0], "同意")
    assert (await the_customer(house, "ruilang")).partners == ("m_li",)
    assert newest(house, "p:li").startswith("王磊同意你协作 台州锐朗自动化设备有限公司")
    assert card_of(await house.say("li", "锐朗上次聊到哪了")).title == "台州锐朗自动化设备有限公司 · 最近往来"


async def test_after_a_yes_the_earlier_visit_counts(house: House) -> None:
    await asked(house)
    await house.tap("wang", cards_in(house, "p:wang")[0], "同意")
    assert (await the_record(house, "ruilang")).lead_id == (await the_lead(house, "ruilang")).id


async def test_after_a_no_the_customer_stays_closed(house: House) -> None:
    await asked(house)
    await house.tap("wang", cards_in(house, "p:wang")[0], "不同意")
    assert newest(house, "p:li").startswith("王磊没有同意协作。")
    assert "台州" not in newest(house, "p:li")
    assert (await the_customer(house, "ruilang")).partners == ()


async def test_a_decision_is_taken_once(house: House) -> None:
    await asked(house)
    request = cards_in(house, "p:wang")[0]
    await house.tap("wang", request, "同意")
    await house.tap("wang", request, "不同意")
    assert (await the_customer(house, "ruilang")).partners == ("m_li",)
    assert len(await audit(house, request.key, "partner.decided")) == 1
    assert cards_in(house, "p:wang")[0].title == "王磊已同意李思协作 台州锐朗自动化设备有限公司"


async def test_the_owners_manager_may_decide_and_others_may_not(house: House) -> None:
    await asked(house)
    request = cards_in(house, "p:wang")[0]
    assert reply_of(await house.tap("huang", request, "同意")) == "这条归王磊管，要他本人或上级来动，内容没有变。"
    await house.tap("chen", request, "同意")
    assert MemberId("m_li") in (await the_customer(house, "ruilang")).partners


async def test_the_asker_may_not_decide(house: House) -> None:
    await asked(house)
    await house.tap("li", cards_in(house, "p:wang")[0], "同意")
    assert (await the_customer(house, "ruilang")).partners == ()


async def test_after_a_no_the_askers_visit_leaves_the_owners_timeline_and_stays_with_the_asker(house: House) -> None:
    await asked(house)
    assert len(await timeline(house, "ruilang")) == 1
    await house.tap("wang", cards_in(house, "p:wang")[0], "不同意")
    assert await timeline(house, "ruilang") == []
    assert "孙工" in (await last_record(house, "li")).text


async def test_after_a_no_one_may_ask_again_on_another_day(house: House) -> None:
    await asked(house)
    await house.tap("wang", cards_in(house, "p:wang")[0], "不同意")
    await house.move(timedelta(days=1))
    await house.tap("li", card_of(await house.say("li", "查 锐朗")), "向王磊申请协作")
    await house.tap("wang", cards_in(house, "p:wang")[1], "同意")
    assert (await the_customer(house, "ruilang")).partners == ("m_li",)


async def test_a_request_that_waits_is_not_made_twice(house: House) -> None:
    await asked(house)
    await house.move(timedelta(days=1))
    await house.tap("li", card_of(await house.say("li", "查 锐朗")), "向王磊申请协作")
    assert len(cards_in(house, "p:wang")) == 1


async def test_a_request_that_nobody_made_is_answered_by_nobody(house: House) -> None:
    await asked(house)
    request = replace(cards_in(house, "p:wang")[0], key="partner:forged")
    assert "失效" in reply_of(await house.tap("wang", request, "同意"))


async def test_after_a_no_asking_again_says_so(house: House) -> None:
    await asked(house)
    await house.tap("wang", cards_in(house, "p:wang")[0], "不同意")
    card = card_of(await house.say("li", "查 锐朗"))
    await house.tap("li", card, "向王磊申请协作")
    assert cards_in(house, "p:li")[-1].title == "王磊今天没有同意协作"


async def test_an_owner_who_never_spoke_with_the_bot_cannot_be_asked(house: House) -> None:
    orphan = replace(await the_customer(house, "mingchuan"), owner_id=MemberId("m_gone"))
    await house.store.write(lambda tx: tx.customers.save(orphan))
    card = card_of(await house.say("li", "查 铭川塑胶"))
    assert "联系不上" in reply_of(await house.tap("li", card, card.buttons[0].label))


async def test_a_forged_button_is_refused(house: House) -> None:
    card = card_of(await house.say("li", "新建客户 台州锐朗自动化"))
    button = find_button(card, "仍然新建")
    assert (button.values or {})["by"] == "m_li"
    assert "失效" in reply_of(await house.tap("lin", card, "仍然新建"))


async def test_a_visit_to_a_lookalike_of_a_colleagues_tells_only_the_owner(house: House) -> None:
    shown = texts(await house.say("li", "拜访了台洲锐狼自动化，看了产线"))
    assert "台州锐朗" not in shown
    assert await timeline(house, "ruilang") == []
