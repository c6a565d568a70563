"""The privacy notice at first use: nothing is read before consent, nothing is lost by it, and minds can be changed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.chat.incoming import CardTap, Heard, Opened, Sender
from bot.chat.outgoing import Card, plain
from bot.domain.clock import FakeClock
from config.sections import Retention
from prompts import privacy
from storage.repositories.consents import Consent
from storage.store import Store
from storage.transaction import Transaction
from tests.handlers.company import audit, found, member, newest, pieces, the_record, timeline
from tests.house import PLATFORM, House, card_of, open_house, reply_of
from tests.staff import text

LI, VISIT = "li", "今天拜访了澜拓的方工，下周三之前给报价"


def nobody_consented(tx: Transaction) -> None:
    found(tx)
    tx.connection.exec_driver_sql("DELETE FROM consent")


@pytest.fixture
async def house(database: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The company on its first day with the bot."""
    store = Store(f"sqlite:///{database}")
    store.write_now(nobody_consented)
    store.close()
    async with open_house(database.parent, clock) as house:
        yield house


async def asked(house: House, user: str = LI) -> Card:
    return card_of(await house.say(user, VISIT))


async def payloads(house: House) -> str:
    """Everything that the inbox holds, as one text."""
    query = "SELECT payload FROM inbox ORDER BY id"
    return "\n".join(await house.store.read(lambda r: r.connection.exec_driver_sql(query).scalars().all()))


async def test_the_first_message_is_answered_with_the_notice(house: House) -> None:
    card = await asked(house)
    text = plain(card)
    assert [b.label for b in card.buttons] == ["同意"]
    assert all(word in text for word in ("3 年", "180 天", "主管", "许静", "不同意"))


async def test_before_consent_nothing_takes_effect(house: House) -> None:
    await asked(house)
    assert await timeline(house, "lantuo") == []


async def test_what_was_sent_before_takes_effect_with_the_consent(house: House) -> None:
    card = await asked(house)
    await house.tap(LI, card, "同意")
    record = await the_record(house, "lantuo")
    assert record.received_at == house.clock.now()
    assert "已记录" in newest(house, "p:li") or "澜拓" in newest(house, "p:li")


async def test_what_was_sent_before_keeps_its_own_time(house: House) -> None:
    card = await asked(house)
    told = house.clock.now()
    await house.move(timedelta(hours=3))
    await house.tap(LI, card, "同意")
    assert (await the_record(house, "lantuo")).received_at == told


async def test_what_was_held_is_handled_in_the_order_in_which_it_came(house: House) -> None:
    await asked(house)
    await house.photo(LI)
    await house.say(LI, "改一下，下次跟进3月31日")
    await house.say(LI, "同意")
    record = await the_record(house, "lantuo")
    assert str(record.next_on) == "2026-03-31"


async def test_a_consent_in_words_is_as_good_as_a_tap(house: House) -> None:
    await asked(house)
    assert "1 条" in reply_of((await house.say(LI, "同意。"))[:1])
    assert await timeline(house, "lantuo") != []


async def test_a_second_message_is_held_with_a_short_answer(house: House) -> None:
    await asked(house)
    assert reply_of(await house.say(LI, "还有，样品周五寄")) == privacy.HELD


async def test_the_consent_is_recorded_with_version_time_and_event(house: House) -> None:
    card = await asked(house)
    await house.tap(LI, card, "同意")
    given = await house.store.read(lambda r: r.consents.newest(member(LI)))
    assert given is not None
    assert (given.agreed, given.version, given.at) == (True, privacy.version(Retention()), house.clock.now())
    assert given.event_id == "e2"
    assert [e.new for e in await audit(house, member(LI), "privacy.agreed")] == [{"version": given.version}]


async def test_a_second_tap_records_nothing(house: House) -> None:
    card = await asked(house)
    for _ in range(2):
        await house.tap(LI, card, "同意")
    assert len(await house.store.read(lambda r: r.consents.of(member(LI)))) == 1
    assert len(await timeline(house, "lantuo")) == 1


async def test_nobody_consents_for_somebody_else(house: House) -> None:
    card = await asked(house)
    await house.tap("wang", card, "同意")
    assert await house.store.read(lambda r: r.consents.newest(member(LI))) is None
    assert await house.store.read(lambda r: r.consents.newest(member("wang"))) is None


async def test_a_refusal_is_recorded_and_told_to_the_admin(house: House) -> None:
    await asked(house)
    assert reply_of(await house.say(LI, "不同意")) == privacy.REFUSED
    given = await house.store.read(lambda r: r.consents.newest(member(LI)))
    assert given is not None
    assert not given.agreed
    assert "李思没有同意" in newest(house, "p:xu")


async def test_a_refusal_is_told_once(house: House) -> None:
    for _ in range(2):
        await house.say(LI, "不同意")
    assert len(house.screens.of("p:xu")) == 1


async def test_after_a_refusal_words_are_neither_handled_nor_kept(house: House) -> None:
    await house.say(LI, "不同意")
    assert reply_of(await house.say(LI, VISIT)) == privacy.STILL_REFUSED
    assert "\\u6f9c\\u62d3" not in await payloads(house)
    await house.say(LI, "同意")
    assert await timeline(house, "lantuo") == []


