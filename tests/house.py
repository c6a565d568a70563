"""The whole house for tests: the real service on a real SQLite file, a platform that only remembers, a clock that is moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from bot.app import Service, open_store
from bot.chat.incoming import CardTap, Event, Location, Media, Photo, Sender, Text, Voice
from bot.chat.outgoing import Button, Card, Outgoing, Reply, plain
from bot.chat.platform import Receive
from bot.domain.clock import FakeClock
from bot.domain.errors import PlatformError
from bot.reading.looking import Eye
from bot.senses.look import Seeing, Sight
from bot.senses.speech import Transcriber
from config.sections import Database, MediaFolder, Server, Time, Web
from config.settings import Settings

PLATFORM = "sandbox"
RECORDING = b"#!AMR\n a voice"
PICTURE = b"\xff\xd8\xff\xe0 a picture"


@dataclass(slots=True)
class Shown:
    """A message on somebody's screen; ``message`` changes when it is updated."""

    chat: str
    message: Outgoing
    key: str
    history: list[Outgoing] = field(default_factory=list)

    @property
    def text(self) -> str:
        return plain(self.message)


class Screens:
    """A chat platform that remembers what everybody sees; ``broken`` makes it fail as real ones do.

    In ``buttonless`` chats no button can be tapped, as in the groups of some platforms.
    """

    name = PLATFORM

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.files: dict[str, bytes] = {}
        self.buttonless: set[str] = set()
        self.broken: PlatformError | None = None
        self.tries = 0

    def mount(self, app: object, receive: Receive) -> None:
        return

    async def run(self, receive: Receive) -> None:
        await asyncio.Event().wait()

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        self.tries += 1
        if self.broken:
            raise self.broken
        for ref, seen in enumerate(self.shown):
            if seen.key == key:
                return str(ref)
        self.shown.append(Shown(chat, message, key))
        return str(len(self.shown) - 1)

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        if self.broken:
            raise self.broken
        seen = self.shown[int(ref)]
        seen.history.append(seen.message)
        seen.message = message

    def carries_buttons(self, chat: str) -> bool:
        return chat not in self.buttonless

    async def download(self, ref: str) -> AsyncIterator[bytes]:
        if ref not in self.files:
            raise PlatformError("no such file", final=True)
        yield self.files[ref]

    def of(self, chat: str) -> list[Shown]:
        """What a chat shows, oldest first."""
        return [s for s in self.shown if s.chat == chat]


class Blind:
    """An eye that sees nothing, so that a test's picture is only a picture; ``shows`` is what a test lets it see, by file name."""

    def __init__(self) -> None:
        self.shows: dict[str, Seeing | Exception] = {}
        self.reads = True

    def able(self) -> bool:
        return self.reads

    async def see(self, path: Path, content_type: str, name: str) -> Seeing:
        found = self.shows.get(name, Seeing(sight=Sight(engine="blind" if self.reads else None)))
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        return


