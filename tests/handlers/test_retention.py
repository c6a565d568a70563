"""Every night: what is over is removed, the values and the facts stay, and it may be stopped anywhere."""

import hashlib
from datetime import datetime, timedelta

import pytest

from bot.chat.incoming import Media, Sender, Voice
from bot.domain.jobs import Timer
from handlers import housekeeping
from storage.repositories.retention import GONE
from tests.handlers.company import audit, day, member, the_record
from tests.house import PICTURE, PLATFORM, House

LI = "li"
VISIT = "今天拜访了澜拓的方工，预算有限，下周三之前给报价"
VOICE = b"#!AMR\n a voice note"


async def told(house: House) -> None:
    """A visit with a photo, a voice note and a place."""
    await house.say(LI, VISIT)
    await house.photo(LI)
    house.screens.files["v1"] = VOICE
    head = {"platform": PLATFORM, "event_id": "v1", "chat": "p:li", "sender": Sender(LI), "received_at": house.clock.now()}
    await house.event(Voice(**head, media=Media(ref="v1", name="a.amr")))  # type: ignore[arg-type]
    await house.place(LI)


async def night(house: House, of: datetime) -> None:
    """The night's runs, one after the other until there is nothing left."""
    await house.move_to(of.replace(hour=3, minute=31))
    for _ in range(5):
        await house.move(timedelta(minutes=1))


def kept(house: House, data: bytes) -> bool:
    return house.service.keeper.path(hashlib.sha256(data).hexdigest()).exists()


async def column(house: House, query: str) -> list[str]:
    return [str(x) for x in await house.store.read(lambda r: r.connection.exec_driver_sql(query).scalars().all())]


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that came in this test came long ago."""
    monkeypatch.setattr("bot.media.SETTLING", 0.0)


async def test_within_its_period_everything_stays(house: House) -> None:
    await told(house)
    await night(house, day(9, 10))
    assert kept(house, PICTURE)
    assert kept(house, VOICE)
    assert (await the_record(house, "lantuo")).text.startswith(VISIT)


async def test_voice_and_places_go_first(house: House) -> None:
    await told(house)
    await night(house, day(9, 16))
    assert kept(house, PICTURE)
    assert not kept(house, VOICE)
    places = await column(house, "SELECT data FROM piece WHERE kind = 'location'")
    assert all("120.58" not in place for place in places + await column(house, "SELECT details FROM activity"))
    assert all("120.58" not in payload for payload in await column(house, "SELECT payload FROM inbox"))
    assert (await the_record(house, "lantuo")).text.startswith(VISIT)


async def test_after_three_years_words_and_photos_are_gone_and_values_stay(house: House) -> None:
    await told(house)
    await night(house, day(3, 18) + timedelta(days=1096))
    record = await the_record(house, "lantuo")
    assert (record.text, record.customer_id, record.contacts, str(record.next_on)) == (GONE, "c_lantuo", ("方工",), "2026-03-25")
    assert not kept(house, PICTURE)
    for query in ("SELECT text FROM piece", "SELECT payload FROM inbox", "SELECT text FROM activity"):
        assert all("预算" not in text and "\\u9884\\u7b97" not in text for text in await column(house, query))


async def test_a_removed_file_says_why_it_is_not_there(house: House) -> None:
    await told(house)
    await night(house, day(9, 16))
    assert await column(house, "SELECT problem FROM media WHERE state = 'removed'") == [GONE]


async def test_a_file_that_a_younger_message_shares_stays_until_that_is_over(house: House) -> None:
    await house.say(LI, VISIT)
    await house.photo(LI, "p1")
    await house.move_to(day(12, 1))
    await house.photo(LI, "p2")
    await night(house, day(3, 18) + timedelta(days=1096))
    assert await column(house, "SELECT state FROM media ORDER BY created_at") == ["removed", "kept"]
    assert kept(house, PICTURE)
    await night(house, day(12, 1) + timedelta(days=1096))
    assert not kept(house, PICTURE)


async def test_bytes_that_have_just_come_again_are_not_removed_under_a_new_message(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.media.SETTLING", 600.0)
    await told(house)
    await night(house, day(9, 16))
    assert kept(house, VOICE)


async def test_what_is_removed_is_in_the_audit_log_as_numbers(house: House) -> None:
    await told(house)
    await night(house, day(9, 16))
    assert [entry.new for entry in await audit(house, "all", "retention")] == [{"location": 1, "voice": 1}]


async def test_a_second_run_finds_nothing(house: House) -> None:
    await told(house)
    await night(house, day(9, 16))
    await night(house, day(9, 17))
    assert len(await audit(house, "all", "retention")) == 1


async def test_much_is_removed_in_small_runs_that_go_on_after_a_restart(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "BATCH", 2)
    for number in range(7):
        await house.say(LI, f"第{number}件事，今天拜访了澜拓")
        await house.move(timedelta(hours=1))
    await house.move_to((day(3, 18) + timedelta(days=1097)).replace(hour=3, minute=31))
    left = len([text for text in await column(house, "SELECT text FROM piece") if text != GONE])
    assert left == 5
    open_timers = await house.store.read(lambda r: r.timers.due(house.clock.now() + timedelta(days=1)))
    assert Timer(housekeeping.NEXT, "all", housekeeping.NEXT, house.clock.now()) in open_timers
    for _ in range(8):
        await house.move(timedelta(minutes=1))
    assert set(await column(house, "SELECT text FROM piece")) == {GONE}


async def test_what_waited_a_month_for_a_consent_that_did_not_come_is_forgotten(house: House) -> None:
    await house.store.write(lambda tx: tx.connection.exec_driver_sql("DELETE FROM consent"))
    await house.say(LI, VISIT)
    await night(house, day(4, 10))
    assert await house.store.read(lambda r: len(r.inbox.held(member(LI)))) == 1
    await night(house, day(4, 20))
    assert await house.store.read(lambda r: r.inbox.held(member(LI))) == []
    assert await column(house, "SELECT payload FROM inbox") == ['{"type":"forgotten"}']


async def test_an_event_that_comes_again_after_its_words_are_gone_is_still_known(house: House) -> None:
    await house.say(LI, VISIT, event_id="same")
    await night(house, day(3, 18) + timedelta(days=1096))
    assert await house.say(LI, VISIT, event_id="same") == []


async def test_timers_that_fired_are_forgotten_with_the_jobs(house: House) -> None:
    await house.store.write(lambda tx: tx.timers.set(Timer("promise", "l_x", "old", house.clock.now())))
    await house.move(timedelta(minutes=1))
    await night(house, day(4, 20))
    assert await column(house, "SELECT key FROM timer WHERE key = 'old'") == []
