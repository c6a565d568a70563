"""``交接``: all that one person looks after goes to another, by somebody above both. All people and customers are invented."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.chat.outgoing import Card
from bot.domain.member import Member, Role, StandIn
from bot.domain.opportunity import OpportunityId
from bot.domain.values import MemberId
from storage.tables import opportunity
from storage.transaction import Transaction
from tests.handlers.company import (
    EAST,
    FOUNDED,
    audit,
    cards_in,
    customer,
    day,
    labels,
    last_record,
    member,
    newest,
    plant,
    texts,
    the_customer,
    the_lead,
)
from tests.house import House, card_of, reply_of

ORDER = "交接 李思 给 王磊"
MINE = ("hengli", "dianzi", "lantuo")


async def stocked(house: House) -> None:
    """Leads, one of them red, a promise and an opportunity of 李思."""
    await plant(house, "hengli", 40)
    await plant(house, "lantuo", 1)
    await house.say("li", "给澜拓方工打了电话，周五给结果")
    row = {"id": OpportunityId("o_1"), "customer_id": customer("hengli"), "name": "二期", "created_at": FOUNDED, "owner_id": member("li")}
    await house.store.write(lambda tx: tx.connection.execute(opportunity.insert().values(**row, stage="quoted")))


async def proposed(house: House, user: str = "chen", words: str = ORDER) -> Card:
    await stocked(house)
    return card_of(await house.say(user, words))


async def moved(house: House, user: str = "chen") -> Card:
    await house.tap(user, await proposed(house, user), "确认交接")
    return cards_in(house, f"p:{user}")[-1]


async def owners(house: House) -> set[Any]:
    of_leads = {(await the_lead(house, key)).owner_id for key in ("hengli", "lantuo")}
    query = "SELECT owner_id FROM opportunity"
    of_deals = set(await house.store.read(lambda r: r.connection.exec_driver_sql(query).scalars().all()))
    return {(await the_customer(house, key)).owner_id for key in MINE} | of_leads | of_deals


async def hire(house: House, key: str, name: str, boss: str, **more: object) -> None:
    person = replace(Member(member(key), name, (Role.REP.value,), member(boss), EAST), **more)  # type: ignore[arg-type]
    await house.store.write(lambda tx: tx.members.save(person))


async def test_what_will_move_is_shown_before_it_moves_the_red_ones_first(house: House) -> None:
    card = await proposed(house)
    assert card.title == "把李思手上的全部交接给王磊？"
    assert card.text == "客户 3 家、在跟线索 2 条、商机 1 个、没到期的提醒 1 个。"
    assert [x.text for s in card.sections for x in s.lines] == ["绍兴恒力机械有限公司"]
    assert await owners(house) == {"m_li"}


@pytest.mark.parametrize("user", ["chen", "zheng", "xu"])
async def test_one_tap_moves_everything(house: House, user: str) -> None:
    await moved(house, user)
    assert await owners(house) == {"m_wang"}


async def test_the_new_owner_sees_it_and_the_old_one_no_more(house: House) -> None:
    await moved(house)
    assert "4 家" in card_of(await house.say("wang", "我的客户")).title
    assert "已有同名客户，负责人王磊" in texts(await house.say("li", "澜拓上次聊到哪了"))


async def test_the_reminder_of_a_promise_reaches_the_new_owner(house: House) -> None:
    await moved(house)
    await house.move_to(day(3, 20, 9))
    assert any("该跟进了 · 宁波澜拓" in c.title for c in cards_in(house, "p:wang"))
    assert not any("该跟进了" in c.title for c in cards_in(house, "p:li"))


async def test_both_are_told_and_so_is_their_manager_when_an_admin_does_it(house: House) -> None:
    await moved(house, "xu")
    assert cards_in(house, "p:wang")[-1].title == "许静把李思的客户交接给你了"
    assert newest(house, "p:li").startswith("许静已把你手上的交接给王磊")
    assert newest(house, "p:chen").startswith("许静已把李思手上的交接给王磊")


async def test_a_leaver_who_is_inactive_already_is_handed_over_and_told_nothing(house: House) -> None:
    await stocked(house)
    before = len(house.screens.of("p:li"))
    await hire(house, "li", "李思", "chen", active=False)
    await house.tap("chen", card_of(await house.say("chen", ORDER)), "确认交接")
    assert await owners(house) == {"m_wang"}
    assert len(house.screens.of("p:li")) == before


async def test_it_is_in_the_audit_log_with_everything_that_moved(house: House) -> None:
    card = await moved(house)
    (entry,) = await audit(house, card.key, "member.hand_over")
    assert (entry.member_id, entry.old) == ("m_chen", {"owner": "m_li"})
    assert entry.new == {
        "customers": ["c_dianzi", "c_hengli", "c_lantuo"],
        "leads": ["l_hengli", "l_lantuo"],
        "opportunities": ["o_1"],
        "giver": "m_li",
        "taker": "m_wang",
    }


async def test_a_second_tap_moves_nothing_that_came_since(house: House) -> None:
    proposal = await proposed(house)
    await house.tap("chen", proposal, "确认交接")
    later = replace(await the_customer(house, "lantuo"), owner_id=member("li"))
    await house.store.write(lambda tx: tx.customers.save(later))
    await house.tap("chen", proposal, "确认交接")
    assert (await the_customer(house, "lantuo")).owner_id == "m_li"


async def test_it_can_be_taken_back(house: House) -> None:
    card = await moved(house)
    assert labels(card) == ["撤回交接"]
    await house.tap("chen", card, "撤回交接")
    assert await owners(house) == {"m_li"}
    assert cards_in(house, "p:chen")[-1].title == "陈立已撤回交接，退回李思名下"
    assert newest(house, "p:wang").startswith("陈立撤回了李思给王磊的交接")


@pytest.mark.parametrize("words", ["撤回交接", "撤销交接", "/撤回交接"])
async def test_it_can_be_taken_back_in_words(house: House, words: str) -> None:
    await moved(house)
    await house.say("chen", "今天拜访了锐朗的孙工")
    told = await last_record(house, "chen")
    assert card_of(await house.say("chen", words)).title == "陈立已撤回交接，退回李思名下"
    assert await owners(house) == {"m_li"}
    assert (await last_record(house, "chen")).id == told.id


async def test_words_take_back_once_and_only_what_one_did_oneself(house: House) -> None:
    await moved(house)
    assert reply_of(await house.say("xu", "撤回交接")).startswith("没有可以撤回的交接")
    assert await owners(house) == {"m_wang"}
    await house.say("chen", "撤回交接")
    assert "已经撤回过了" in texts(await house.say("chen", "撤回交接"))


async def test_a_rep_who_says_it_loses_no_visit(house: House) -> None:
    await house.say("li", "今天拜访了澜拓的方工")
    told = await last_record(house, "li")
    assert reply_of(await house.say("li", "撤回交接")).startswith("交接要主管或管理员来做")
    assert (await last_record(house, "li")).id == told.id


async def test_what_went_on_to_a_third_person_stays_there(house: House) -> None:
    card = await moved(house)
    third = replace(await the_customer(house, "hengli"), owner_id=member("lin"))
    await house.store.write(lambda tx: tx.customers.save(third))
    await house.tap("chen", card, "撤回交接")
    assert [(await the_customer(house, key)).owner_id for key in MINE] == ["m_lin", "m_li", "m_li"]


async def test_it_is_taken_back_once(house: House) -> None:
    card = await moved(house)
    await house.tap("chen", card, "撤回交接")
    await house.tap("chen", card_of(await house.say("chen", ORDER)), "确认交接")
    await house.tap("chen", card, "撤回交接")
    assert await owners(house) == {"m_wang"}


@pytest.mark.parametrize("user", ["li", "wang", "lin"])
async def test_a_rep_hands_nothing_over(house: House, user: str) -> None:
    assert reply_of(await house.say(user, ORDER)).startswith("交接要主管或管理员来做")


@pytest.mark.parametrize("user", ["li", "wang", "huang", "nobody"])
@pytest.mark.parametrize("label", ["确认交接", "先不交接"])
async def test_a_wrong_person_tapping_changes_nothing(house: House, user: str, label: str) -> None:
    card = await proposed(house)
    await house.tap(user, card, "确认交接")
    assert await owners(house) == {"m_li"}


@pytest.mark.parametrize("words", ["交接 李思 给 林晓", "交接 林晓 给 李思"])
async def test_people_outside_ones_team_are_refused_with_a_sentence(house: House, words: str) -> None:
    assert reply_of(await house.say("chen", words)) == "林晓不在你的团队里，不能交接；请他的主管或管理员来做。"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("交接", "把一个人的客户"),
        ("交接 李思", "把一个人的客户"),
        ("交接 @李思", "把一个人的客户"),
        ("交接 给王磊", "把一个人的客户"),
        ("交接 李思 给", "把一个人的客户"),
        ("交接 赵无极 给 王磊", "人员名单里没有“赵无极”"),
        ("交接 李思 给 李思", "交出去的和接手的是同一个人"),
        ("交接 李思 给 许静", "许静不是在职的销售或经理"),
        ("交接 陈立 给 王磊", "陈立手上没有"),
    ],
)
async def test_what_cannot_be_done_is_said(house: House, words: str, said: str) -> None:
    assert reply_of(await house.say("xu", words)).startswith(said)


@pytest.mark.parametrize("words", ["交接 李思 给 王磊", "/交接 李思给王磊", "交接 @李思 给 @王磊", "交接李思给王磊"])
async def test_it_is_said_in_many_ways(house: House, words: str) -> None:
    assert (await proposed(house, words=words)).title == "把李思手上的全部交接给王磊？"


async def test_a_name_that_two_carry_asks_which(house: House) -> None:
    await hire(house, "li2", "李思", "chen", employee_no="D099")
    card = await proposed(house)
    assert card.title == "叫“李思”的有 2 位，是哪一位？"
    chosen = next(x.text for s in card.sections for x in s.lines if "D099" not in x.detail)
    await house.tap("chen", card, chosen)
    await house.tap("chen", cards_in(house, "p:chen")[-1], "确认交接")
    assert await owners(house) == {"m_wang"}


async def test_a_namesake_in_another_team_is_not_asked_about(house: House) -> None:
    await hire(house, "li2", "李思", "huang", region="华南")
    assert (await proposed(house)).title == "把李思手上的全部交接给王磊？"


async def test_a_deputy_hands_over_while_the_manager_is_away(house: House) -> None:
    agreed = StandIn(member("chen"), member("wang"), date(2026, 3, 18), date(2026, 3, 18))

    def away(tx: Transaction) -> None:
        tx.members.save_stand_in(agreed)

    await house.store.write(away)
    await moved(house, "wang")
    assert await owners(house) == {"m_wang"}


async def test_a_forged_pair_is_refused(house: House) -> None:
    card = await proposed(house)
    (card.buttons[0].values or {})["taker"] = MemberId("m_lin")
    assert "不在你的团队里" in texts(await house.tap("chen", card, "确认交接"))
    assert await owners(house) == {"m_li"}
