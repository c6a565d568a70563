"""The AI bot's long connection, server's side: one live connection, acks, 5 seconds for updates, and the ways in which it goes wrong."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import WSMsgType, web

from tests.platforms.wecom.emulator.botfiles import BotFiles
from tests.platforms.wecom.emulator.cards import check_card, read_card
from tests.platforms.wecom.emulator.corp import Corp
from tests.platforms.wecom.emulator.files import Files
from tests.platforms.wecom.emulator.ledger import Ledger, Shown
from tests.platforms.wecom.emulator.refusals import Rate, Refused, need
from tests.platforms.wecom.emulator.refusals import field as part

ANSWER = timedelta(seconds=5)
STREAM = timedelta(minutes=6)
REPLY = timedelta(hours=24)
STREAM_BYTES, MARKDOWN_BYTES, TEXT_BYTES = 20480, 4096, 2048
FILES = {"file", "image", "voice", "video"}


@dataclass(slots=True)
class Asked:
    """A callback that can be answered: by its req_id, on its connection, for some time."""

    screen: str
    at: datetime
    link: "Link"
    event: str = ""
    task: str = ""
    answered: bool = False


@dataclass(slots=True)
class Stream:
    """A reply that grows: its content is always the whole text so far."""

    shown: Shown
    at: datetime
    finished: bool = False


@dataclass(slots=True, eq=False)
class Link:
    """One connection. ``dead`` is half-open: nothing is taken and nothing is said, and it does not close."""

    socket: web.WebSocketResponse
    request: web.Request
    heard_at: datetime
    subscribed: bool = False
    dead: bool = False


@dataclass(slots=True)
class Spoilt:
    """What happens to the acks of one command: ``lost``, ``late`` (kept until they are let go), ``undone`` (not done and no ack),
    ``close`` (done, and the connection ends)."""

    how: str
    times: int | None = 1


@dataclass
class BotServer:
    """``/ws``. ``links`` are all connections that are open, ``frames`` what came in, ``refused`` what was refused and why."""

    corp: Corp
    ledger: Ledger
    files: Files
    links: list[Link] = field(default_factory=list)
    frames: list[Mapping[str, Any]] = field(default_factory=list)
    refused: list[tuple[str, int]] = field(default_factory=list)
    subscriptions: int = 0
    spoilt: dict[str, Spoilt] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    # A connection that was taken over is told so and closed; some stay half alive instead.
    kicked_stay_open: bool = False

    def __post_init__(self) -> None:
        self.uploads = BotFiles(self.corp, self.files)
        self.spoken: dict[str, bool] = {}
        self.tasks: dict[str, Shown] = {}
        self._streams: dict[str, Stream] = {}
        self._minute, self._hour, self._subscribing = Rate(30, 60), Rate(1000, 3600), Rate(20, 60)
        self._late: list[tuple[Link, dict[str, Any]]] = []

    @property
    def live(self) -> Link | None:
        """The connection that gets the callbacks."""
        return next((link for link in reversed(self.links) if link.subscribed), None)

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """GET /ws."""
        socket = web.WebSocketResponse(max_msg_size=2**20, autoping=True)
        await socket.prepare(request)
        link = Link(socket, request, self.corp.now())
        self.links.append(link)
        try:
            async for message in socket:
                if link.dead:
                    continue
                if message.type is WSMsgType.TEXT:
                    await self._take(link, message.data)
                else:
                    await socket.close(code=1003)
        finally:
            self.links.remove(link)
        return socket

    async def push(self, frame: Mapping[str, Any], *, pieces: int = 1) -> None:
        """A frame to the bot, in one piece or in several fragments; nobody gets it where nobody listens."""
        link = self.live
        if link is None or link.dead:
            return
        if pieces == 1:
            await link.socket.send_str(json.dumps(frame, ensure_ascii=False))
        else:
            _in_fragments(link, json.dumps(frame, ensure_ascii=False).encode(), pieces)

    async def push_raw(self, text: str) -> None:
        """Something that is no frame."""
        if self.live:
            await self.live.socket.send_str(text)

    def ask(self, screen: str, event: str = "", task: str = "") -> str:
        """The req_id of a callback that is about to be pushed."""
        req_id = secrets.token_hex(16)
        if self.live:
            self.asked[req_id] = Asked(screen, self.corp.now(), self.live, event, task)
        return req_id

    async def kick(self) -> None:
        """Another instance subscribes elsewhere with the same bot."""
        for link in [one for one in self.links if one.subscribed]:
            await self._kick(link)

    async def close(self, code: int = 1000) -> None:
        """Close every connection; 1006 is an end without a word."""
        for link in list(self.links):
            if code == 1006:
                if link.request.transport is not None:
                    link.request.transport.abort()
            else:
                await link.socket.close(code=code)

    async def close_silent(self) -> None:
        """Close connections that sent nothing for more than a minute, as the server does."""
        for link in list(self.links):
            if self.corp.now() - link.heard_at > timedelta(seconds=60):
                await link.socket.close(code=1000)

    def half_dead(self) -> None:
        """From now on the open connections swallow everything."""
        for link in self.links:
            link.dead = True

    async def let_late_acks_go(self) -> int:
        """Send the acks that were kept back; how many."""
        late, self._late = self._late, []
        for link, ack in late:
            if not link.socket.closed:
                await link.socket.send_str(json.dumps(ack))
        return len(late)

    async def _take(self, link: Link, text: str) -> None:
        link.heard_at = self.corp.now()
        try:
            frame = json.loads(text)
            command, req_id = str(frame["cmd"]), str(frame["headers"]["req_id"])
        except (ValueError, KeyError, TypeError):
            await link.socket.close(code=1008)
            return
        self.frames.append(frame)
        spoilt = self._spoilt(command)
        if spoilt == "undone":
            return
        ack: dict[str, Any] = {"headers": {"req_id": req_id}, "errcode": 0, "errmsg": "ok"}
        try:
            body = await self._done(link, command, req_id, frame.get("body") or {})
            ack |= {"body": body} if body else {}
        except Refused as no:
            self.refused.append((command, no.code))
            ack |= {"errcode": no.code, "errmsg": no.words}
        if spoilt == "close":
            await link.socket.close(code=1011)
        elif spoilt == "late":
            self._late.append((link, ack))
        elif spoilt != "lost" and not link.socket.closed:
            await link.socket.send_str(json.dumps(ack))

    def _spoilt(self, command: str) -> str:
        found = self.spoilt.get(command)
        if found is None:
            return ""
        if found.times is not None:
            found.times -= 1
            if found.times == 0:
                del self.spoilt[command]
        return found.how

    async def _done(self, link: Link, command: str, req_id: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        if command == "aibot_subscribe":
            await self._subscribe(link, body)
        if command in ("aibot_subscribe", "ping"):
            return None
        need(link.subscribed, 846609, "not subscribed")
        if command.startswith("aibot_upload_media_"):
            return self.uploads.take(command.removeprefix("aibot_upload_media_"), body)
        if command == "aibot_respond_msg":
            self._respond(self._answering(link, req_id, REPLY), body)
        elif command == "aibot_respond_welcome_msg":
            self._welcome(self._answering(link, req_id, ANSWER, "enter_chat"), body)
        elif command == "aibot_respond_update_msg":
            self._update(self._answering(link, req_id, ANSWER, "template_card_event"), body)
        else:
            need(command == "aibot_send_msg", 40058, "unknown cmd")
            self._send(body)
        return None

    async def _subscribe(self, link: Link, body: Mapping[str, Any]) -> None:
        self.subscriptions += 1
        # No code is documented for these two.
        need(self._subscribing.take("", self.corp.now()), 45009, "subscribed too often")
        need((body.get("bot_id"), body.get("secret")) == (self.corp.bot_id, self.corp.bot_secret), 40001, "invalid bot_id or secret")
        need(not link.subscribed, 45009, "subscribed already")
        for other in [one for one in self.links if one.subscribed]:
            await self._kick(other)
        link.subscribed = True

    async def _kick(self, link: Link) -> None:
        link.subscribed = False
        told = {"msgid": secrets.token_hex(8), "msgtype": "event", "event": {"eventtype": "disconnected_event"}}
        frame = {"cmd": "aibot_event_callback", "headers": {"req_id": secrets.token_hex(8)}, "body": told}
        if not link.dead:
            await link.socket.send_str(json.dumps(frame))
        if not self.kicked_stay_open:
            await link.socket.close(code=1000)

    def _answering(self, link: Link, req_id: str, within: timedelta, event: str = "") -> Asked:
        asked = self.asked.get(req_id)
        # Whether a req_id outlives its connection is not written anywhere: here it does not.
        if asked is None or asked.link is not link or asked.event != event or self.corp.now() >= asked.at + within:
            raise Refused(846605, "invalid req_id")
        return asked

    def _respond(self, asked: Asked, body: Mapping[str, Any]) -> None:
        kind = str(body.get("msgtype"))
        need(kind in {"stream", "template_card", "markdown", *FILES}, 40008, "invalid message type")
        content = part(body, kind, dict)
        if kind == "stream":
            self._stream(asked, content)
            return
        self._show(asked.screen, kind, content)

    def _stream(self, asked: Asked, content: Mapping[str, Any]) -> None:
        words, name = str(content.get("content", "")), f"{asked.screen} {part(content, 'id', str)}"
        need(len(words.encode()) <= STREAM_BYTES, 40058, "stream.content too long")
        need("msg_item" not in content, 40058, "stream.msg_item unsupported")
        stream = self._streams.get(name)
        if stream is None:
            need(words, 44004, "empty content")
            need(not asked.answered, 6000, "conflicting command")
            asked.answered = True
            shown = Shown(f"bot:{asked.screen}", self.corp.now(), "stream", content, words)
            self._streams[name] = stream = Stream(shown, self.corp.now())
            if self._within(asked.screen):
                self.ledger.show(shown)
        need(not stream.finished and self.corp.now() < stream.at + STREAM, 846608, "stream message update expired")
        if stream.shown.text != words:
            stream.shown.become(content, words)
        stream.finished = bool(content.get("finish"))

    def _welcome(self, asked: Asked, body: Mapping[str, Any]) -> None:
        kind = str(body.get("msgtype"))
        need(kind in ("text", "template_card"), 40008, "invalid message type")
        need(not asked.answered, 6000, "conflicting command")
        asked.answered = True
        self._show(asked.screen, kind, part(body, kind, dict))

    def _update(self, asked: Asked, body: Mapping[str, Any]) -> None:
        need(body.get("response_type") == "update_template_card", 40058, "response_type invalid")
        card = check_card(body.get("template_card"))
        need(card.get("task_id") == asked.task, 42014, "task_id mismatch")
        need(not asked.answered, 6000, "conflicting command")
        asked.answered = True
        self.tasks[asked.task].become(card, read_card(card))

    def _send(self, body: Mapping[str, Any]) -> None:
        chat, kind = part(body, "chatid", str), str(body.get("msgtype"))
        group = self.spoken.get(chat.casefold())
        # No code is documented for a chat that never spoke.
        need(group is not None and body.get("chat_type", 0) in (0, 2 if group else 1), 40003, "chat has not talked to the bot")
        need(kind in {"markdown", "template_card", *FILES}, 40008, "invalid message type")
        self._show(chat.casefold(), kind, part(body, kind, dict))

    def _show(self, screen: str, kind: str, content: Mapping[str, Any]) -> None:
        task = ""
        if kind == "template_card":
            check_card(content)
            text, task = read_card(content), str(content.get("task_id", ""))
            need(not task or task not in self.tasks, 42014, "task_id repeated")
        elif kind in FILES:
            text = f"<{kind} {self.files.known(content.get('media_id'), kind).name}>"
        else:
            text = part(content, "content", str)
            need(text, 44004, "empty content")
            need(len(text.encode()) <= (TEXT_BYTES if kind == "text" else MARKDOWN_BYTES), 40058, f"{kind}.content too long")
        shown = Shown(f"bot:{screen}", self.corp.now(), kind, content, text, task=task)
        if task:
            self.tasks[task] = shown
        # What becomes of the excess is not written; silence is the harsher reading.
        (self.ledger.shown if self._within(screen) else self.ledger.dropped).append(shown)

    def _within(self, screen: str) -> bool:
        return all([self._minute.take(screen, self.corp.now()), self._hour.take(screen, self.corp.now())])


def _in_fragments(link: Link, data: bytes, pieces: int) -> None:
    size = -(-len(data) // pieces)
    chunks = [data[at : at + size] for at in range(0, len(data), size)]
    assert link.request.transport is not None
    for number, chunk in enumerate(chunks):
        first = (0x80 if number == len(chunks) - 1 else 0) | (0x01 if number == 0 else 0x00)
        length = bytes([len(chunk)]) if len(chunk) < 126 else b"\x7e" + len(chunk).to_bytes(2, "big")
        link.request.transport.write(bytes([first]) + length + chunk)
