"""A sandbox on a free port with a small company, and a fake bot behind it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.chat.incoming import Event
from bot.domain.clock import ShiftedClock, local
from bot.domain.member import Group, Member
from bot.domain.values import GroupId, MemberId
from bot.platforms.sandbox import Sandbox
from storage.store import Store
from storage.transaction import Transaction

MAX_UPLOAD = 2**20
TOKEN = "one-time-token"
PEOPLE = [
    Member(MemberId("m_li"), "李四", ("rep",), region="华东"),
    Member(MemberId("m_wang"), "王伟", ("manager",), region="华东"),
    Member(MemberId("m_zhao"), "赵敏", ("rep",), region="华南"),
    Member(MemberId("m_qian"), "钱总", ("approver_gm",)),
]
GROUPS = [
    Group(GroupId("g_east"), "华东销售群", "sandbox", "g:east", "digest", "华东"),
    Group(GroupId("g_wecom"), "别处的群", "wecom", "x", "digest", "华东"),
]


def fill(tx: Transaction) -> None:
    """Write the company."""
    for person in PEOPLE:
        tx.members.save(person)
        user = str(person.id).removeprefix("m_")
        tx.members.identify("sandbox", user, person.id, f"p:{user}")
    for group in GROUPS:
        tx.members.save_group(group)


def next_morning(now: datetime) -> datetime:
    """08:30 tomorrow in Shanghai; weekends do not matter here."""
    return (local(now) + timedelta(days=1)).replace(hour=8, minute=30, second=0, microsecond=0)


@dataclass(slots=True)
class FakeBot:
    """Accepts events as the inbox does, each id once; ``answer`` is what it does with a new one; ``trouble`` is raised instead."""

    events: list[Event] = field(default_factory=list)
    calls: int = 0
    trouble: Exception | None = None
    answer: Callable[[Event], Awaitable[None]] | None = None

    async def receive(self, event: Event) -> bool:
        self.calls += 1
        if self.trouble:
            raise self.trouble
        if any(known.event_id == event.event_id for known in self.events):
            return False
        self.events.append(event)
        if self.answer:
            await self.answer(event)
        return True


@dataclass(slots=True)
class Demo:
    """A running sandbox. ``moves`` are the instants that the clock was moved to."""

    store: Store
    folder: Path
    bot: FakeBot = field(default_factory=FakeBot)
    moves: list[datetime] = field(default_factory=list)
    clock: ShiftedClock = field(default_factory=ShiftedClock)
    port: int = 0
    sandbox: Sandbox = field(init=False)
    server: TestServer | None = None

    async def start(self) -> None:
        self.sandbox = Sandbox(
            self.store,
            self.clock,
            self.folder,
            token=TOKEN,
            next_morning=next_morning,
            on_clock=self._moved,
            max_upload=MAX_UPLOAD,
            first="li",
        )
        app = web.Application()
        self.sandbox.mount(app, self.bot.receive)
        self.server = TestServer(app, port=self.port)
        await self.server.start_server()
        self.port = self.server.port or 0

    async def stop(self) -> None:
        if self.server:
            await self.server.close()
        self.server = None

    async def restart(self) -> None:
        """A new process on the same port and folder."""
        await self.stop()
        await self.start()

    @property
    def address(self) -> str:
        return self.sandbox.address(self.port)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _moved(self, now: datetime) -> None:
        self.moves.append(now)


@pytest.fixture
async def demo(store: Store, tmp_path: Path) -> AsyncIterator[Demo]:
    store.write_now(fill)
    running = Demo(store, tmp_path / "sandbox")
    await running.start()
    yield running
    await running.stop()
