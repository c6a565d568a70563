"""A rep's lists and a manager's board: who sees what, and that the numbers are right."""

from collections import Counter
from datetime import date, timedelta

import pytest

from bot.domain.clock import FakeClock
from bot.domain.customer import LeadState
from bot.domain.staleness import Colour, colour
from bot.domain.worktime import Worktime
from config.rules import Rules
from tests.handlers.company import facts, plant, texts
from tests.house import House, card_of, reply_of


def lines(card: object) -> list[str]:
    return [x.text for s in card.sections for x in s.lines]  # type: ignore[attr-defined]


async def test_today_lists_promises_before_what_is_idle(house: House) -> None:
    await plant(house, "hengli", 1, next_on=date(2026, 3, 18), next_step="给报价")
    await plant(house, "lantuo", 9)
    await plant(house, "dianzi", 1)
    card = card_of(await house.say("li", "我今天要跟谁"))
    assert (card.title, lines(card)) == ("今天要跟 2 家", ["绍兴恒力机械有限公司", "宁波澜拓精密机床有限公司"])
    assert [s.title for s in card.sections] == ["约好要跟的（1）", "好久没动的（1）"]


async def test_today_leaves_out_what_is_snoozed_or_not_yet_due(house: House) -> None:
    await plant(house, "hengli", 9, next_on=date(2026, 3, 30))
    await plant(house, "lantuo", 9, snoozed_until=house.clock.now() + timedelta(days=2), snooze_reason="出差")
    assert reply_of(await house.say("li", "我今天要跟谁")).startswith("今天没有到期要跟的")


async def test_today_names_nobody_elses(house: House) -> None:
    await plant(house, "ruilang", 9)
    assert "锐朗" not in texts(await house.say("li", "我今天要跟谁"))


@pytest.mark.parametrize("words", ["我今天要跟谁", "今天我要跟谁？", "今天跟进哪些客户", "/我今天要跟谁"])
async def test_today_is_asked_for_in_many_ways(house: House, words: str) -> None:
    assert reply_of(await house.say("li", words)).startswith("今天没有到期要跟的")


@pytest.mark.parametrize(("user", "count"), [("li", 3), ("wang", 1), ("chen", 4), ("huang", 1), ("zheng", 5), ("xu", 5)])
async def test_my_customers_are_those_i_may_see(house: House, user: str, count: int) -> None:
    card = card_of(await house.say(user, "我的客户"))
    assert (card.title, len(lines(card))) == (f"我的客户 · {count} 家", count)


async def test_my_customers_counts_those_that_are_not_shown(demo: House) -> None:
    card = card_of(await demo.say("xu.jing", "我的客户"))
    assert (card.title, len(lines(card)), card.note) == ("我的客户 · 60 家", 20, "还有 40 家没列出来。")


async def test_red_and_yellow_each_show_their_reason(house: House) -> None:
    await plant(house, "hengli", 30, delay_reason="客户CTO出差")
    await plant(house, "lantuo", 12)
    red, yellow = card_of(await house.say("li", "红色客户")), card_of(await house.say("li", "黄色客户"))
    assert (red.title, lines(red)) == ("红色客户 · 1 家", ["绍兴恒力机械有限公司"])
    assert "客户CTO出差" in texts([red])
    assert (yellow.title, lines(yellow)) == ("黄色客户 · 1 家", ["宁波澜拓精密机床有限公司"])


async def test_without_red_ones_it_says_so(house: House) -> None:
    assert reply_of(await house.say("li", "红色客户")) == "没有红色客户。"


@pytest.mark.parametrize("user", ["li.si", "chen.liqun", "huang.zhiqiang", "zheng.haitao", "xu.jing"])
async def test_the_numbers_of_the_board_are_those_of_the_leads(
    demo: House, clock: FakeClock, rules: Rules, worktime: Worktime, user: str
) -> None:
    members = dict(await demo.store.read(lambda r: r.members.users("sandbox")))
    me = members[user]
    seen = {m.id for m in members.values()} if "admin" in me.roles else await demo.store.read(lambda r: r.members.org().team(me.id))
    customers = await demo.store.read(lambda r: r.customers.all())
    leads = [x for c in customers if (x := await demo.store.read(lambda r, c=c: r.leads.newest_of(c.id)))]  # type: ignore[misc]
    mine = [x for x in leads if x.state is LeadState.OPEN and x.owner_id in seen]
    expected = Counter(colour(x.last_action_at, clock.now(), rules.colour, worktime) for x in mine)
    shown = facts(card_of(await demo.say(user, "看板")))
    names = {"绿": Colour.GREEN, "平稳": Colour.NEUTRAL, "黄": Colour.YELLOW, "红": Colour.RED}
    assert shown == {name: f"{expected[shade]} 条" for name, shade in names.items()}


async def test_the_board_and_the_red_list_agree(demo: House) -> None:
    board = facts(card_of(await demo.say("chen.liqun", "看板")))
    reds = card_of(await demo.say("chen.liqun", "红色客户"))
    assert reds.title == f"红色客户 · {board['红'].removesuffix(' 条')} 家"
