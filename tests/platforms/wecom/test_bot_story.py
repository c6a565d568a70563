"""The first story through the AI bot, in a company that has no public address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.outgoing import Reply
from bot.domain.clock import FakeClock
from bot.domain.member import Group, Member, Role
from bot.domain.values import GroupId, MemberId
from bot.platforms.wecom.connection import Habits
from storage.transaction import Transaction
from tests.platforms.wecom.company import FIRM, Company, bot_only, company_on, settings_for
from tests.platforms.wecom.emulator import Emulator, Person
from tests.platforms.wecom.emulator.botphone import BotPhone
from tests.platforms.wecom.secrecy import overhearing, spilled
from tests.platforms.wecom.waits import Waits
from tests.waiting import until

VISIT = "今天下午两点拜访了绍兴恒力机械的张工，预算有限"
ROOM = "wr_east"


@asynccontextmanager
async def robot_on(wecom: Emulator, folder: Path, clock: FakeClock, waits: Waits) -> AsyncIterator[Company]:
    """The service with nothing but the bot, connected."""
    before = wecom.bot.subscriptions
    with overhearing() as lines:
        async with company_on(wecom, folder, clock, configured=bot_only(wecom), habits=Habits(waits.pause, lambda: 0.5, 0.3)) as running:
            await until(lambda: wecom.bot.subscriptions > before and wecom.bot.live is not None)
            yield running
            assert not (found := spilled(lines, running)), found


@pytest.fixture
async def robot(wecom: Emulator, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Company]:
    async with robot_on(wecom, tmp_path, clock, Waits()) as running:
        yield running


async def settled(company: Company, events: int) -> None:
    """So many events came in, and all is done."""

    async def arrived() -> bool:
        return await company.inbox() >= events

    await until(arrived)
    await company.rest()


async def say(company: Company, phone: BotPhone, *texts: str) -> None:
    for text in texts:
        before = await company.inbox()
        await phone.say(text)
        await settled(company, before + 1)


async def test_a_told_visit_is_recorded_asked_about_and_answered_by_a_button(robot: Company) -> None:
    lisi = robot.wecom.bot_phone("lisi")
    await say(robot, lisi, VISIT)
    assert FIRM in lisi.card().text
    await lisi.tap(lisi.card(), "明天")
    await settled(robot, 2)
    record = await robot.service.store.read(lambda r: r.activities.last_of(MemberId("m_lisi"), "lisi"))
    assert record is not None
    assert record.next_on is not None
    assert "明天" in lisi.card().text
    assert lisi.card().history  # the same card, changed in its place


async def test_a_visit_that_is_undone_shows_so_on_its_card(robot: Company) -> None:
    lisi = robot.wecom.bot_phone("lisi")
    await say(robot, lisi, VISIT)
    await lisi.tap(lisi.card(), "撤销")
    await settled(robot, 2)
    assert "已撤销" in lisi.card().text


async def test_a_photo_is_fetched_opened_and_kept(robot: Company) -> None:
    lisi = robot.wecom.bot_phone("lisi")
    await say(robot, lisi, VISIT)
    await lisi.photo(b"\xff\xd8\xff\xe0 a picture, invented")
    await settled(robot, 2)
    kept = await robot.service.store.read(lambda r: [tuple(row) for row in r.connection.exec_driver_sql("SELECT state, size FROM media")])
    assert kept == [("kept", 24)]


async def test_the_morning_list_reaches_a_group_with_buttons_and_is_acted_on_there(robot: Company) -> None:
    group = Group(GroupId("g_2"), "华东群", "wecom", f"bot:{ROOM}", "digest")
    await robot.service.store.write(lambda tx: tx.members.save_group(group))
    wang = robot.wecom.bot_phone("WangWei", ROOM)
    await say(robot, wang, "帮助")
    await robot.move(timedelta(days=8))
    card = wang.card("昨日断点清单")
    chosen = card.content["button_selection"]
    before = await robot.inbox()
    await wang.tap(card, "先放放", {chosen["question_key"]: [chosen["selected_id"]]})
    await settled(robot, before + 1)
    assert "为什么先放" in wang.screen[-1].text


async def test_who_opens_the_chat_is_welcomed_once_a_day(robot: Company) -> None:
    lisi = robot.wecom.bot_phone("lisi")
    await lisi.enter()
    await settled(robot, 1)
    assert len(lisi.screen) == 1
    await lisi.enter()
    await say(robot, lisi, "帮助")
    assert len(lisi.screen) == 2


async def test_after_a_restart_everybody_is_still_reached(wecom: Emulator, tmp_path: Path, clock: FakeClock) -> None:
    async with robot_on(wecom, tmp_path, clock, Waits()) as first:
        await say(first, wecom.bot_phone("lisi"), "帮助")
    async with robot_on(wecom, tmp_path, clock, Waits()) as second:
        await second.tell(lambda ctx: ctx.tell(MemberId("m_lisi"), Reply(text="早")))
    assert [m.text for m in wecom.bot_phone("lisi").screen][1:] == ["早"]


async def test_ten_minutes_without_the_connection_delay_everything_and_lose_nothing(
    wecom: Emulator, tmp_path: Path, clock: FakeClock
) -> None:
    waits = Waits()
    async with robot_on(wecom, tmp_path, clock, waits) as robot:
        lisi = wecom.bot_phone("lisi")
        await say(robot, lisi, "帮助")
        right, wecom.corp.bot_secret = wecom.corp.bot_secret, "the server refuses everybody"
        await wecom.bot.close(1006)
        await until(lambda: robot.platform.bot is not None and robot.platform.bot.connection.link is None)
        for number in range(10):
            await robot.tell(lambda ctx, n=number: ctx.tell(MemberId("m_lisi"), Reply(text=f"第 {n} 条")))  # type: ignore[misc]
            waits.over()
            await robot.move(timedelta(minutes=1))
        wecom.corp.bot_secret = right
        await until(lambda: bool(waits.over()) and wecom.bot.live is not None)
        for _ in range(3):
            await robot.move(timedelta(minutes=1))
        assert [m.text for m in lisi.screen][1:] == [f"第 {n} 条" for n in range(10)]


async def test_readiness_tells_of_the_connection(robot: Company) -> None:
    assert (await robot.service.checks())["wecom connection"] == "ok"
    robot.wecom.corp.bot_secret = "the server refuses everybody"
    await robot.wecom.bot.close()

    async def noticed() -> bool:
        return (await robot.service.checks())["wecom connection"] == "not connected"

    await until(noticed)


async def test_who_has_not_agreed_yet_agrees_on_a_card_and_is_answered_then(robot: Company) -> None:
    def join(tx: Transaction) -> None:
        tx.members.save(Member(MemberId("m_sun"), "孙七", (Role.REP.value,)))
        tx.members.identify("wecom", "sunqi", MemberId("m_sun"), "sunqi")

    robot.wecom.corp.add(Person("SunQi", "孙七"))
    await robot.service.store.write(join)
    sun = robot.wecom.bot_phone("SunQi")
    await say(robot, sun, "帮助")
    notice = sun.card()
    await sun.tap(notice, next(iter(notice.buttons)))
    await settled(robot, 2)
    assert len(sun.screen) >= 2
    assert not notice.buttons


async def test_app_and_bot_together_answer_each_where_they_were_asked(wecom: Emulator, tmp_path: Path, clock: FakeClock) -> None:
    both = settings_for(wecom).model_copy(update=bot_only(wecom).model_dump(include={"bot_id", "bot_secret", "ws_url"}))
    async with company_on(wecom, tmp_path, clock, configured=both) as company:
        await until(lambda: wecom.bot.live is not None)
        await say(company, wecom.bot_phone("lisi"), "帮助")
        await company.tell(lambda ctx: ctx.tell(MemberId("m_lisi"), Reply(text="提醒")))
        assert len(wecom.screen("bot:lisi")) == 1
        assert [m.text for m in wecom.screen("lisi")] == ["提醒"]
