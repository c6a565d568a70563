"""No path shows a rep another team's customer: every word, list, card, tap and list to a group, driven through the real service."""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from bot.chat.incoming import Location, Media, Opened, Photo
from bot.chat.outgoing import Button, Card, plain
from bot.domain.clock import FakeClock
from handlers import ROUTERS
from storage.transaction import Transaction
from tests.conftest import WEDNESDAY
from tests.handlers.world import FIRMS, GROUPS, STAFF, Eyes, Firm, World, found, member, worlds
from tests.house import House, open_house

pytestmark = pytest.mark.slow

WORDS = (
    *("我的客户", "红色客户", "黄色客户", "看板", "我今天要跟谁", "昨日断点", "帮助", "规则", "死信", "撤销", "恢复", "隐私说明"),
    *("查 有限公司", "查 1390000", "查 a", "查 139", "本周拜访了几家", "这家上次聊到哪了", "下周三", "改一下，下次周五"),
)


UNCLEAR = ("恒达上次聊到哪了", "拜访了恒达，看了产线，下周三再去", "查 恒达", "恒达", "新建客户 恒达", "改一下，客户是恒达")
LISTS = ("我的客户", "红色客户", "看板", "我今天要跟谁", "查 有限公司", "昨日断点")


def asked_of(firm: Firm) -> tuple[str, ...]:
    """Everything that can be said about a customer without typing its full name or anything that is only in its file."""
    initials = {"澜拓": "lt", "锐朗": "rl", "铭川": "mc", "博泉": "bq", "同帆": "tf", "启衡": "qh"}[firm.alias]
    return (
        f"查 {firm.alias}",
        f"查 {initials}",
        f"查 {firm.name[:2]}",
        f"查 {firm.phone[-4:]}",
        f"{firm.alias}上次聊到哪了",
        f"新建客户 {firm.alias}",
        f"新建客户 {firm.name[:6]}",
        f"拜访了{firm.alias}，看了产线，下周三再去",
        f"改一下，客户是{firm.alias}",
        "撤销",
        "恢复",
        f"给{firm.alias}报价了，嫌贵",
        f"{firm.alias}",
        f"不是别家，是{firm.alias}",
        f"帮我给{firm.alias}写个微信",
    )


def actions() -> list[str]:
    """Every button that any story answers."""
    return sorted({action for router in ROUTERS for action in router.taps})


def buttons(card: Card) -> list[Button]:
    return [*card.buttons, *(b for s in card.sections for x in s.lines for b in x.buttons)]


async def lived(house: House, world: World) -> None:
    """The owners talk, an import moves leads about, a night passes, the lists go out."""
    await house.store.write(lambda tx: found(tx, world, house))
    await house.service.book.refresh(f.id for f in world.firms)
    for firm in world.firms:
        await house.say(firm.owner or "admin", firm.told())
    await house.store.write(lambda tx: moved_about(tx, world, house.clock.now()))
    await house.move(timedelta(days=2))


def moved_about(tx: Transaction, world: World, now: datetime) -> None:
    """Leads of many ages, some of them with people who may not see the customer."""
    for firm in world.firms:
        lead = tx.leads.get(firm.lead)
        assert lead is not None
        owner = member(firm.lead_of) if firm.lead_of else None
        tx.leads.save(replace(lead, owner_id=owner, last_action_at=now - timedelta(days=firm.days_idle)))


async def drive(eyes: Eyes) -> None:
    """The viewer tries everything, honest and forged."""
    for words in WORDS:
        await eyes.say(words)
    for words in UNCLEAR:
        await eyes.say(words)
    for words in LISTS:
        await eyes.say(words, "g:all")
    for firm in eyes.world.firms:
        for words in asked_of(firm):
            await eyes.say(words)
    await eyes.send(Opened)
    await eyes.send(Photo, media=Media(ref="x"))
    await eyes.send(Location, lat=30.0, lng=120.0)
    for card in eyes.cards:
        for button in buttons(card):
            await eyes.tap(card.key, button.action, button.values or {}, "客户出差" if button.ask else "")
    await answered(eyes)
    for words in LISTS:
        await eyes.say(words)
    await forged(eyes)


