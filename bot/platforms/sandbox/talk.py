"""What happens when a page says something: the event is accepted, then shown; or the clock moves."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.chat.incoming import Event, Text
from bot.chat.outgoing import Outgoing
from bot.chat.outgoing import encode as encode_outgoing
from bot.chat.platform import Receive
from bot.domain.clock import ShiftedClock
from bot.domain.errors import GenjinError, PlatformError
from bot.platforms.sandbox.hub import Frame, Hub
from bot.platforms.sandbox.people import BOT, directory
from bot.platforms.sandbox.receive import ClockMove, Malformed, Said, event_of, parse, shown
from bot.platforms.sandbox.screens import Entry, Screens, frame
from bot.platforms.sandbox.uploads import Uploads
from storage.store import Store

log = logging.getLogger(__name__)

NextMorning = Callable[[datetime], datetime]
OnClock = Callable[[datetime], Awaitable[None]]
# How a group calls the bot.
CALL = "@跟进"
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


class Talk:
    """Both directions of the conversation, the bot's and the people's."""

    def __init__(self, store: Store, clock: ShiftedClock, screens: Screens, uploads: Uploads, hub: Hub) -> None:
        self._store = store
        self._clock = clock
        self._screens = screens
        self._uploads = uploads
        self._hub = hub

    async def hear(self, data: str | bytes, receive: Receive, hands: "ClockHands") -> Frame:
        """Do what a frame asks; the answer goes to the page that sent it."""
        frame_id = ""
        try:
            wire = parse(data)
            frame_id = wire.id
            await (hands.move(wire.move) if isinstance(wire, ClockMove) else self._accept(wire, receive))
        except Malformed as error:
            return {"kind": "refused", "id": error.id, "text": str(error)}
        except GenjinError as error:
            return {"kind": "refused", "id": frame_id, "text": str(error)}
        except Exception:
            log.exception("sandbox: a message could not be accepted")
            return {"kind": "refused", "id": frame_id, "text": "出了意外，没有送到；请重发，还不行请看终端里的日志"}
        return {"kind": "delivered", "id": frame_id}

    async def say(self, chat: str, message: Outgoing, key: str) -> str:
        """Show a message of the bot once, whatever happens; returns its reference."""
        entry = self._entry(chat, f"b:{key}", "", BOT, json.loads(encode_outgoing(message)))
        try:
            if await self._screens.show(entry):
                self._hub.publish({"kind": "shown", "entry": frame(entry)})
        except OSError as error:
            raise PlatformError(f"sandbox: screens cannot be written: {error.strerror}") from error
        return entry.id

    async def change(self, chat: str, ref: str, message: Outgoing) -> None:
        """Replace a message of the bot in its place."""
        try:
            entry = await self._screens.update(chat, ref, json.loads(encode_outgoing(message)))
        except OSError as error:
            raise PlatformError(f"sandbox: screens cannot be written: {error.strerror}") from error
        if entry is None:
            raise PlatformError("sandbox: no such message on the screen", final=True)
        self._hub.publish({"kind": "shown", "entry": frame(entry)})

    async def _accept(self, said: Said, receive: Receive) -> None:
        people = await self._store.read(directory)
        sender, chat = people.find(said.user, said.chat)
        event = event_of(said, sender, chat, self._clock.now(), self._uploads)
        what = shown(event)
        # The place is taken before the bot can answer, so that an answer never stands above its question.
        entry = self._entry(chat.chat, f"u:{said.id}", sender.id, sender.name, what) if what else None
        if heard := _heard(event):
            await receive(heard)
        if entry:
            await self._put(entry)

    async def _put(self, entry: Entry) -> None:
        try:
            new = await self._screens.show(entry)
        except OSError:  # the event itself is safe with the bot
            log.warning("sandbox: screens cannot be written; %s is shown but not kept", entry.id)
            new = True
        if new:
            self._hub.publish({"kind": "shown", "entry": frame(entry)})

    def _entry(self, chat: str, entry_id: str, by: str, name: str, what: Frame) -> Entry:
        seq = self._screens.reserve(chat)
        return Entry(chat=chat, seq=seq, id=entry_id, by=by, name=name, at=self._clock.now().isoformat(), what=what)


def _heard(event: Event) -> Event | None:
    """What the bot hears: in a group, as on real platforms, only the texts that call it by name."""
    if not isinstance(event, Text) or not event.group:
        return event
    return replace(event, text=event.text.replace(CALL, " ").strip()) if CALL in event.text else None


class ClockHands:
    """Moves the clock, one hand at a time, and tells everybody."""

    def __init__(self, clock: ShiftedClock, next_morning: NextMorning, on_clock: OnClock, hub: Hub) -> None:
        self._clock = clock
        self._next_morning = next_morning
        self._on_clock = on_clock
        self._hub = hub
        self._lock = asyncio.Lock()

    def frame(self) -> Frame:
        """The time as the page gets it; ``offset`` in seconds ahead of the real time."""
        return {"kind": "clock", "now": self._clock.now().isoformat(), "offset": round(self._clock.offset.total_seconds())}

    async def move(self, to: str) -> None:
        """Move to a word of :class:`ClockMove`; only ``real`` goes back."""
        async with self._lock:
            self._clock.move_to(self._target(to))
            self._hub.publish(self.frame())
            await self._on_clock(self._clock.now())

    def _target(self, to: str) -> datetime:
        now = self._clock.now()
        if to == "real":
            return now - self._clock.offset
        return max(now, self._next_morning(now)) if to == "morning" else now + STEPS[to]
