"""What is sent is masked by who reads it, whichever handler says it. All numbers are invented."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.outgoing import Button, Card, Fact, Line, Outgoing, Reply, Section, plain
from bot.chat.platform import Address
from bot.domain.clock import FakeClock
from bot.domain.member import Group, Member, Role
from bot.domain.values import GroupId
from tests.house import PLATFORM, House, open_house
from tests.staff import move_in

LI = "p:li.si"
SECRETS = ("13800001234", "150000", "180")
SAID = Card(
    key="k",
    title="报价 150000元",
    text="电话 13800001234",
    facts=(Fact(label="单价", value="180"),),
    sections=(Section(title="总价 150000元", lines=(Line(text="打 13800001234", buttons=(Button(label="150000元", action="x"),)),)),),
    buttons=(Button(label="打 13800001234", action="x", values={"no": "13800001234"}),),
    note="单价180",
)


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(tmp_path, clock) as house:
        await house.store.write(lambda tx: move_in(tx, clock.now()))
        for chat, internal in (("g:own", True), ("g:open", False)):
            group = Group(GroupId(chat[2:]), chat, PLATFORM, chat, "digest", internal=internal)
            await house.store.write(lambda tx, group=group: tx.members.save_group(group))  # type: ignore[misc]
        yield house


async def shown(house: House, chat: str, message: Outgoing = SAID) -> str:
    await house.store.write(lambda tx: house.service.outbox.post(tx, Address(PLATFORM, chat), message, house.clock.now()))
    await house.rest()
    return str(house.screens.of(chat)[-1].message)


async def become(house: House, role: Role) -> None:
    def change(tx: object) -> None:
        member: Member = tx.members.by_identity(PLATFORM, "li.si")  # type: ignore[attr-defined]
        tx.members.save(replace(member, roles=(role.value,)))  # type: ignore[attr-defined]

    await house.store.write(change)


async def test_a_rep_reads_everything(house: House) -> None:
    assert await shown(house, LI) == str(SAID)


async def test_a_technical_approver_reads_neither_numbers_nor_amounts_anywhere_on_a_card(house: House) -> None:
    await become(house, Role.APPROVER_TECHNICAL)
    read = (await shown(house, LI)).replace("'no': '13800001234'", "")
    assert not any(secret in read for secret in SECRETS)


async def test_what_a_button_carries_is_no_reading_and_stays(house: House) -> None:
    await become(house, Role.APPROVER_TECHNICAL)
    assert "'no': '13800001234'" in await shown(house, LI)


async def test_delivery_reads_numbers_and_no_amounts(house: House) -> None:
    await become(house, Role.DELIVERY)
    read = await shown(house, LI)
    assert ("13800001234" in read, "150000" in read, "180" in read) == (True, False, False)


@pytest.mark.parametrize(("chat", "open_to"), [("g:own", True), ("g:open", False), ("g:unheard-of", False), ("p:nobody", False)])
async def test_a_group_with_outsiders_and_a_chat_that_nobody_knows_read_masks(house: House, chat: str, open_to: bool) -> None:
    assert ("13800001234" in await shown(house, chat, Reply(text="打 13800001234"))) is open_to


async def test_a_card_that_is_replaced_is_masked_in_each_chat_by_its_own_readers(house: House) -> None:
    for chat in (LI, "g:open"):
        await shown(house, chat)
    await house.store.write(lambda tx: house.service.outbox.replace(tx, replace(SAID, title="回款 99元"), house.clock.now()))
    await house.rest()
    assert ["99" in plain(house.screens.of(chat)[-1].message) for chat in (LI, "g:open")] == [True, False]


async def test_an_answer_in_a_group_with_outsiders_is_masked_though_the_asker_may_read_it(house: House) -> None:
    record = "拜访了绍兴恒力机械有限公司的张工，报价150000元，电话13800001234，下周三再去"
    assert "150000" in plain((await house.say("li.si", record))[0])
    assert "150000" not in plain((await house.say("wang.fang", record.replace("绍兴恒力机械", "宁波海锐自动化"), chat="g:open"))[0])
