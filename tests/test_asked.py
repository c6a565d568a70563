"""Buttons whose question a platform's card cannot put: asked in the chat, answered there, taken back there."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.incoming import CardTap, Sender
from bot.chat.outgoing import Outgoing, plain
from bot.domain.clock import FakeClock
from bot.domain.values import LeadId
from tests.house import PLATFORM, House, card_of, find_button, open_house, reply_of
from tests.staff import move_in


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(tmp_path, clock) as house:
        await house.store.write(lambda tx: move_in(tx, clock.now()))
        await house.move(timedelta(days=8))
        yield house


async def tap_snooze(house: House) -> list[Outgoing]:
    """The admin's list is tapped as a platform would tap that cannot ask."""
    card = card_of(await house.say("xu.jing", "昨日断点"))
    button = find_button(card, "先放放", "恒力")
    tap = CardTap(
        platform=PLATFORM,
        event_id="tap-1",
        chat="p:xu.jing",
        sender=Sender("xu.jing"),
        received_at=house.clock.now(),
        card=card.key,
        action=button.action,
        values=button.values or {},
        ask=button.ask or "",
    )
    return await house.event(tap)


async def reason(house: House) -> str | None:
    lead = await house.store.read(lambda r: r.leads.get(LeadId("l_0")))
    assert lead is not None
    return lead.snooze_reason


async def test_the_question_is_put_and_nothing_is_changed_yet(house: House) -> None:
    assert "为什么先放" in reply_of(await tap_snooze(house))
    assert await reason(house) is None


async def test_the_next_words_are_the_answer(house: House) -> None:
    await tap_snooze(house)
    await house.say("xu.jing", "客户出差，下周三再说")
    assert await reason(house) == "客户出差，下周三再说"


async def test_the_card_is_replaced_in_its_place(house: House) -> None:
    await tap_snooze(house)
    await house.say("xu.jing", "客户出差，下周三再说")
    assert any("暂缓" in plain(shown.message) and shown.history for shown in house.screens.of("p:xu.jing"))


async def test_a_command_in_between_is_no_answer(house: House) -> None:
    await tap_snooze(house)
    await house.say("xu.jing", "帮助")
    assert await reason(house) is None
    await house.say("xu.jing", "客户出差，下周三再说")
    assert await reason(house) == "客户出差，下周三再说"


async def test_it_can_be_taken_back(house: House) -> None:
    await tap_snooze(house)
    assert reply_of(await house.say("xu.jing", "算了")) == "好的，没有改。"
    await house.say("xu.jing", "客户出差，下周三再说")
    assert await reason(house) is None


async def test_after_half_an_hour_words_mean_what_they_say(house: House) -> None:
    await tap_snooze(house)
    await house.move(timedelta(minutes=31))
    await house.say("xu.jing", "客户出差，下周三再说")
    assert await reason(house) is None


async def test_words_of_somebody_else_are_no_answer(house: House) -> None:
    await tap_snooze(house)
    await house.say("li.si", "客户出差，下周三再说")
    assert await reason(house) is None
