"""Durable out: what was promised is shown once, in order, whatever the platform does; what cannot be shown is kept and reported."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.chat.outgoing import Card, Outgoing, Reply
from bot.chat.platform import Address
from bot.domain.clock import SHANGHAI, FakeClock
from bot.domain.errors import PlatformError, UserError
from storage.transaction import Transaction
from tests.house import PLATFORM, House, Screens, open_house, settings_in
from tests.staff import ADMIN, move_in
from tests.waiting import until

LI, WANG = "p:li.si", "p:wang.fang"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
EVENING = datetime(2026, 3, 18, 21, tzinfo=SHANGHAI)
MORNING = datetime(2026, 3, 19, 8, tzinfo=SHANGHAI)


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    settings = settings_in(tmp_path)
    quiet = settings.model_copy(update={"time": settings.time.model_copy(update={"quiet_hours": "20:00-08:00"})})
    async with open_house(tmp_path, clock, quiet) as house:
        await house.store.write(lambda tx: move_in(tx, clock.now()))
        yield house


def card(words: str, key: str = "card") -> Card:
    return Card(key=key, title=words)


async def post(house: House, *messages: Outgoing | str, chat: str = LI, can_wait: bool = False, at: datetime | None = None) -> None:
    """Promise messages, each in a unit of its own."""
    for message in messages:
        said = Reply(text=message) if isinstance(message, str) else message

        def unit(tx: Transaction, said: Outgoing = said) -> None:
            house.service.outbox.post(tx, Address(PLATFORM, chat), said, house.clock.now(), can_wait=can_wait, at=at)

        await house.store.write(unit)


async def replace(house: House, *cards: Card) -> None:
    for one in cards:
        await house.store.write(lambda tx, one=one: house.service.outbox.replace(tx, one, house.clock.now()))  # type: ignore[misc]


def seen(house: House, chat: str = LI) -> list[str]:
    return [shown.message.title if isinstance(shown.message, Card) else shown.text for shown in house.screens.of(chat)]


async def pass_time(house: House, by: timedelta, step: timedelta) -> None:
    """Let time go by in steps, as it does."""
    end = house.clock.now() + by
    while house.clock.now() < end:
        await house.move(min(step, end - house.clock.now()))


async def test_messages_of_a_chat_appear_in_the_order_they_were_promised(house: House) -> None:
    await post(house, *map(str, range(40)))
    await house.rest()
    assert seen(house) == [str(n) for n in range(40)]


async def test_a_platform_down_for_ten_minutes_shows_everything_afterwards_once_and_in_order(house: House) -> None:
    house.screens.broken = PlatformError("connection refused")
    for n in range(10):
        await post(house, f"{n}")
        await post(house, f"{n}", chat=WANG)
        await pass_time(house, MINUTE, 15 * SECOND)
    assert house.screens.shown == []
    house.screens.broken = None
    await pass_time(house, MINUTE, 10 * SECOND)
    assert (seen(house), seen(house, WANG)) == ([str(n) for n in range(10)], [str(n) for n in range(10)])
    assert (await house.store.read(lambda r: r.outbox.counts())) == {"sent": 20}


async def test_a_platform_down_for_three_hours_is_waited_for(house: House) -> None:
    house.screens.broken = PlatformError("connection refused")
    await post(house, "a")
    await pass_time(house, timedelta(hours=3), MINUTE)
    house.screens.broken = None
    await pass_time(house, 2 * MINUTE, MINUTE)
    assert seen(house) == ["a"]


async def test_while_one_chat_cannot_be_reached_another_can(house: House) -> None:
    blocked = _Selective(house.screens, LI, PlatformError("slow down", retry_after=30))
    house.service.outbox._platforms = {PLATFORM: blocked}
    await post(house, "a")
    await post(house, "b", chat=WANG)
    await until(lambda: seen(house, WANG) == ["b"])
    assert seen(house) == []


async def test_a_platform_that_says_when_to_come_back_is_asked_then_and_not_before(house: House) -> None:
    house.screens.broken = PlatformError("slow down", retry_after=90)
    await post(house, "a")
    await until(lambda: house.screens.tries == 1)
    await house.rest()
    house.screens.broken = None
    await house.move(89 * SECOND)
    assert seen(house) == []
    await house.move(SECOND)
    assert (seen(house), house.screens.tries) == (["a"], 2)


async def test_a_platform_that_took_a_message_and_then_failed_shows_it_once(house: House) -> None:
    house.service.outbox._platforms = {PLATFORM: _AnswersLost(house.screens)}
    await post(house, "a", "b")
    await pass_time(house, 10 * SECOND, SECOND)
    assert seen(house) == ["a", "b"]


async def test_a_bug_of_a_platform_is_tried_again_and_not_lost(house: House) -> None:
    house.screens.broken = KeyError("errcode")  # type: ignore[assignment]
    await post(house, "a")
    await until(lambda: house.screens.tries == 1)
    house.screens.broken = None
    await pass_time(house, 3 * SECOND, SECOND)
    assert seen(house) == ["a"]


async def test_a_refused_message_becomes_a_dead_letter_and_the_admin_is_told_once(house: House) -> None:
    house.service.outbox._platforms = {PLATFORM: _Selective(house.screens, LI, PlatformError("chat is gone", final=True))}
    await post(house, "a")
    await pass_time(house, timedelta(hours=1), 5 * MINUTE)
    dead = await house.store.read(lambda r: r.outbox.dead_ones())
    assert [(row.chat, row.error) for row in dead] == [(LI, "chat is gone")]
    notices = house.screens.of(f"p:{ADMIN}")
    assert len(notices) == 1
    assert "chat is gone" in notices[0].text


async def test_a_refused_message_does_not_hold_up_those_behind_it(house: House) -> None:
    refusing = _Selective(house.screens, LI, PlatformError("bad words", final=True), times=1)
    house.service.outbox._platforms = {PLATFORM: refusing}
    await post(house, "a", "b")
    await house.rest()
    assert seen(house) == ["b"]


async def test_a_notice_to_the_admin_that_is_refused_too_makes_no_further_notice(house: House) -> None:
    house.screens.broken = PlatformError("the key was revoked", final=True)
    await post(house, "a")
    await house.rest()
    assert await house.store.read(lambda r: r.outbox.counts()) == {"dead": 2}


async def test_a_dead_letter_tried_again_is_shown(house: House) -> None:
    house.screens.broken = PlatformError("chat is gone", final=True)
    await post(house, "a")
    await house.rest()
    house.screens.broken = None
    row = (await house.store.read(lambda r: r.outbox.dead_ones()))[0]
    assert await house.store.write(lambda tx: house.service.outbox.retry(tx, row.id))
    await house.rest()
    assert seen(house) == ["a"]


async def test_only_a_dead_letter_is_tried_again(house: House) -> None:
    await post(house, "a")
    await house.rest()
    assert not await house.store.write(lambda tx: house.service.outbox.retry(tx, 1))
    assert not await house.store.write(lambda tx: house.service.outbox.retry(tx, 999))


async def test_what_can_wait_is_held_over_the_quiet_hours_and_released_at_their_end(house: House) -> None:
    await house.move_to(EVENING)
    await post(house, "a", "b", can_wait=True)
    await house.move_to(MORNING - SECOND)
    assert seen(house) == []
    await house.move_to(MORNING)
    assert seen(house) == ["a", "b"]


async def test_what_can_wait_leaves_at_once_by_day(house: House) -> None:
    await post(house, "a", can_wait=True)
    await house.rest()
    assert seen(house) == ["a"]


async def test_a_held_message_does_not_hold_up_answers(house: House) -> None:
    await house.move_to(EVENING)
    await post(house, "held", can_wait=True)
    await post(house, "an answer")
    await house.rest()
    assert seen(house) == ["an answer"]
    await house.move_to(MORNING)
    assert seen(house) == ["an answer", "held"]


async def test_a_message_for_an_instant_leaves_then(house: House) -> None:
    when = house.clock.now() + 20 * MINUTE
    await post(house, "a", at=when)
    await house.move_to(when - SECOND)
    assert seen(house) == []
    await house.move_to(when)
    assert seen(house) == ["a"]


async def test_an_update_reaches_every_copy_of_a_card(house: House) -> None:
    await post(house, card("old"))
    await post(house, card("old"), chat=WANG)
    await replace(house, card("new"))
    await house.rest()
    assert (seen(house), seen(house, WANG)) == (["new"], ["new"])


async def test_an_update_reaches_a_copy_that_was_still_on_its_way(house: House) -> None:
    house.screens.broken = PlatformError("down")
    await post(house, card("old"))
    await replace(house, card("new"))
    house.screens.broken = None
    await pass_time(house, 5 * SECOND, SECOND)
    assert (seen(house), len(house.screens.of(LI))) == (["new"], 1)


async def test_updates_that_newer_ones_replace_are_skipped(house: House) -> None:
    await post(house, card("0"))
    await house.rest()
    house.screens.broken = PlatformError("down")
    await replace(house, *(card(str(n)) for n in range(1, 6)))
    house.screens.broken = None
    await pass_time(house, 5 * SECOND, SECOND)
    shown = house.screens.of(LI)[0]
    assert (seen(house), len(shown.history)) == (["5"], 1)
    assert await house.store.read(lambda r: r.outbox.counts()) == {"sent": 6}


async def test_an_update_of_a_held_card_changes_what_will_be_shown(house: House) -> None:
    await house.move_to(EVENING)
    await post(house, card("old"), can_wait=True)
    await replace(house, card("new"))
    await house.move_to(MORNING)
    assert (seen(house), house.screens.of(LI)[0].history) == (["new"], [])


async def test_an_update_of_a_card_that_was_never_shown_does_nothing(house: House) -> None:
    house.screens.broken = PlatformError("bad card", final=True)
    await post(house, card("old"))
    await house.rest()
    house.screens.broken = None
    await replace(house, card("new"))
    await house.rest()
    assert seen(house) == []


async def test_a_promise_of_a_unit_that_fails_is_no_promise(house: House) -> None:
    def unit(tx: Transaction) -> None:
        house.service.outbox.post(tx, Address(PLATFORM, LI), Reply(text="a"), house.clock.now())
        raise UserError("no")

    with pytest.raises(UserError):
        await house.store.write(unit)
    await house.rest()
    assert seen(house) == []


async def test_a_message_for_a_platform_that_is_not_connected_waits_for_it(house: House) -> None:
    connected, house.service.outbox._platforms = house.service.outbox._platforms, {}
    await post(house, "a")
    await pass_time(house, 3 * MINUTE, MINUTE)
    house.service.outbox._platforms = connected
    await pass_time(house, 2 * MINUTE, MINUTE)
    assert seen(house) == ["a"]


class _Selective(Screens):
    """Refuses one chat, ``times`` times; the others are shown."""

    def __init__(self, screens: Screens, chat: str, error: PlatformError, times: int = 10**6) -> None:
        super().__init__()
        self._screens, self._chat, self._error, self._times = screens, chat, error, times

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        if chat == self._chat and self._times > 0:
            self._times -= 1
            raise self._error
        return await self._screens.send(chat, message, key)


class _AnswersLost(Screens):
    """Shows each message and then fails the first time, like a connection that broke after the request."""

    def __init__(self, screens: Screens) -> None:
        super().__init__()
        self._screens = screens
        self._failed: set[str] = set()

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        ref = await self._screens.send(chat, message, key)
        if key not in self._failed:
            self._failed.add(key)
            raise PlatformError("timed out")
        return ref
