"""Rules by chat: an admin looks, changes with a confirmation, steps back; nobody else does."""

from datetime import time, timedelta

import pytest

from bot.chat.outgoing import plain
from bot.domain.clock import local
from bot.domain.member import Member, Role
from config.rules import Rules
from tests.handlers.company import member
from tests.house import PLATFORM, House, card_of, reply_of


async def in_force(house: House) -> Rules:
    return await house.store.read(house.service.rules)


async def change(house: House, words: str) -> None:
    card = card_of(await house.say("xu", words))
    await house.tap("xu", card, "确认修改")


async def test_an_admin_sees_every_rule_with_what_it_means(house: House) -> None:
    shown = plain(card_of(await house.say("xu", "规则")))
    assert "断点时限：48 小时" in shown
    assert "线索超过这么久没有更新，就进《昨日断点清单》" in shown
    assert "用的是随安装带来的规则" in shown


@pytest.mark.parametrize("user", ["li", "chen"])
async def test_nobody_but_an_admin_sees_or_changes_rules(house: House, user: str) -> None:
    assert "要管理员" in reply_of(await house.say(user, "规则 断点时限 72h"))


async def test_a_tap_by_somebody_else_changes_nothing(house: House) -> None:
    card = card_of(await house.say("xu", "规则 断点时限 72h"))
    await house.tap("li", card, "确认修改")
    assert (await in_force(house)).breakpoint.limit == timedelta(hours=48)


async def test_a_rule_is_found_by_part_of_its_name(house: House) -> None:
    assert "断点时限：48 小时" in plain(card_of(await house.say("xu", "规则 断点时")))


@pytest.mark.parametrize("words", ["规则 断点时限 72h", "/规则 断点 72小时", "规则 breakpoint.limit 72h", "规则　断点时限　72H"])
async def test_a_change_is_confirmed_before_it_is_in_force(house: House, words: str) -> None:
    card = card_of(await house.say("xu", words))
    assert "断点时限：48 小时 → 72 小时" in plain(card)
    assert (await in_force(house)).breakpoint.limit == timedelta(hours=48)
    await house.tap("xu", card, "确认修改")
    assert (await in_force(house)).breakpoint.limit == timedelta(hours=72)


async def test_a_change_that_is_not_wanted_leaves_everything(house: House) -> None:
    card = card_of(await house.say("xu", "规则 每人行数 8"))
    await house.tap("xu", card, "不改了")
    assert (await in_force(house)).digest.per_rep == 5


async def test_a_number_stays_a_number(house: House) -> None:
    await change(house, "规则 每人行数 8")
    assert (await in_force(house)).digest.per_rep == 8


@pytest.mark.parametrize("said", ["9:10", "9点10", "09:10", "９：１０"])
async def test_a_time_of_day_is_said_in_many_ways(house: House, said: str) -> None:
    await change(house, f"规则 断点清单钟点 {said}")
    assert (await in_force(house)).digest.at == time(9, 10)


async def test_a_clock_is_said_in_chinese(house: House) -> None:
    await change(house, "规则 断点计时方式 全天")
    assert (await in_force(house)).breakpoint.clock == "wall"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("规则 断点时限 很久", "没有改：断点时限 有误"),
        ("规则 每人行数 500", "不能大于 50"),
        ("规则 红色起点 1d", "颜色的界限要递增"),
        ("规则 月亮 3d", "没有叫“月亮”的规则"),
        ("规则 断点时限 48h", "现在就是48 小时"),
    ],
)
async def test_what_does_not_fit_is_refused_with_a_sentence(house: House, words: str, sentence: str) -> None:
    assert sentence in reply_of(await house.say("xu", words))


async def test_a_value_that_fits_several_rules_asks_for_the_whole_name(house: House) -> None:
    assert "请把名字说全：三色黄色起点、三色红色起点" in reply_of(await house.say("xu", "规则 三色 10d"))


async def test_a_second_tap_changes_nothing_again(house: House) -> None:
    card = card_of(await house.say("xu", "规则 断点时限 72h"))
    await house.tap("xu", card, "确认修改")
    await house.tap("xu", card, "确认修改")
    assert await house.store.read(lambda r: r.rules.newest()) == 2


async def test_an_old_card_is_refused_after_another_change(house: House) -> None:
    old = card_of(await house.say("xu", "规则 断点时限 72h"))
    await change(house, "规则 每人行数 8")
    assert "作废" in reply_of(await house.tap("xu", old, "确认修改"))
    assert (await in_force(house)).breakpoint.limit == timedelta(hours=48)


async def test_a_change_can_be_taken_back_step_by_step(house: House) -> None:
    await change(house, "规则 断点时限 72h")
    await change(house, "规则 断点时限 96h")
    for hours in (72, 48):
        await change(house, "规则 退回")
        assert (await in_force(house)).breakpoint.limit == timedelta(hours=hours)
    assert "已经是最早的规则" in reply_of(await house.say("xu", "规则 退回"))


async def test_a_change_is_in_the_audit_log_with_who_and_what(house: House) -> None:
    await change(house, "规则 断点时限 72h")
    (entry,) = await house.store.read(lambda r: r.audit.actions("rules.apply"))
    assert (entry.member_id, entry.old, entry.new) == (
        member("xu"),
        {"breakpoint.limit": "48h"},
        {"breakpoint.limit": "72h", "who": "许静"},
    )
    assert entry.event_id


async def test_the_other_admins_are_told(house: House) -> None:
    def hire(tx: object) -> None:
        tx.members.save(Member(member("qin"), "秦岚", (Role.ADMIN.value,)))  # type: ignore[attr-defined]
        tx.members.identify(PLATFORM, "qin", member("qin"), "p:qin")  # type: ignore[attr-defined]

    await house.store.write(hire)
    await change(house, "规则 断点时限 72h")
    assert [s.text for s in house.screens.of("p:qin")] == ["许静 改了规则：断点时限：48 小时 → 72 小时。"]


async def test_the_morning_list_follows_a_new_hour_at_once(house: House) -> None:
    await change(house, "规则 断点清单钟点 11:00")
    await house.move_to(house.clock.now().replace(hour=3, minute=15))
    assert len(house.screens.of("g:east")) == 1
    assert local(house.clock.now()).hour == 11


async def test_what_is_wrong_is_said_without_lines_of_a_file_that_nobody_sees(house: House) -> None:
    said = reply_of(await house.say("xu", "规则 断点时限 abc"))
    assert "第" not in said
    assert "breakpoint" not in said


async def test_a_limit_of_nothing_is_refused(house: House) -> None:
    assert "时限要大于 0" in reply_of(await house.say("xu", "规则 断点时限 0h"))


async def test_a_value_may_stand_close_to_its_rule(house: House) -> None:
    await change(house, "规则 断点时限72h")
    assert (await in_force(house)).breakpoint.limit == timedelta(hours=72)
