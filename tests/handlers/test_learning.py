"""What a rep answers about a name, the team knows from the next message on; who says otherwise is believed."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.outgoing import plain
from bot.domain.clock import FakeClock
from config.rules import load_rules
from storage.repositories.aliases import TeamAlias
from tests.handlers.company import audit, customer, last_record, member, the_customer, timeline
from tests.house import PLATFORM, House, card_of, open_house

# 恒立 sounds like two customers of Li's; 宏发 like nobody.
ALIKE = "今天去了恒立那边，谈了样品，下周三再去"
UNKNOWN = "今天去了宏发，聊了样品"
TEAM = "manager:m_chen"


async def learned(house: House) -> list[tuple[str, str, str]]:
    return [(a.team, a.said, a.customer_id) for a in await house.store.read(lambda r: r.aliases.all())]


async def choose(house: House, text: str, label: str) -> str:
    """Say it, and tap one of the candidates."""
    await house.tap("li", card_of(await house.say("li", text)), label)
    return house.screens.of("p:li")[-1].text


@pytest.fixture
async def taught(house: House) -> House:
    """The team says 恒立 for 绍兴恒力机械, and nothing is under way any more."""
    await choose(house, ALIKE, "绍兴恒力机械有限公司")
    house.clock.advance(load_rules().visit.join_within * 2)
    await house.service.book.refresh([customer("hengli")])  # which a message in another chat need not wait for
    return house


async def test_a_tapped_name_is_learned_and_told(house: House) -> None:
    text = await choose(house, ALIKE, "绍兴恒力机械有限公司")
    assert "记住了，以后你们说“恒立”就是 绍兴恒力机械有限公司。" in text
    assert await learned(house) == [(TEAM, "恒立", customer("hengli"))]


async def test_the_next_message_understands_a_learned_name(taught: House) -> None:
    shown = card_of(await taught.say("li", "今天又去了恒立那边，价格谈拢了"))
    assert "已记录 · 拜访 绍兴恒力机械有限公司" in plain(shown)
    assert "猜的" not in plain(shown)


async def test_a_name_typed_in_answer_is_learned(house: House) -> None:
    await house.say("li", UNKNOWN)
    await house.say("li", "澜拓机床")
    assert await learned(house) == [(TEAM, "宏发", customer("lantuo"))]
    await house.say("li", "上午给宏发打了电话")
    assert len(await timeline(house, "lantuo")) == 2


async def test_a_name_settled_by_a_correction_is_learned(house: House) -> None:
    await house.say("li", UNKNOWN)
    await house.say("li", "改一下，客户是澜拓机床")
    assert await learned(house) == [(TEAM, "宏发", customer("lantuo"))]


async def test_a_correction_to_another_customer_forgets_the_name(taught: House) -> None:
    await taught.say("li", "今天又去了恒立那边，价格谈拢了")
    await taught.say("li", "改一下，客户是恒力电子")
    assert await learned(taught) == []
    assert [e.old for e in await audit(taught, customer("hengli"), "alias.forget")] == [{"said": "恒立", "team": TEAM}]


async def test_a_later_choice_stands_in_the_place_of_an_earlier_one(house: House) -> None:
    old = TeamAlias(TEAM, "恒立", customer("lantuo"), member("wang"), house.clock.now())
    await house.store.write(lambda tx: tx.aliases.save(old))
    await choose(house, ALIKE, "绍兴恒力机械有限公司")
    assert await learned(house) == [(TEAM, "恒立", customer("hengli"))]
    assert len(await audit(house, customer("lantuo"), "alias.forget")) == 1


async def test_what_was_learned_is_in_the_audit_log(taught: House) -> None:
    (entry,) = await audit(taught, customer("hengli"), "alias.learn")
    assert (entry.member_id, entry.new) == (member("li"), {"said": "恒立", "team": TEAM})


async def test_a_colleague_of_the_same_manager_is_understood_too(taught: House) -> None:
    shown = card_of(await taught.say("wang", "今天去了恒立那边，谈了样品"))
    assert shown.title == "已有同名客户，负责人李思"


async def test_another_team_has_its_own_words(taught: House) -> None:
    shown = card_of(await taught.say("lin", "今天去了恒立那边，谈了样品"))
    assert shown.title == "没找到“恒立”"


async def test_a_name_that_the_table_knows_is_not_learned(house: House) -> None:
    await choose(house, "今天下午拜访了恒力，聊了聊样品", "绍兴恒力机械有限公司")
    assert await learned(house) == []


async def test_a_customer_that_is_entered_later_under_the_name_makes_it_doubtful_again(taught: House) -> None:
    known = await the_customer(taught, "lantuo")
    renamed = replace(known, aliases=("恒立",))
    await taught.store.write(lambda tx: tx.customers.save(renamed))
    await taught.service.book.refresh([renamed.id])
    assert card_of(await taught.say("li", "今天又去了恒立那边，谈了样品")).title.startswith("“恒立”是哪一家")


@pytest.mark.parametrize("said", ["恒", "他们", "那家厂", "12", "今天", "一个很长很长很长的名字啊啊"])
async def test_what_is_no_name_is_not_learned(house: House, said: str) -> None:
    await house.say("li", UNKNOWN)
    record = replace(await last_record(house, "li"), customer_said=said)
    await house.store.write(lambda tx: tx.activities.save(record))
    await house.say("li", "澜拓机床")
    assert await learned(house) == []


async def test_learned_names_survive_a_restart(database: Path, clock: FakeClock, taught: House) -> None:
    await taught.service.jobs.drain(5)
    async with open_house(database.parent, clock) as again:
        li = await again.store.read(lambda r: r.members.by_identity(PLATFORM, "li"))
        assert li is not None
        reader = await again.service.book.reader_for(li)
        assert reader.read(ALIKE, clock.now(), owner=member("li")).customer_id == customer("hengli")
