"""The morning breakpoint list: what is on it and when it comes."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from bot.chat.outgoing import Card
from bot.domain.customer import LeadState
from bot.domain.understood import Stage
from tests.handlers.company import cards_in, day, lead_id, plant, texts
from tests.house import House, card_of, open_house, reply_of

MORNING = day(3, 19, 8, 20)


def titles(card: Card) -> list[str]:
    return [s.title for s in card.sections]


def lines(card: Card) -> list[str]:
    return [x.text.partition(" ·")[0] for s in card.sections for x in s.lines]


async def list_of(house: House, chat: str = "g:east", at: datetime = MORNING) -> Card:
    """The list that a group got, when the clock was moved through the morning."""
    await house.move_to(at)
    await house.move_to(at + timedelta(minutes=9))
    return cards_in(house, chat)[-1]


async def many(house: House, count: int, **more: object) -> None:
    """So many stale leads of one rep, each a little older than the one before."""
    for n in range(count):
        lead = await plant(house, "lantuo", 8 + n, **more, id=lead_id(f"lantuo{n}"))
        assert lead.owner_id == "m_li"


async def test_a_lead_idle_for_more_than_48_hours_is_on_the_list(house: House) -> None:
    await plant(house, "lantuo", 5)
    card = await list_of(house)
    assert card.title == "昨日断点清单 · 华东群 · 1 条"
    assert lines(card) == ["宁波澜拓精密机床有限公司"]


@pytest.mark.parametrize(
    ("now", "moved", "stale"),
    [
        (day(3, 19, 8, 20), day(3, 17, 8, 19), True),
        (day(3, 19, 8, 20), day(3, 17, 8, 21), False),
        (day(3, 23, 8, 20), day(3, 19, 8, 19), True),  # over a weekend: Friday and Monday's morning are missing from the wall's 96 h
        (day(3, 23, 8, 20), day(3, 20, 8, 0), False),
        (day(10, 8, 8, 20), day(9, 30, 8, 0), False),  # the National Day holiday does not count
        (day(10, 9, 8, 20), day(9, 30, 8, 0), True),
        (day(2, 28, 8, 20), day(2, 26, 8, 0), True),  # a make-up Saturday counts
    ],
)
async def test_48_hours_are_counted_on_working_days(house: House, now: datetime, moved: datetime, stale: bool) -> None:
    await house.move_to(moved)
    await plant(house, "lantuo", 0)
    card = await list_of(house, at=now)
    assert ("宁波澜拓精密机床有限公司" in lines(card)) is stale


@pytest.mark.parametrize(
    "more",
    [
        {"state": LeadState.CLOSED, "stage": Stage.LOST},
        {"snoozed_until": day(3, 25, 8), "snooze_reason": "客户出差"},
        {"next_on": date(2026, 3, 19)},
        {"next_on": date(2026, 3, 30)},
    ],
    ids=["closed", "snoozed", "due today", "not yet due"],
)
async def test_what_needs_no_push_is_left_out(house: House, more: dict[str, object]) -> None:
    await plant(house, "lantuo", 9, **more)
    assert lines(await list_of(house)) == []


@pytest.mark.parametrize("more", [{"next_on": date(2026, 3, 17)}, {"snoozed_until": day(3, 19, 8), "snooze_reason": "出差"}])
async def test_a_broken_promise_and_an_ended_snooze_are_on_it(house: House, more: dict[str, object]) -> None:
    await plant(house, "lantuo", 9, **more)
    assert lines(await list_of(house)) == ["宁波澜拓精密机床有限公司"]


async def test_the_newly_broken_come_first(house: House) -> None:
    await plant(house, "hengli", 12)
    await plant(house, "lantuo", 5)
    assert lines(await list_of(house)) == ["宁波澜拓精密机床有限公司", "绍兴恒力机械有限公司"]


async def test_it_is_grouped_by_region_product_line_and_rep(house: House) -> None:
    await plant(house, "lantuo", 5)
    await plant(house, "ruilang", 5)
    card = await list_of(house)
    assert [(s.level, s.title) for s in card.sections] == [
        (1, "华东"), (2, "传感"), (3, "王磊（1 条）"), (2, "伺服"), (3, "李思（1 条）"),
    ]  # fmt: skip


async def test_each_line_has_its_reason_and_the_next_step(house: House) -> None:
    await plant(house, "lantuo", 5, delay_reason="客户CTO出差", next_step="寄样品")
    await plant(house, "hengli", 5, stage=Stage.QUOTED)
    shown = texts([await list_of(house)])
    assert "原因：客户CTO出差；建议：寄样品" in shown
    assert "建议：问报价的反馈" in shown


async def test_five_lines_a_rep_and_the_rest_as_a_count(house: House) -> None:
    await many(house, 8)
    card = await list_of(house)
    assert card.title.endswith("· 8 条")
    assert [x.text for x in card.sections[-1].lines][5:] == ["另有 3 条"]


async def test_the_rest_can_be_looked_at(house: House) -> None:
    await many(house, 8)
    rest = card_of(await house.tap("chen", await list_of(house), "看其余的", line="另有", chat="g:east"))
    assert (rest.title, len(lines(rest))) == ("李思 · 其余断点 3 条", 3)


async def test_a_line_of_the_rest_works_like_the_others(house: House) -> None:
    await many(house, 6)
    rest = card_of(await house.tap("chen", await list_of(house), "看其余的", line="另有", chat="g:east"))
    await house.tap("chen", rest, "先放放", "客户出差，等他回来", line="宁波", chat="g:east")
    assert "陈立 暂缓到" in texts([cards_in(house, "g:east")[-1]])


async def test_the_rest_is_not_for_a_manager_of_another_region(house: House) -> None:
    await many(house, 8)
    assert reply_of(await house.tap("huang", await list_of(house), "看其余的", line="另有", chat="g:east")).startswith("这条归李思管")


async def test_each_group_gets_its_own_region(house: House) -> None:
    await plant(house, "lantuo", 5)
    await plant(house, "mingchuan", 5)
    await list_of(house)
    assert lines(cards_in(house, "g:south")[-1]) == ["佛山铭川塑胶有限公司"]
    assert lines(cards_in(house, "g:east")[-1]) == ["宁波澜拓精密机床有限公司"]


async def test_nothing_stale_is_good_news_in_one_line(house: House) -> None:
    card = await list_of(house)
    assert (card.tone, card.text, card.sections) == ("good", "3月19日：没有超过 48 小时没更新的线索。", ())


@pytest.mark.parametrize(
    "at", [day(3, 21, 8, 20), day(10, 1, 8, 20), day(2, 19, 8, 20)], ids=["Saturday", "National Day", "Spring Festival"]
)
async def test_nothing_comes_on_a_day_off(house: House, at: datetime) -> None:
    house.clock.set(at - timedelta(hours=1))
    await house.move_to(at)
    await house.move_to(at + timedelta(minutes=9))
    assert house.screens.of("g:east") == []


async def test_a_make_up_saturday_has_a_list(house: House) -> None:
    house.clock.set(day(2, 28, 8))
    await list_of(house, at=day(2, 28, 8, 20))
    assert len(house.screens.of("g:east")) == 1


async def test_it_arrives_before_half_past_eight_and_the_groups_are_spread(house: House) -> None:
    house.clock.set(MORNING)
    await house.move_to(MORNING)
    arrived: dict[str, datetime] = {}
    for _ in range(10 * 60 // 15):
        for chat in ("g:east", "g:south"):
            if house.screens.of(chat):
                arrived.setdefault(chat, house.clock.now())
        await house.move(timedelta(seconds=15))
    assert max(arrived.values()) < day(3, 19, 8, 30)
    assert len(set(arrived.values())) == 2


async def test_it_comes_once_a_day(house: House) -> None:
    await list_of(house)
    for minutes in (1, 30, 120, 600):
        await house.move(timedelta(minutes=minutes))
    assert len(house.screens.of("g:east")) == 1


async def test_it_comes_once_a_day_even_after_a_restart(house: House) -> None:
    await list_of(house)
    async with open_house(house.service.settings.media.dir.parent, house.clock) as again:
        await again.move_to(day(3, 19, 9))
        assert again.screens.of("g:east") == []


async def test_a_missed_run_is_made_up_once_within_three_hours(house: House) -> None:
    house.clock.set(day(3, 19, 7))
    await house.move_to(day(3, 19, 11, 19))
    assert len(house.screens.of("g:east")) == 1
    await house.move_to(day(3, 19, 11, 20))
    assert len(house.screens.of("g:east")) == 1


async def test_a_run_missed_for_longer_is_not_made_up(house: House) -> None:
    await house.move_to(day(3, 19, 11, 21))
    assert house.screens.of("g:east") == []


async def test_days_of_downtime_give_one_list_not_many(house: House) -> None:
    await house.move_to(day(3, 26, 9))
    assert len(house.screens.of("g:east")) == 1


async def test_the_manager_gets_it_at_once_when_asking(house: House) -> None:
    await plant(house, "lantuo", 5)
    await plant(house, "mingchuan", 5)
    assert lines(card_of(await house.say("chen", "昨日断点"))) == ["宁波澜拓精密机床有限公司"]
    assert len(lines(card_of(await house.say("zheng", "昨日断点清单")))) == 2


async def test_asking_in_another_regions_group_shows_nothing_of_it(house: House) -> None:
    await plant(house, "lantuo", 5)
    assert lines(card_of(await house.say("huang", "昨日断点", chat="g:east"))) == []


async def test_a_rep_is_pointed_to_the_own_list(house: House) -> None:
    assert "我今天要跟谁" in reply_of(await house.say("li", "昨日断点"))


async def test_every_line_of_the_demo_has_three_buttons(demo: House) -> None:
    card = await list_of(demo)
    named = [x for s in card.sections for x in s.lines if not x.text.startswith("另有")]
    assert named
    assert all([b.label for b in x.buttons] == ["已跟进", "先放放", "转交"] for x in named)


async def test_the_demos_title_counts_all_lines_and_counts(demo: House) -> None:
    card = await list_of(demo)
    heads = [int(s.title.partition("（")[2].split()[0]) for s in card.sections if s.level == 3]
    assert card.title.endswith(f"· {sum(heads)} 条")


async def test_two_reps_of_one_name_are_not_mixed(house: House) -> None:
    for user in ("li", "wang"):
        people = await house.store.read(lambda r: dict(r.members.users("sandbox")))
        person = people[user]
        namesake = replace(person, name="李伟", product_line="伺服")
        await house.store.write(lambda tx, m=namesake: tx.members.save(m))  # type: ignore[misc]
    await plant(house, "lantuo", 5)
    await plant(house, "ruilang", 5, product_line="伺服")
    assert titles(await list_of(house))[2:] == ["李伟（1 条）", "李伟（1 条）"]
