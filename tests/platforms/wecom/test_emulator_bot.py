"""The emulator's AI bot: subscribing, answering within its times, and the ways in which the connection goes wrong."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType

from bot.domain.clock import FakeClock
from tests.platforms.wecom.emulator import Emulator
from tests.platforms.wecom.emulator.aibot import Spoilt
from tests.platforms.wecom.emulator.crypto import cbc, unpad

CARD = {
    "card_type": "button_interaction",
    "main_title": {"title": "报价"},
    "button_list": [{"text": "同意", "style": 1, "key": "yes"}],
    "task_id": "t1",
}


@dataclass(slots=True)
class Bot:
    """A bot by hand: sends a frame, waits for its ack, keeps what else arrives."""

    socket: ClientWebSocketResponse
    wecom: Emulator
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def ask(self, command: str, body: object = None, req_id: str = "r1") -> int:
        """The errcode of the ack."""
        await self.socket.send_json({"cmd": command, "headers": {"req_id": req_id}, "body": body})
        code: int = (await self.ack())["errcode"]
        return code

    async def ack(self) -> dict[str, Any]:
        while "cmd" in (frame := await self.socket.receive_json(timeout=5)):
            self.heard.append(frame)
        answer: dict[str, Any] = frame
        return answer

    async def next(self) -> dict[str, Any]:
        frame: dict[str, Any] = self.heard.pop(0) if self.heard else await self.socket.receive_json(timeout=5)
        return frame

    async def subscribe(self, **changed: str) -> int:
        return await self.ask("aibot_subscribe", {"bot_id": self.wecom.corp.bot_id, "secret": self.wecom.corp.bot_secret} | changed)

    async def send(self, kind: str = "markdown", content: object = None, chat: str = "lisi", chat_type: int = 1) -> int:
        body = {"chatid": chat, "chat_type": chat_type, "msgtype": kind, kind: content or {"content": "好"}}
        return await self.ask("aibot_send_msg", body)

    async def stream(self, req_id: str, words: str, *, finish: bool = False, name: str = "s1") -> int:
        return await self.ask(
            "aibot_respond_msg", {"msgtype": "stream", "stream": {"id": name, "finish": finish, "content": words}}, req_id
        )


async def connected(wecom: Emulator) -> Bot:
    return Bot(await wecom.http.ws_connect(f"{wecom.address}/ws"), wecom)


@pytest.fixture
async def bot(wecom: Emulator) -> AsyncIterator[Bot]:
    made = await connected(wecom)
    assert await made.subscribe() == 0
    yield made
    await made.socket.close()


async def test_nothing_is_taken_before_the_subscription(wecom: Emulator) -> None:
    bot = await connected(wecom)
    assert await bot.send() == 846609
    assert await bot.subscribe(secret="x") == 40001
    assert await bot.subscribe() == 0
    assert await bot.ask("ping") == 0
    await bot.socket.close()


async def test_the_newest_subscriber_kicks_the_one_before(wecom: Emulator, bot: Bot) -> None:
    other = await connected(wecom)
    assert await other.subscribe() == 0
    assert (await bot.next())["body"]["event"]["eventtype"] == "disconnected_event"
    assert (await bot.socket.receive(timeout=5)).type is WSMsgType.CLOSE
    await other.socket.close()


async def test_who_is_kicked_may_stay_half_alive(wecom: Emulator, bot: Bot) -> None:
    wecom.bot.kicked_stay_open = True
    other = await connected(wecom)
    await other.subscribe()
    await bot.next()
    assert await bot.ask("ping") == 0
    assert await bot.send() == 846609
    await other.socket.close()


async def test_a_stream_holds_the_whole_text_so_far_for_six_minutes(wecom: Emulator, bot: Bot, clock: FakeClock) -> None:
    asked = (await wecom.bot_phone("lisi").say("断点"))["headers"]["req_id"]
    assert await bot.stream(asked, "查") == 0
    assert await bot.stream(asked, "查到三条") == 0
    assert [m.text for m in wecom.bot_phone("lisi").screen] == ["查到三条"]
    clock.advance(timedelta(minutes=6))
    assert await bot.stream(asked, "查到三条，完") == 846608


async def test_a_finished_stream_is_over(wecom: Emulator, bot: Bot) -> None:
    asked = (await wecom.bot_phone("lisi").say("断点"))["headers"]["req_id"]
    assert await bot.stream(asked, "好", finish=True) == 0
    assert await bot.stream(asked, "好", finish=True) == 846608
    assert await bot.stream(asked, "又", finish=True, name="s2") == 6000
    assert len(wecom.bot_phone("lisi").screen) == 1


async def test_answers_need_a_request_of_this_connection_and_of_their_kind(wecom: Emulator, bot: Bot, clock: FakeClock) -> None:
    entered = (await wecom.bot_phone("lisi").enter())["headers"]["req_id"]
    assert await bot.stream("made-up", "好") == 846605
    assert await bot.stream(entered, "好") == 846605
    clock.advance(timedelta(seconds=5))
    assert await bot.ask("aibot_respond_welcome_msg", {"msgtype": "text", "text": {"content": "你好"}}, entered) == 846605


async def test_a_welcome_within_five_seconds_is_shown_once(wecom: Emulator, bot: Bot) -> None:
    entered = (await wecom.bot_phone("lisi").enter())["headers"]["req_id"]
    hello = {"msgtype": "text", "text": {"content": "你好"}}
    assert await bot.ask("aibot_respond_welcome_msg", hello, entered) == 0
    assert await bot.ask("aibot_respond_welcome_msg", hello, entered) == 6000
    assert [m.text for m in wecom.bot_phone("lisi").screen] == ["你好"]


async def test_only_chats_that_spoke_can_be_written_to(wecom: Emulator, bot: Bot) -> None:
    assert await bot.send() == 40003
    await wecom.bot_phone("lisi").say("你好")
    assert await bot.send() == 0
    assert await bot.send(chat_type=2) == 40003
    await wecom.bot_phone("lisi", "wr_east").say("断点")
    assert await bot.send(chat="wr_east", chat_type=2) == 0


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"content": "x"}, 40008),
        ("markdown", {"content": ""}, 44004),
        ("markdown", {"content": "跟" * 1366}, 40058),
        ("template_card", CARD | {"button_list": []}, 40058),
        ("file", {"media_id": "x"}, 40007),
    ],
)
async def test_what_the_bot_may_not_push(wecom: Emulator, bot: Bot, kind: str, content: object, code: int) -> None:
    await wecom.bot_phone("lisi").say("你好")
    assert await bot.send(kind, content) == code


async def test_thirty_a_minute_are_shown_in_a_chat(wecom: Emulator, bot: Bot) -> None:
    await wecom.bot_phone("lisi").say("你好")
    assert [await bot.send() for _ in range(31)] == [0] * 31
    assert len(wecom.bot_phone("lisi").screen) == 30


async def test_a_card_changes_within_five_seconds_of_a_tap(wecom: Emulator, bot: Bot, clock: FakeClock) -> None:
    phone = wecom.bot_phone("lisi", "wr_east")
    await phone.say("报价")
    assert await bot.send("template_card", CARD, "wr_east", 2) == 0
    assert await bot.send("template_card", CARD, "wr_east", 2) == 42014
    done = CARD | {"replace_text": "已同意"}
    body = {"response_type": "update_template_card", "template_card": done}
    first = (await phone.tap(phone.card(), "同意"))["headers"]["req_id"]
    assert await bot.ask("aibot_respond_update_msg", body | {"template_card": done | {"task_id": "t2"}}, first) == 42014
    assert await bot.ask("aibot_respond_update_msg", body, first) == 0
    assert phone.card().text == "报价\n(已同意)"
    late = (await phone.tap_key("t1", "yes"))["headers"]["req_id"]
    clock.advance(timedelta(seconds=5))
    assert await bot.ask("aibot_respond_update_msg", body, late) == 846605


async def test_acks_are_lost_late_or_never_earned(wecom: Emulator, bot: Bot) -> None:
    await wecom.bot_phone("lisi").say("你好")
    for how, shown in (("lost", 1), ("late", 2), ("undone", 2)):
        wecom.bot.spoilt["aibot_send_msg"] = Spoilt(how)
        await bot.socket.send_json(
            {
                "cmd": "aibot_send_msg",
                "headers": {"req_id": how},
                "body": {"chatid": "lisi", "msgtype": "markdown", "markdown": {"content": how}},
            }
        )
        assert await bot.ask("ping", req_id=f"after {how}") == 0
        assert len(wecom.bot_phone("lisi").screen) == shown
    assert await wecom.bot.let_late_acks_go() == 1
    assert (await bot.ack())["headers"]["req_id"] == "late"


async def test_a_half_dead_connection_says_nothing_and_stays_open(wecom: Emulator, bot: Bot) -> None:
    wecom.bot.half_dead()
    await bot.socket.send_json({"cmd": "ping", "headers": {"req_id": "p"}})
    with pytest.raises(TimeoutError):
        await bot.socket.receive(timeout=0.05)
    assert not bot.socket.closed


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1011])
async def test_connections_end_in_every_way(wecom: Emulator, bot: Bot, code: int) -> None:
    await wecom.bot.close(code)
    assert (await bot.socket.receive(timeout=5)).type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.ERROR)


async def test_who_keeps_silent_is_closed(wecom: Emulator, bot: Bot, clock: FakeClock) -> None:
    clock.advance(timedelta(seconds=61))
    await wecom.bot.close_silent()
    assert (await bot.socket.receive(timeout=5)).type is WSMsgType.CLOSE


async def test_a_frame_in_fragments_is_one_frame(wecom: Emulator, bot: Bot) -> None:
    await wecom.bot_phone("lisi").say("拜访了恒力机械" * 40, pieces=5)
    assert (await bot.next())["body"]["text"]["content"] == "拜访了恒力机械" * 40


async def test_a_file_of_the_bot_is_encrypted_and_lives_five_minutes(wecom: Emulator, bot: Bot, clock: FakeClock) -> None:
    sent = (await wecom.bot_phone("lisi").file(b"a table", "报价.xlsx"))["body"]["file"]
    async with wecom.http.get(sent["url"]) as answer:
        assert "filename*=UTF-8''%E6%8A%A5%E4%BB%B7.xlsx" in answer.headers["Content-Disposition"]
        assert unpad(cbc(base64.b64decode(sent["aeskey"] + "="), await answer.read(), decrypt=True)) == b"a table"
    clock.advance(timedelta(minutes=5))
    async with wecom.http.get(sent["url"]) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("base", [0, 1])
async def test_an_upload_in_chunks_can_be_sent(wecom: Emulator, bot: Bot, base: int) -> None:
    await wecom.bot_phone("lisi").say("你好")
    data = bytes(range(256)) * 4096
    asked = {"type": "file", "filename": "a.bin", "total_size": len(data), "total_chunks": 2, "md5": hashlib.md5(data).hexdigest()}
    await bot.socket.send_json({"cmd": "aibot_upload_media_init", "headers": {"req_id": "u"}, "body": asked})
    upload = (await bot.ack())["body"]["upload_id"]
    for number in (1, 0):
        half = base64.b64encode(data[number * 2**19 : (number + 1) * 2**19]).decode()
        body = {"upload_id": upload, "chunk_index": number + base, "base64_data": half}
        assert await bot.ask("aibot_upload_media_chunk", body) == 0
    await bot.socket.send_json({"cmd": "aibot_upload_media_finish", "headers": {"req_id": "f"}, "body": {"upload_id": upload}})
    assert await bot.send("file", {"media_id": (await bot.ack())["body"]["media_id"]}) == 0


async def test_an_upload_that_lacks_a_chunk_or_is_another_file_is_refused(wecom: Emulator, bot: Bot) -> None:
    asked = {"type": "file", "filename": "a.bin", "total_size": 6, "total_chunks": 1, "md5": "0"}
    await bot.socket.send_json({"cmd": "aibot_upload_media_init", "headers": {"req_id": "u"}, "body": asked})
    upload = {"upload_id": (await bot.ack())["body"]["upload_id"]}
    assert await bot.ask("aibot_upload_media_finish", upload) == 40058
    await bot.ask("aibot_upload_media_chunk", upload | {"chunk_index": 0, "base64_data": base64.b64encode(b"abcdef").decode()})
    assert await bot.ask("aibot_upload_media_finish", upload) == 40058


async def test_what_is_no_frame_ends_the_connection(wecom: Emulator, bot: Bot) -> None:
    await bot.socket.send_str(json.dumps(["not", "a", "frame"]))
    assert (await bot.socket.receive(timeout=5)).type is WSMsgType.CLOSE