async def answered(eyes: Eyes) -> None:
    """The owners answer what the viewer asked of them."""
    house = eyes.house
    for user, *_ in STAFF:
        for shown in house.screens.of(f"p:{user}"):
            card = shown.message
            if isinstance(card, Card) and card.key.startswith("partner:") and card.buttons:
                await house.tap(user, card, "同意" if eyes.world.generous else "不同意")
                await eyes.look(f"{user} answered", eyes.own)


async def forged(eyes: Eyes) -> None:
    """Every action with every id that is not the viewer's to name."""
    records = await eyes.house.store.read(lambda r: r.connection.exec_driver_sql("SELECT id, customer_id FROM activity").all())
    for firm in (f for f in eyes.world.firms if f.number in eyes.closed):
        record = next((row[0] for row in records if row[1] == firm.id), "")
        lead = await eyes.house.store.read(lambda r, firm=firm: r.leads.get(firm.lead))  # type: ignore[misc]
        assert lead is not None
        values = {
            "record": record,
            "customer": firm.id,
            "lead": firm.lead,
            "seen": lead.last_action_at.isoformat(),
            "owner": lead.owner_id or "",
            "on": str(lead.next_on),
            "member": member(eyes.world.viewer),
            "by": member(eyes.world.viewer),
            "to": member(eyes.world.viewer),
            "giver": lead.owner_id or "",
            "taker": member(eyes.world.viewer),
            "region": firm.region or "",
            "line": "",
        }
        for action in actions():
            await eyes.tap(f"record:{record}", action, values)
        for action in ("create_customer", "timeline"):
            await eyes.tap("forged", action, {**values, "name": firm.alias, "record": ""})


def groups_read_their_own(house: House, world: World) -> None:
    """A region's list holds that region's customers, and a group with outsiders no number and no amount."""
    regions = {user: region for user, _, _, _, region in STAFF}
    for chat, region, internal in GROUPS:
        text = "\n".join(plain(s.message) + repr(s.message) for s in house.screens.of(f"g:{chat}"))
        for firm in world.firms:
            of = regions[firm.lead_of] if firm.lead_of and regions[firm.lead_of] else firm.region
            if region is not None and of != region:
                assert firm.name not in text, f"{firm.name} of {of} in the list of {chat}"
            if not internal:
                assert firm.phone not in text
                assert firm.amount not in text


async def play(world: World) -> None:
    folder = Path(tempfile.mkdtemp(prefix="genjin-sight-"))
    try:
        async with open_house(folder, FakeClock(WEDNESDAY)) as house:
            eyes = Eyes(house, world)
            await lived(house, world)
            eyes.closed = await house.store.read(eyes.hidden)
            await eyes.look("what came by itself", eyes.own)
            groups_read_their_own(house, world)
            await drive(eyes)
            await house.move(timedelta(days=1))
            await eyes.look("what the next day brought", eyes.own)
    finally:
        shutil.rmtree(folder)


# Nothing is made smaller: a company takes seconds, and the message says what was read and how.
WHOLE = (Phase.explicit, Phase.generate)


@settings(max_examples=3, deadline=None, derandomize=True, phases=WHOLE, suppress_health_check=list(HealthCheck))
@given(world=worlds())
def test_no_path_shows_a_rep_a_customer_that_is_not_theirs_to_see(world: World) -> None:
    asyncio.run(play(world))


def test_the_secrets_of_two_customers_are_never_the_same() -> None:
    secrets = [s for n in range(len(FIRMS)) for s in Firm(n, None, None, (), None, 1).secrets]
    assert len(secrets) == len(set(secrets))
