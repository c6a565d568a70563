"""The AI bot's one connection: kept by one process of several, renewed when it breaks, left alone for a while when it was taken over."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.chat.incoming import Alarm, Opened, Sender
from bot.chat.platform import Receive
from bot.domain.clock import Clock
from bot.domain.errors import PlatformError, StorageError
from bot.platforms.outbound import Outbound
from bot.platforms.wecom.botchats import BotChats
from bot.platforms.wecom.botinbound import KICKED, chat_of, event_type, said
from bot.platforms.wecom.botpeople import BotPeople
from bot.platforms.wecom.inbound import NAME, Tapped
from bot.platforms.wecom.lease import Lease
from bot.platforms.wecom.link import ACK_SECONDS, Link, Pause
from bot.platforms.wecom.taps import tap_of
from config.platforms import Wecom
from prompts import wecom as words
from storage.store import Store

log = logging.getLogger(__name__)

# Renewing the lease, and every third time a ping.
BEAT = 10.0
PING_EVERY = 3
# Back-off between tries, and how long a connection must have lived to count as a good one.
LONGEST, GOOD_LIFE = 300.0, timedelta(minutes=1)
# After somebody else took the bot over: two instances that come back at once would throw each other out for ever.
COOL = timedelta(minutes=10)
WAITING = 2000
# A tap older than this can change nothing any more.
ANSWERABLE = timedelta(seconds=5)
LARGEST_FRAME = 4 * 2**20


@dataclass(frozen=True, slots=True)
class Request:
    """Something that can be answered under its id, on its connection, for some time."""

    req_id: str
    at: datetime
    link: Link
    task: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """How to wait and how to choose; other than these only in tests."""

    pause: Pause = asyncio.sleep
    chance: Callable[[], float] = random.random
    ack_seconds: float = ACK_SECONDS


class Connection:
    """Keeps connected and turns frames into events; what can be answered is noted for :class:`BotSending`."""

    def __init__(
        self, settings: Wecom, store: Store, clock: Clock, http: Outbound, lease: Lease, people: BotPeople, habits: Habits
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._http = http
        self._lease = lease
        self._people = people
        self._habits = habits
        self._pause = habits.pause
        self.chats = BotChats(store, clock, apart=settings.has_app)
        self.link: Link | None = None
        # What can be answered, by chat: messages and entrances; taps by chat and card.
        self.asked: dict[str, Request] = {}
        self.entered: dict[str, Request] = {}
        self.tapped: dict[tuple[str, str], Request] = {}
        self._frames: asyncio.Queue[tuple[Link, Mapping[str, Any]]] = asyncio.Queue(WAITING)
        self._kicked = False
        self._standing_by = False
        self._failures = 0

    @property
    def state(self) -> str:
        """For /readyz: ``ok`` also where another process holds the connection."""
        return "ok" if self.link is not None or self._standing_by else "not connected"

    def connected(self) -> Link:
        """The connection in force. Raises PlatformError."""
        if self.link is None:
            raise PlatformError("wecom bot: not connected", retry_after=2)
        return self.link

    async def run(self, receive: Receive) -> None:
        """Stay connected until cancelled, where this process leads; otherwise stand by."""
        taking = asyncio.create_task(self._take_all(receive))
        try:
            while True:
                await self._pause(await self._once(receive))
        finally:
            taking.cancel()
            with contextlib.suppress(StorageError):
                await self._lease.release()

    async def _once(self, receive: Receive) -> float:
        """Lead for the life of one connection; seconds until the next try."""
        try:
            self._standing_by = not await self._lease.hold()
            if self._standing_by:
                return BEAT
            began = self._clock.now()
            await self._live()
        except (PlatformError, StorageError) as error:
            log.warning("wecom bot: %s", error)
            return self._back_off()
        if self._kicked:
            self._kicked = False
            return await self._rest(receive)
        if self._clock.now() - began >= GOOD_LIFE:
            self._failures = 0
        return self._back_off()

    async def _rest(self, receive: Receive) -> float:
        """Keep away, and keep the other processes away; seconds until the next try."""
        rest = COOL * (1 + self._habits.chance())
        until = self._clock.now() + rest
        log.error("wecom bot: another instance took over; resting until %s", until.isoformat())
        with contextlib.suppress(StorageError):
            await self._lease.rest(until)
            await self._alarm(receive, until)
        return rest.total_seconds()

    def _back_off(self) -> float:
        self._failures += 1
        return float(min(LONGEST, 2.0 ** min(self._failures, 20)) * (0.5 + self._habits.chance() / 2))

    async def _live(self) -> None:
        socket = await self._http.websocket(self._settings.ws_url, largest=LARGEST_FRAME)
        link = Link(socket, lambda frame: self._hear(link, frame), self._habits.ack_seconds)
        listening = asyncio.create_task(link.listen())
        beating = asyncio.create_task(self._beat(link))
        try:
            secret = self._settings.bot_secret.get_secret_value()
            await link.ask("aibot_subscribe", {"bot_id": self._settings.bot_id, "secret": secret})
            log.info("wecom bot: connected")
            self.link = link
            await listening
        finally:
            self.link = None
            beating.cancel()
            listening.cancel()
            await link.close()

    async def _beat(self, link: Link) -> None:
        """Renew the lease and ask whether the other side is still there; either lost, the connection is given up."""
        number = 0
        while True:
            await self._pause(BEAT)
            number += 1
            try:
                leading = await self._lease.hold()
            except StorageError:
                continue
            if not leading:
                await link.close()
                return
            if number % PING_EVERY == 0 and self.link is link and not await link.alive():
                log.warning("wecom bot: the connection only looked alive")
                return

    async def _hear(self, link: Link, frame: Mapping[str, Any]) -> None:
        body = frame.get("body")
        if isinstance(body, dict) and event_type(body) == KICKED:  # at once: what waits to be kept must not hide it
            self._kicked = True
            await link.close()
            return
        await self._frames.put((link, frame))

    async def _take_all(self, receive: Receive) -> None:
        while True:
            link, frame = await self._frames.get()
            try:
                await self._take(link, frame, receive)
            except Exception as error:  # one frame that nobody understands must not make the bot deaf; its words are not for the log
                log.warning("wecom bot: a frame that makes no sense (%s): %.40r", type(error).__name__, str(frame.get("cmd")))

    async def _take(self, link: Link, frame: Mapping[str, Any], receive: Receive) -> None:
        if frame.get("cmd") not in ("aibot_msg_callback", "aibot_event_callback"):
            log.info("wecom bot: a frame of a kind that nobody needs: %.40r", str(frame.get("cmd")))
            return
        body = frame["body"]
        wire, group = chat_of(body)
        request = Request(str(frame["headers"]["req_id"]), self._clock.now(), link)
        await self._until_kept(lambda: self._accept(body, wire, group, request, receive))

    async def _accept(self, body: Mapping[str, Any], wire: str, group: bool, request: Request, receive: Receive) -> None:
        spoke = body.get("msgtype") != "event"
        chat = await self.chats.met(wire, group=group, spoke=spoke)
        user = await self._people.user(str(body["from"]["userid"]))
        for found in said(body, user, chat, request.at):
            if isinstance(found, Tapped):
                task = await self._store.read(lambda r, found=found: r.wecom.task(found.task_id))  # type: ignore[misc]
                event = tap_of(task, found)
                self.tapped = {key: tap for key, tap in self.tapped.items() if request.at - tap.at < ANSWERABLE}
                self.tapped[chat, event.card] = Request(request.req_id, request.at, request.link, found.task_id)
                await receive(event)
                continue
            (self.entered if isinstance(found, Opened) else self.asked)[chat] = request
            await receive(found)

    async def _until_kept(self, accept: Callable[[], Awaitable[None]]) -> None:
        """Nothing is delivered a second time here: what the database cannot keep now waits, and all that follows waits behind it."""
        while True:
            try:
                await accept()
                return
            except StorageError as error:
                log.error("wecom bot: a message cannot be kept: %s", error)
                await self._pause(1.0)

    async def _alarm(self, receive: Receive, until: datetime) -> None:
        now = self._clock.now()
        alarm = Alarm(
            platform=NAME,
            event_id=f"b:kicked:{now.isoformat()}",
            chat="",
            sender=Sender(""),
            received_at=now,
            text=words.taken_over(until),
        )
        await receive(alarm)