class House:
    """A running service and the people who talk to it."""

    def __init__(self, service: Service, clock: FakeClock, screens: Screens) -> None:
        self.service = service
        self.store = service.store
        self.clock = clock
        self.screens = screens
        self._numbers = count(1)

    async def say(self, user: str, text: str, *, chat: str | None = None, event_id: str | None = None) -> list[Outgoing]:
        """Send a text and return the new messages in that chat, once everything has come to rest."""
        return await self.event(self.text(user, text, event_id, chat=chat))

    def text(self, user: str, text: str, event_id: str | None = None, *, chat: str | None = None) -> Text:
        """A text message, not sent yet."""
        return Text(**self._head(user, chat, event_id), text=text)

    async def photo(self, user: str, ref: str = "photo", data: bytes = PICTURE, name: str = "门头.jpg") -> list[Outgoing]:
        """Send a picture."""
        self.screens.files[ref] = data
        return await self.event(Photo(**self._head(user), media=Media(ref=ref, name=name)))

    async def voice(self, user: str, data: bytes = RECORDING, event_id: str | None = None) -> list[Outgoing]:
        """Send a voice note and wait until it has been listened to."""
        return await self.event(self.spoken(user, data, event_id))

    def spoken(self, user: str, data: bytes = RECORDING, event_id: str | None = None) -> Voice:
        """A voice note that is ready to be fetched; not sent yet."""
        head = self._head(user, event_id=event_id)
        ref = f"voice-{head['event_id']}"
        self.screens.files[ref] = data
        return Voice(**head, media=Media(ref=ref, name="录音.amr"))

    async def place(self, user: str, lat: float = 30.0, lng: float = 120.58) -> list[Outgoing]:
        """Send a place."""
        return await self.event(Location(**self._head(user), lat=lat, lng=lng, label="绍兴柯桥"))

    async def tap(self, user: str, card: Card, label: str, answer: str = "", *, chat: str | None = None, line: str = "") -> list[Outgoing]:
        """Tap the button called ``label`` (of the line that contains ``line``); new messages in that chat."""
        button = find_button(card, label, line)
        head = self._head(user, chat)
        return await self.event(CardTap(**head, card=card.key, action=button.action, values=button.values or {}, answer=answer))

    async def event(self, event: Event) -> list[Outgoing]:
        """Deliver any event as its platform would."""
        before = len(self.screens.shown)
        await self.service.inbox.put(event)
        await self.rest()
        return [s.message for s in self.screens.shown[before:] if s.chat == event.chat]

    async def move(self, by: timedelta) -> None:
        """Let time pass, and what it brings happen."""
        await self.move_to(self.clock.now() + by)

    async def move_to(self, instant: datetime) -> None:
        self.clock.set(instant)
        await self.service.ticker.tick()
        self.service.jobs.wake()
        await self.rest()

    async def rest(self) -> None:
        """Wait until no job is due and none is running."""
        async with asyncio.timeout(30):
            while await self.store.read(lambda r: r.jobs.unfinished(self.clock.now())):  # noqa: ASYNC110
                await asyncio.sleep(0.002)  # the store has no event to wait for

    def _head(self, user: str, chat: str | None = None, event_id: str | None = None) -> dict[str, Any]:
        chat = chat or f"p:{user}"
        return {
            "platform": PLATFORM,
            "event_id": event_id or f"e{next(self._numbers)}",
            "chat": chat,
            "sender": Sender(user, user),
            "received_at": self.clock.now(),
            "group": chat.startswith("g:"),
        }


def find_button(card: Card, label: str, line: str = "") -> Button:
    """The button of that label on the card, or on the line of the list that contains ``line``."""
    lines = [x for s in card.sections for x in s.lines if line and line in x.text]
    buttons: Sequence[Button] = lines[0].buttons if lines else card.buttons
    found = [b for b in buttons if b.label == label]
    assert found, f"no button {label!r} on {plain(card)}"
    return found[0]


def card_of(messages: Sequence[Outgoing]) -> Card:
    """The only card among the messages."""
    found = [m for m in messages if isinstance(m, Card)]
    assert len(found) == 1, [plain(m) for m in messages]
    return found[0]


def reply_of(messages: Sequence[Outgoing]) -> str:
    """The text of the only plain reply among the messages."""
    found = [m for m in messages if isinstance(m, Reply)]
    assert len(found) == 1, [plain(m) for m in messages]
    return found[0].text


def settings_in(folder: Path) -> Settings:
    """Settings whose every file lies in ``folder``; no quiet hours."""
    return Settings(
        server=Server(port=0, admin_port=0),
        database=Database(url=f"sqlite:///{folder}/genjin.db"),
        media=MediaFolder(dir=folder / "media"),
        web=Web(secret_file=folder / "web.secret"),
        time=Time(quiet_hours="00:00-00:00"),
    )


@asynccontextmanager
async def open_house(
    folder: Path,
    clock: FakeClock,
    settings: Settings | None = None,
    screens: Screens | None = None,
    transcriber: Transcriber | None = None,
    eye: Eye | None = None,
) -> AsyncIterator[House]:
    """The service without its web server: jobs run, time moves only when told."""
    settings = settings or settings_in(folder)
    screens = screens or Screens()
    service = Service(settings, open_store(settings.database.url), clock, {PLATFORM: screens}, transcriber, eye or Blind())
    await service.book.load()
    running = asyncio.create_task(service.jobs.run())
    try:
        yield House(service, clock, screens)
    finally:
        await service.jobs.drain(5)
        await running
        await service.transcriber.close()
        await service.eye.close()
        await asyncio.to_thread(service.store.close)