async def test_who_refused_may_consent_later(house: House) -> None:
    await asked(house)
    await house.say(LI, "不同意")
    await house.say(LI, "同意")
    assert len(await timeline(house, "lantuo")) == 1


async def test_a_consent_can_be_taken_back(house: House) -> None:
    await asked(house)
    await house.say(LI, "同意")
    assert reply_of(await house.say(LI, "撤回同意")) == privacy.WITHDRAWN
    assert reply_of(await house.say(LI, "今天拜访了澜拓")) == privacy.STILL_REFUSED
    assert newest(house, "p:xu").startswith("李思撤回了对隐私说明的同意")


async def test_an_opened_chat_is_no_message_that_waited(house: House) -> None:
    opened = Opened(platform=PLATFORM, event_id="o1", chat="p:li", sender=Sender(LI), received_at=house.clock.now())
    await house.event(opened)
    await house.say(LI, VISIT)
    assert "刚才的 1 条" in reply_of((await house.say(LI, "同意"))[:1])


@pytest.mark.parametrize("before", [(), ("不同意",)])
async def test_the_notice_is_shown_on_request_before_consent(house: House, before: tuple[str, ...]) -> None:
    for word in before:
        await house.say(LI, word)
    card = card_of(await house.say(LI, "隐私说明"))
    assert "180 天" in plain(card)
    await house.tap(LI, card, "同意")
    assert "刚才的" not in newest(house, "p:li")


async def test_a_second_consent_is_answered_and_filed_nowhere(house: House) -> None:
    await asked(house)
    await house.say(LI, "同意")
    for word in ("同意", "我同意。"):
        assert reply_of(await house.say(LI, word)) == privacy.AGREED_ALREADY
    record = await the_record(house, "lantuo")
    assert len(await pieces(house, record)) == 1


async def test_the_notice_can_be_read_again(house: House) -> None:
    await asked(house)
    await house.say(LI, "同意")
    assert "180 天" in plain(card_of(await house.say(LI, "隐私说明")))


async def test_a_second_consent_is_not_recorded(house: House) -> None:
    await asked(house)
    await house.say(LI, "同意")
    await house.say(LI, "同意")
    assert len(await house.store.read(lambda r: r.consents.of(member(LI)))) == 1


async def test_in_a_group_the_notice_goes_to_the_persons_own_chat(house: House) -> None:
    assert reply_of(await house.say(LI, VISIT, chat="g:east")) == privacy.IN_GROUP
    card = house.screens.of("p:li")[-1].message
    assert isinstance(card, Card)
    await house.tap(LI, card, "同意")
    assert len(await timeline(house, "lantuo")) == 1


async def test_opening_the_chat_brings_the_notice(house: House) -> None:
    opened = Opened(platform=PLATFORM, event_id="o1", chat="p:li", sender=Sender(LI), received_at=house.clock.now())
    assert card_of(await house.event(opened)).title == "开始之前：隐私说明"


async def test_what_was_heard_in_a_recording_waits_without_a_word(house: House) -> None:
    heard = Heard(platform=PLATFORM, event_id="h1", chat="p:li", sender=Sender(LI), received_at=house.clock.now(), media="f_1", text="你好")
    assert await house.event(heard) == []


async def test_a_new_version_of_the_notice_asks_again(house: House) -> None:
    old = Consent(member(LI), "0", agreed=True, at=house.clock.now())
    await house.store.write(lambda tx: tx.consents.add(old))
    await house.tap(LI, await asked(house), "同意")
    assert len(await timeline(house, "lantuo")) == 1


async def test_who_refused_an_older_version_is_asked_again(house: House) -> None:
    old = Consent(member(LI), "0", agreed=False, at=house.clock.now())
    await house.store.write(lambda tx: tx.consents.add(old))
    assert (await asked(house)).title == "开始之前：隐私说明"


async def test_a_tap_on_an_outdated_notice_shows_the_new_one(house: House) -> None:
    head = {"platform": PLATFORM, "event_id": "t1", "chat": "p:li", "sender": Sender(LI), "received_at": house.clock.now()}
    tap = CardTap(**head, card=privacy.key(member(LI), "0"), action="consent", values={"version": "0"})  # type: ignore[arg-type]
    assert card_of(await house.event(tap)).key == privacy.key(member(LI), privacy.version(Retention()))
    assert await house.store.read(lambda r: r.consents.newest(member(LI))) is None


def test_another_period_is_another_version() -> None:
    assert privacy.version(Retention(voice=timedelta(days=30))) != privacy.version(Retention())


async def test_the_morning_list_goes_on_for_those_who_were_not_asked_yet(house: House) -> None:
    await house.move(timedelta(days=1))
    assert house.screens.of("g:east") != []


async def test_what_came_together_with_the_consent_waits_for_what_was_held(house: House) -> None:
    await asked(house)
    now = house.clock.now()
    words = ("同意", "改一下，下次跟进3月31日")
    await asyncio.gather(*(house.service.inbox.put(text(w, f"q{n}", now, user=LI)) for n, w in enumerate(words)))
    await house.rest()
    assert str((await the_record(house, "lantuo")).next_on) == "2026-03-31"
