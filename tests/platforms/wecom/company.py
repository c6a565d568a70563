"""The whole service on WeCom's emulator: callbacks over real HTTP, sends to the emulator, a clock that is moved by hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.app import Service, open_store
from bot.chat.context import Context
from bot.chat.router import Router
from bot.domain.clock import Clock, FakeClock
from bot.domain.customer import Customer, Lead
from bot.domain.member import Group, Member, Role
from bot.domain.values import CustomerId, GroupId, LeadId, MemberId
from bot.platforms.wecom import WeCom
from bot.platforms.wecom.connection import Habits
from config.platforms import Wecom
from config.settings import Settings
from storage.transaction import Transaction
from tests.house import Blind, settings_in
from tests.platforms.wecom.emulator import Emulator
from tests.staff import agree

PUBLIC = "https://genjin.example.com"
FIRM = "绍兴恒力机械有限公司"
GROUP = "华东销售群"


def settings_for(wecom: Emulator) -> Wecom:
    """What an administrator would copy out of the console, with the addresses of the emulator."""
    corp = wecom.corp
    return Wecom(
        corp_id=corp.corp_id,
        agent_id=corp.agent_id,
        secret=SecretStr(corp.secret),
        token=SecretStr(corp.token),
        aes_key=SecretStr(corp.aes_key),
        webhook_keys={name: SecretStr(key) for key, name in corp.webhooks.items()},
        api_base=wecom.address,
        login_base=wecom.address,
    )


@dataclass(slots=True)
class Company:
    """A running service, its platform and the world around it."""

    service: Service
    platform: WeCom
    wecom: Emulator
    clock: FakeClock

    async def rest(self) -> None:
        """Wait until no job is due and none is running."""
        async with asyncio.timeout(30):
            while await self.service.store.read(lambda r: r.jobs.unfinished(self.clock.now())):  # noqa: ASYNC110
                await asyncio.sleep(0.002)  # the store has no event to wait for

    async def move(self, by: timedelta) -> None:
        """Let time pass, and what it brings happen."""
        self.clock.advance(by)
        await self.service.ticker.tick()
        self.service.jobs.wake()
        await self.rest()

    async def inbox(self) -> int:
        """How many events were accepted."""
        return sum((await self.service.store.read(lambda r: r.inbox.counts())).values())

    async def callbacks_again(self) -> None:
        """The newest callback comes twice more: unchanged, and sealed anew."""
        for resealed in (False, True):
            await self.wecom.callbacks.again(resealed=resealed)

    def learn(self, story: Router) -> None:
        """Let the service answer the taps of one more story."""
        self.service.dispatcher._menu.taps.update(story.taps)

    async def tell(self, work: Callable[[Context], object]) -> None:
        """Do something that a handler would do, and let it be said."""
        await self.service.store.write(lambda tx: work(self.service.dispatcher.context(tx)))
        await self.rest()


def bot_only(wecom: Emulator) -> Wecom:
    """The settings of a company that has no public address: the AI bot and nothing else."""
    return Wecom(
        bot_id=wecom.corp.bot_id,
        bot_secret=SecretStr(wecom.corp.bot_secret),
        ws_url=f"{wecom.address}/ws".replace("http", "ws", 1),
        api_base=wecom.address,
    )


def people(tx: Transaction, clock: Clock) -> None:
    """Two reps, a manager and an admin, as the emulator knows them; a customer of the first; a group with a webhook."""
    boss = Member(MemberId("m_wang"), "王伟", (Role.MANAGER.value, Role.ADMIN.value))
    reps = [Member(MemberId(f"m_{user}"), name, (Role.REP.value,), boss.id) for user, name in (("lisi", "李四"), ("zhaomin", "赵敏"))]
    for user, member in zip(("wangwei", "lisi", "zhaomin"), (boss, *reps), strict=True):
        tx.members.save(member)
        tx.members.identify("wecom", user, member.id, user)
        agree(tx, member.id, at=clock.now())
    now = clock.now()
    tx.customers.save(Customer(id=CustomerId("c_1"), name=FIRM, created_at=now, owner_id=reps[0].id))
    tx.leads.save(Lead(id=LeadId("l_1"), customer_id=CustomerId("c_1"), owner_id=reps[0].id, created_at=now, last_action_at=now))
    tx.members.save_group(Group(GroupId("g_1"), GROUP, "wecom", f"key:{GROUP}", "digest"))


@asynccontextmanager
async def company_on(
    wecom: Emulator,
    folder: Path,
    clock: FakeClock,
    public_url: str = "",
    configured: Wecom | None = None,
    habits: Habits | None = None,
) -> AsyncIterator[Company]:
    """The service listening, its address saved in the emulator's console."""
    settings: Settings = settings_in(folder)
    store = open_store(settings.database.url)
    await store.write(lambda tx: people(tx, clock))
    platform = WeCom(configured or settings_for(wecom), public_url, store, clock, habits)
    service = Service(settings, store, clock, {platform.name: platform}, eye=Blind())
    port = await service.start()
    wecom.corp.callback = f"http://127.0.0.1:{port}/wecom/callback"
    try:
        yield Company(service, platform, wecom, clock)
    finally:
        await service.stop()
