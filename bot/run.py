"""Running a service in the foreground: production and the demonstration."""

import asyncio
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app import Service, clean_media, open_store, platforms_of, worktime_of
from bot.domain.clock import ShiftedClock, SystemClock, local_day
from bot.domain.errors import UserError
from bot.domain.worktime import at
from config.sections import Database, MediaFolder, Server, Time, Web
from config.settings import Settings
from storage.lock import ProcessLock
from storage.store import Store
from storage.transaction import Transaction

if TYPE_CHECKING:
    from bot.platforms.sandbox import Sandbox

# The rep whose customer the examples speak of.
FIRST = "li.si"
EXAMPLES = (
    "今天下午两点拜访了绍兴恒力机械的张工，预算有限，下周三之前给报价",
    "恒力机械上次聊到哪了",
    "我今天要跟谁",
)
# Daytime and night alike, whoever tries the demo wants to see what happens.
NO_QUIET = "00:00-00:00"


async def run_service(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises GenjinError when it cannot start."""
    store = open_store(settings.database.url, exclusive=True)
    clean_media(settings.media.dir)
    clock = SystemClock()
    await _serve(
        Service(settings, store, clock, platforms_of(settings, store, clock)),
        announce=lambda port: f"genjin 已启动：http://{settings.server.host}:{port}/healthz",
    )


async def run_demo(port: int, folder: Path | None, *, fresh: bool) -> None:
    """Serve the demonstration company on loopback until interrupted."""
    temporary = folder is None
    home = folder or Path(tempfile.mkdtemp(prefix="genjin-demo-"))
    if fresh and home.exists():
        _discard(home)
    try:
        service, sandbox = demo_service(home, port)
        await _serve(
            service,
            announce=lambda port: (
                f"\n  打开这个地址，开始试用（只能用一次，刷新不要紧）：\n\n  {sandbox.address(port)}\n\n  按 Ctrl+C 结束。\n"
            ),
        )
    finally:
        if temporary:
            shutil.rmtree(home, ignore_errors=True)


def demo_service(home: Path, port: int, *, token: str | None = None) -> "tuple[Service, Sandbox]":
    """The demonstration in a folder: loaded when it is new, continued when it is not."""
    # Imported here: production has no need of the page and the invented company.
    from bot.platforms.sandbox import Sandbox

    settings = Settings(
        server=Server(port=port, admin_port=0),
        database=Database(url=f"sqlite:///{home}/genjin.db"),
        media=MediaFolder(dir=home / "media"),
        web=Web(secret_file=home / "web.secret"),
        time=Time(quiet_hours=NO_QUIET),
    )
    store = open_store(settings.database.url, exclusive=True)
    clock = ShiftedClock(_furnish(store, settings))
    clean_media(settings.media.dir)
    worktime = worktime_of(settings)

    def next_morning(now: datetime) -> datetime:
        return at(worktime.next_workday(local_day(now)), time(8, 30))

    async def moved(now: datetime) -> None:
        await store.write(lambda tx: tx.facts.set("clock", clock.offset.total_seconds(), now))
        service.wake()

    sandbox = Sandbox(
        store,
        clock,
        home / "sandbox",
        token=token or secrets.token_urlsafe(12),
        next_morning=next_morning,
        on_clock=moved,
        examples=EXAMPLES,
        first=FIRST,
    )
    service = Service(settings, store, clock, {sandbox.name: sandbox})
    return service, sandbox


def _furnish(store: Store, settings: Settings) -> timedelta:
    """Load the company into an empty database; the offset of the clock that it lives by."""
    now = SystemClock().now()
    if store.read_now(lambda r: r.facts.get("demo")) is None:
        from bot.demo import load

        def furnish(tx: Transaction) -> None:
            load(tx, now, worktime_of(settings))
            tx.facts.set("demo", now.isoformat(), now)

        store.write_now(furnish)
    seconds = store.read_now(lambda r: r.facts.get("clock"))
    return timedelta(seconds=float(seconds or 0))


def _discard(home: Path) -> None:
    if any(home.iterdir()) and not (home / "genjin.db").exists():
        raise UserError(f"{home} 里不是演示数据，不敢清空；换一个文件夹")
    ProcessLock(home / "genjin.db").release()  # a demo that is running keeps its data
    shutil.rmtree(home)


async def _serve(service: Service, announce: Callable[[int], str]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        port = await service.start()
        print(announce(port), file=sys.stderr, flush=True)
        await stop.wait()
    finally:
        await service.stop()
