"""The AI bot on the emulator: connecting and staying so, what comes in, what goes out and how often it is seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count

import pytest
from pydantic import SecretStr

from bot.chat.incoming import Alarm, CardTap, Document, Event, Opened, Photo, Text
from bot.chat.outgoing import Button, Card, Outgoing, Reply
from bot.domain.clock import FakeClock
from bot.domain.errors import PlatformError, StorageError
from bot.platforms.outbound import Outbound
from bot.platforms.wecom.aibot import AiBot
from bot.platforms.wecom.api import Api
from bot.platforms.wecom.botpeople import BotPeople
from bot.platforms.wecom.connection import Connection, Habits
from bot.platforms.wecom.lease import Lease
from bot.platforms.wecom.ledger import Ledger
from config.platforms import Wecom
from storage.store import Store
from tests.platforms.wecom.company import settings_for
from tests.platforms.wecom.emulator import Emulator
from tests.platforms.wecom.emulator.aibot import Spoilt
from tests.platforms.wecom.waits import Waits
from tests.waiting import until

ACK = 0.15
CARD = Card(key="quote:42", title="报价 Q42 待您审批", buttons=(Button(label="同意", action="quote.yes"),))
DONE = Card(key="quote:42", title="报价 Q42 已同意")


@dataclass
class Rig:
    """A bot on the emulator, and somebody who keeps its events as the inbox would."""

    wecom: Emulator
    store: Store
    clock: FakeClock
    settings: Wecom
    waits: Waits = field(default_factory=Waits)
    events: list[Event] = field(default_factory=list)
    trouble: int = 0
    task: "asyncio.Task[None]" = field(init=False)
    keys: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.store, self.clock)
        self.api = Api(self.settings, self.clock)
        self.bot = self.another()

    def another(self) -> AiBot:
        habits = Habits(self.waits.pause, lambda: 0.5, ACK)
        return AiBot(self.settings, "", self.store, self.clock, self.api, self.ledger, habits)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Rig"]:
        """Connected, and ended at the end."""
        self.task = asyncio.create_task(self.bot.run(self.receive))
        await self.connected()
        yield self
        await self.stop()
        await self.api.close()

    async def stop(self) -> None:
        """End the process politely."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def receive(self, event: Event) -> bool:
        if self.trouble:
            self.trouble -= 1
            raise StorageError("voll")
        if any(known.event_id == event.event_id for known in self.events):
            return False
        self.events.append(event)
        return True

    async def connected(self, times: int = 1) -> None:
        await until(lambda: self.wecom.bot.subscriptions >= times and self.bot.connection.link is not None)

    async def heard(self, number: int) -> list[Event]:
        await until(lambda: len(self.events) >= number)
        return self.events

    async def send(self, chat: str, message: Outgoing, key: str = "") -> str:
        key = key or f"genjin-{next(self.keys)}"
        await self.bot.send(chat, message, key)
        return key


@pytest.fixture
async def rig(wecom: Emulator, store: Store, clock: FakeClock) -> AsyncIterator[Rig]:
    """The bot alone, without a self-built app."""
    corp = wecom.corp
    settings = Wecom(
        bot_id=corp.bot_id,
        bot_secret=SecretStr(corp.bot_secret),
        ws_url=f"{wecom.address}/ws".replace("http", "ws"),
        api_base=wecom.address,
    )
    async with Rig(wecom, store, clock, settings).running() as made:
        yield made


async def test_the_first_frame_subscribes(rig: Rig) -> None:
    assert rig.wecom.bot.frames[0]["cmd"] == "aibot_subscribe"
    assert rig.wecom.bot.refused == []


async def test_what_is_said_arrives_once_however_often_it_is_delivered(rig: Rig) -> None:
    frame = await rig.wecom.bot_phone("lisi").say("今天拜访了恒力机械")
    await rig.wecom.bot.push(frame)
    await rig.wecom.bot_phone("lisi").say("完")
    events = await rig.heard(2)
    assert [e.text for e in events if isinstance(e, Text)] == ["今天拜访了恒力机械", "完"]
    assert (events[0].chat, events[0].sender.id, events[0].group) == ("lisi", "lisi", False)


async def test_the_same_message_on_a_new_connection_is_the_same_event(rig: Rig) -> None:
    frame = await rig.wecom.bot_phone("lisi").say("一")
    await rig.heard(1)
    frame["headers"]["req_id"] = "another"
    await rig.wecom.bot.push(frame)
    await rig.wecom.bot_phone("lisi").say("二")
    await rig.heard(2)
    assert len(rig.events) == 2


async def test_in_a_group_the_name_that_called_is_left_out(rig: Rig) -> None:
    await rig.wecom.bot_phone("WangWei", "wr_east").say("昨日断点")
    (event,) = await rig.heard(1)
    assert isinstance(event, Text)
    assert (event.text, event.chat, event.group, event.sender.id) == ("昨日断点", "bot:wr_east", True, "wangwei")


async def test_the_log_tells_the_id_of_a_new_group_once(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for _ in range(2):
        await rig.wecom.bot_phone("WangWei", "wr_east").say("在")
    await rig.heard(2)
    assert caplog.text.count("chat_id is bot:wr_east") == 1


async def test_every_kind_of_message_has_its_event(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.voice("下周三去恒力")
    await phone.photo(b"\xff\xd8\xff picture")
    await phone.file(b"table", "报价.xlsx")
    await phone.mixed("门头", b"\xff\xd8\xff picture")
    await phone.enter()
    events = await rig.heard(6)
    assert [type(e) for e in events] == [Text, Photo, Document, Text, Photo, Opened]
    assert len({e.event_id for e in events}) == 6


async def test_a_file_is_opened_with_its_own_key(rig: Rig) -> None:
    data = bytes(range(256)) * 700
    for size in (0, 1, 31, 32, 33, len(data)):
        await rig.wecom.bot_phone("lisi").file(data[:size], "a.bin")
    for size, event in zip((0, 1, 31, 32, 33, len(data)), await rig.heard(6), strict=True):
        assert isinstance(event, Document)
        assert b"".join([chunk async for chunk in rig.bot.download(event.media.ref)]) == data[:size]


async def test_a_file_that_ended_or_was_cut_or_has_another_key_is_refused(rig: Rig) -> None:
    frame = await rig.wecom.bot_phone("lisi").file(b"x" * 100, "a.bin")
    (event,) = await rig.heard(1)
    assert isinstance(event, Document)
    key, url = event.media.ref.removeprefix("bot:").split(":", 1)
    for ref in (f"bot:{'A' * 43}:{url}", f"bot:x:{url}", f"bot:{key}:http://10.0.0.1/secret", f"bot:{key}:file:///etc/passwd"):
        with pytest.raises(PlatformError) as refused:
            [chunk async for chunk in rig.bot.download(ref)]
        assert refused.value.final, ref
    rig.wecom.bot.uploads.spoil(frame["body"]["file"]["url"])
    with pytest.raises(PlatformError, match="ends in the middle"):
        [chunk async for chunk in rig.bot.download(event.media.ref)]
    rig.clock.advance(timedelta(minutes=5))
    with pytest.raises(PlatformError, match="status 403"):
        [chunk async for chunk in rig.bot.download(event.media.ref)]


async def test_an_upload_goes_in_chunks(rig: Rig) -> None:
    media_id = await rig.bot.upload("file", "报价.pdf", bytes(1_200_000))
    assert rig.wecom.files.known(media_id, "file").data == bytes(1_200_000)
    assert len([f for f in rig.wecom.bot.frames if f["cmd"] == "aibot_upload_media_chunk"]) == 3
    with pytest.raises(PlatformError):
        await rig.bot.upload("file", "leer", b"")


async def test_words_answer_the_question_and_then_are_pushed(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.say("断点")
    await rig.heard(1)
    await rig.send("lisi", Reply(text="三条"))
    await rig.send("lisi", Reply(text="还有<一条>"))
    assert [(m.kind, m.text) for m in phone.screen] == [("stream", "三条"), ("markdown", "还有＜一条>")]


async def test_who_enters_is_welcomed_before_having_said_a_word(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.enter()
    await rig.heard(1)
    await rig.send("lisi", Reply(text="你好"))
    assert [m.text for m in phone.screen] == ["你好"]


async def test_nobody_who_never_spoke_is_written_to(rig: Rig) -> None:
    with pytest.raises(PlatformError, match="还没有和机器人说过话") as refused:
        await rig.send("zhaomin", Reply(text="早"))
    assert refused.value.final


async def test_chats_are_known_after_a_restart(rig: Rig) -> None:
    await rig.wecom.bot_phone("WangWei", "wr_east").say("在")
    await rig.heard(1)
    later = rig.another()
    known = await later.connection.chats.known("bot:wr_east")
    assert known is not None
    assert (known.wire, known.group, known.spoke) == ("wr_east", True, True)


async def test_a_tapped_card_changes_in_its_place(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("WangWei", "wr_east")
    await phone.say("报价")
    await rig.heard(1)
    ref = await rig.send("bot:wr_east", CARD)
    await phone.tap(phone.card(), "同意")
    tap = (await rig.heard(2))[1]
    assert isinstance(tap, CardTap)
    assert (tap.card, tap.action, tap.sender.id) == ("quote:42", "quote.yes", "wangwei")
    await rig.bot.update("bot:wr_east", ref, DONE)
    assert "报价 Q42 已同意" in phone.card().text
    assert len(phone.screen) == 1


async def test_after_five_seconds_a_new_message_tells_how_things_stand_and_only_once(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.say("报价")
    await rig.heard(1)
    ref = await rig.send("lisi", CARD)
    await phone.tap(phone.card(), "同意")
    await rig.heard(2)
    rig.clock.advance(timedelta(seconds=5))
    await rig.bot.update("lisi", ref, DONE)
    await rig.bot.update("lisi", ref, DONE)
    assert [m.text.splitlines()[0] for m in phone.screen] == ["跟进", "**报价 Q42 已同意**"]


async def test_a_card_that_changes_to_and_fro_shows_every_change(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.say("报价")
    await rig.heard(1)
    ref = await rig.send("lisi", CARD)
    for state in (DONE, DONE, CARD, DONE):
        await rig.bot.update("lisi", ref, state)
    assert ["已同意" in m.text for m in phone.screen] == [False, True, False, True]


async def test_a_change_in_place_counts_between_two_that_came_late(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.say("报价")
    await rig.heard(1)
    ref = await rig.send("lisi", CARD)
    await rig.bot.update("lisi", ref, DONE)
    await phone.tap(phone.screen[0], "同意")
    await rig.heard(2)
    await rig.bot.update("lisi", ref, CARD)
    await rig.bot.update("lisi", ref, DONE)
    assert ["已同意" in m.text for m in phone.screen] == [False, True, True]


async def test_a_tap_on_nothing_we_sent_has_no_action(rig: Rig) -> None:
    await rig.wecom.bot_phone("lisi").tap_key("made-up", "yes")
    (tap,) = await rig.heard(1)
    assert isinstance(tap, CardTap)
    assert tap.action == ""


@pytest.mark.parametrize("how", ["lost", "late"])
async def test_a_message_whose_ack_does_not_come_is_seen_once(rig: Rig, how: str) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.say("在")
    await rig.heard(1)
    rig.wecom.bot.spoilt["aibot_send_msg"] = Spoilt(how)
    await rig.send("lisi", CARD)
    await rig.wecom.bot.let_late_acks_go()
    assert len(phone.screen) == 1
    assert rig.bot.connection.link is not None


async def test_only_words_on_a_connection_that_breaks_before_their_ack_are_seen_twice(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.say("在")
    await rig.heard(1)
    rig.wecom.bot.spoilt["aibot_respond_msg"] = Spoilt("late")
    rig.wecom.bot.spoilt["ping"] = Spoilt("undone")
    with pytest.raises(PlatformError):
        await rig.send("lisi", Reply(text="好"), "genjin-1")
    await until(lambda: bool(rig.waits.over(lambda s: s < 5)))
    await rig.connected(2)
    await phone.say("还在吗")
    await rig.heard(2)
    await rig.send("lisi", Reply(text="好"), "genjin-1")
    assert rig.wecom.ledger.doubles("bot:lisi") == {"好": 2}


async def test_a_card_that_is_tried_again_after_a_break_is_seen_once(rig: Rig) -> None:
    phone = rig.wecom.bot_phone("lisi")
    await phone.say("在")
    await rig.heard(1)
    rig.wecom.bot.spoilt["aibot_send_msg"] = Spoilt("close")
    with pytest.raises(PlatformError) as broken:
        await rig.send("lisi", CARD, "genjin-1")
    assert not broken.value.final
    await until(lambda: bool(rig.waits.over(lambda s: s < 5)))
    await rig.connected(2)
    await rig.send("lisi", CARD, "genjin-1")
    assert len(phone.screen) == 1


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011])
async def test_every_end_of_a_connection_is_followed_by_another(rig: Rig, code: int) -> None:
    await rig.wecom.bot.close(code)
    await until(lambda: bool(rig.waits.over(lambda s: s < 5)))
    await rig.connected(2)
    await rig.wecom.bot_phone("lisi").say("在")
    await rig.heard(1)


async def test_the_tries_grow_apart_and_never_beyond_five_minutes(rig: Rig) -> None:
    rig.wecom.corp.bot_secret = "changed"
    await rig.wecom.bot.close()
    seen: list[float] = []
    for _ in range(12):
        await until(lambda: any(s != 10.0 for s in rig.waits.lasting()))
        seen += rig.waits.over(lambda s: s != 10.0)
        rig.clock.advance(timedelta(minutes=1))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (1.5, 225.0)


async def test_a_link_that_only_looks_alive_is_given_up(rig: Rig) -> None:
    rig.wecom.bot.half_dead()
    for _ in range(3):
        await until(lambda: 10.0 in rig.waits.lasting())
        rig.waits.over(lambda s: s == 10.0)
        await asyncio.sleep(0)
    await until(lambda: bool(rig.waits.over(lambda s: s < 5)))
    await rig.connected(2)


async def test_a_ping_goes_out_every_thirty_seconds(rig: Rig) -> None:
    for _ in range(6):
        await until(lambda: 10.0 in rig.waits.lasting())
        rig.waits.over(lambda s: s == 10.0)
    await until(lambda: len([f for f in rig.wecom.bot.frames if f["cmd"] == "ping"]) == 2)


@pytest.mark.parametrize("half_open", [False, True])
async def test_who_was_kicked_stays_away_and_tells_the_admin(rig: Rig, half_open: bool) -> None:
    rig.wecom.bot.kicked_stay_open = half_open
    await rig.wecom.bot.kick()
    (alarm,) = await rig.heard(1)
    assert isinstance(alarm, Alarm)
    assert "抢走" in alarm.text
    for _ in range(4):
        await until(lambda: bool(rig.waits.lasting()))
        rig.waits.over()
        rig.clock.advance(timedelta(minutes=3))
    assert rig.wecom.bot.subscriptions == 1
    rig.clock.advance(timedelta(minutes=5))
    await until(lambda: bool(rig.waits.over()) and rig.wecom.bot.subscriptions == 2)


async def test_being_kicked_is_noticed_while_messages_wait_to_be_kept(rig: Rig) -> None:
    rig.trouble = 1
    await rig.wecom.bot_phone("lisi").say("一")
    await until(lambda: 1.0 in rig.waits.lasting())
    await rig.wecom.bot.kick()
    await until(lambda: any(s >= 600 for s in rig.waits.lasting()))
    assert [type(e) for e in rig.events] == [Alarm]
    rig.waits.over(lambda s: s == 1.0)
    await rig.heard(2)
    assert rig.wecom.bot.subscriptions == 1


async def test_what_the_database_cannot_keep_now_is_kept_later_and_in_order(rig: Rig) -> None:
    rig.trouble = 3
    await rig.wecom.bot_phone("lisi").say("一")
    await rig.wecom.bot_phone("lisi").say("二")
    for _ in range(3):
        await until(lambda: 1.0 in rig.waits.lasting())
        rig.waits.over(lambda s: s == 1.0)
    assert [e.text for e in await rig.heard(2) if isinstance(e, Text)] == ["一", "二"]


async def test_strange_frames_harm_nobody(rig: Rig) -> None:
    await rig.wecom.bot.push_raw("{")
    await rig.wecom.bot.push_raw("[]")
    for frame in (
        {"cmd": "aibot_new_thing", "headers": {"req_id": "1"}, "body": {}},
        {"cmd": "aibot_msg_callback", "headers": {"req_id": "2"}},
        {
            "cmd": "aibot_msg_callback",
            "headers": {"req_id": "3"},
            "body": {"msgtype": "hologram", "from": {"userid": "lisi"}, "msgid": "x"},
        },
        {"cmd": "aibot_msg_callback", "headers": {"req_id": "4"}, "body": {"msgtype": "text", "from": "lisi"}},
        {"cmd": "aibot_event_callback", "headers": {"req_id": "5"}, "body": {"msgtype": "event", "event": None, "from": {"userid": "x"}}},
        {"headers": {"req_id": "nobody asked"}, "errcode": 0},
    ):
        await rig.wecom.bot.push(frame)
    await rig.wecom.bot_phone("lisi").say("拜访了恒力" * 100, pieces=7)
    (event,) = await rig.heard(1)
    assert isinstance(event, Text)
    assert event.text == "拜访了恒力" * 100


async def test_of_two_processes_one_holds_the_connection_and_the_other_follows(store: Store, clock: FakeClock) -> None:
    one, two = (Lease(store, clock, name, alone=False) for name in ("a", "b"))
    assert [await one.hold(), await two.hold(), await one.hold()] == [True, False, True]
    clock.advance(timedelta(seconds=31))
    assert [await two.hold(), await one.hold()] == [True, False]
    await two.release()
    assert await one.hold()


async def test_the_second_process_connects_only_when_the_first_has_let_go(rig: Rig) -> None:
    def process(name: str) -> Connection:
        lease = Lease(rig.store, rig.clock, name, alone=False)
        people = BotPeople(rig.store, rig.clock, None)
        http = Outbound("wecom", (), (rig.wecom.address,))
        return Connection(rig.settings, rig.store, rig.clock, http, lease, people, Habits(rig.waits.pause, lambda: 0.5, ACK))

    second = process("second")
    standing_by = asyncio.create_task(second.run(rig.receive))
    await until(lambda: second.state == "ok")
    assert (second.link, rig.wecom.bot.subscriptions) == (None, 1)
    await rig.stop()
    await until(lambda: bool(rig.waits.over(lambda s: s == 10.0)) and second.link is not None)
    assert rig.wecom.bot.subscriptions == 2
    standing_by.cancel()
    await asyncio.gather(standing_by, return_exceptions=True)
    await second._http.close()


async def test_a_process_that_is_alone_takes_over_from_the_dead(store: Store, clock: FakeClock) -> None:
    assert await Lease(store, clock, "killed", alone=False).hold()
    assert await Lease(store, clock, "restarted", alone=True).hold()


async def test_an_encrypted_id_is_opened_by_the_app(wecom: Emulator, store: Store, clock: FakeClock) -> None:
    corp = wecom.corp
    bot = {"bot_id": corp.bot_id, "bot_secret": SecretStr(corp.bot_secret), "ws_url": f"{wecom.address}/ws".replace("http", "ws")}
    phone = wecom.bot_phone("WangWei", hidden=True)
    async with Rig(wecom, store, clock, settings_for(wecom).model_copy(update=bot)).running() as rig:
        await phone.say("在")
        (event,) = await rig.heard(1)
        await rig.send(event.chat, Reply(text="好"))
    assert event.sender.id == "wangwei"
    assert [m.text for m in phone.screen] == ["好"]


async def test_the_secret_is_in_no_log_and_no_error(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    secret = rig.wecom.corp.bot_secret
    rig.wecom.corp.bot_secret = "changed"
    await rig.wecom.bot_phone("lisi").say("机密的话")
    await rig.wecom.bot.close()
    await until(lambda: bool(rig.waits.over(lambda s: s < 5)))
    await until(lambda: "40001" in caplog.text)
    assert secret not in caplog.text
    assert "机密的话" not in caplog.text
