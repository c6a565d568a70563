"""The composition root: settings in, a running service out. The only place that knows every real class."""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.chat.platform import LongConnection, Platform
from bot.chat.router import Menu
from bot.dispatcher import Dispatcher, House
from bot.domain.clock import Clock, SystemClock
from bot.domain.errors import GenjinError, StorageError, UserError, os_reason
from bot.domain.jobs import Timer
from bot.domain.worktime import Worktime
from bot.inbox import Inbox
from bot.jobs import NewJob
from bot.jobs.cron import Cron
from bot.jobs.embedded import EmbeddedJobs
from bot.jobs.ticker import Ticker
from bot.llm import SecondReader
from bot.logs import note_loop_error
from bot.media import MediaKeeper
from bot.names import Book
from bot.outbox import HELD, Outbox
from bot.reading.hearing import Hearing
from bot.reading.looking import ChildEye, Eye, Looking
from bot.rules import RulesInForce, plant
from bot.senses.speech import Speech, Transcriber
from bot.usher import Usher
from bot.watch import Watch
from bot.web.health import mount_health, mount_metrics, mount_ready
from bot.web.site import mount_pages
from config.calendar import load_calendar
from config.rules import DEFAULT, Rules, read_text
from config.settings import Settings
from handlers import ROUTERS
from storage.copies import copy_database
from storage.engines import database_file
from storage.migrations import HEAD, revision_of, upgrade
from storage.store import Store
from storage.transaction import Transaction

log = logging.getLogger(__name__)
DRAIN_SECONDS = 25.0
NIGHTLY = timedelta(hours=20)
LATE = timedelta(minutes=2)
SWITCH_SECONDS = 0.0005
# A recording keeps one core busy; one core stays for the conversation.
LISTENERS = max(1, min(4, (os.cpu_count() or 1) - 1))
BIGGEST_REQUEST = 2 * 2**20


def open_store(url: str, *, exclusive: bool = False, must_exist: bool = False) -> Store:
    """The store, brought to the tables of this version. Raises StorageError; UserError when it ``must_exist`` and does not."""
    file = database_file(url)
    if must_exist and file and not file.exists():
        raise UserError(f"还没有数据库 {file}；先运行 genjin serve，或用 genjin demo 的数据试")
    store = Store(url, exclusive=exclusive)

    def prepare(tx: Transaction) -> None:
        upgrade(tx.connection)
        if exclusive:  # a service that cannot write shall say so at once and not to the first customer
            tx.facts.set("opened", HEAD, SystemClock().now())

    try:
        _keep_older(store)
        store.write_now(prepare)
    except BaseException:
        store.close()
        raise
    return store


def _keep_older(store: Store) -> None:
    """A copy of a database that is about to be brought to this version. Raises StorageError when there is no room for it."""
    found = store.read_now(lambda r: revision_of(r.connection))
    if store.path is None or found is None or found >= HEAD:
        return
    copy = store.path.with_name(f"{store.path.name}.before-{HEAD}")
    if not copy.exists():
        copy_database(store.path, copy)
        log.info("the database of revision %s is kept as %s", found, copy)


def worktime_of(settings: Settings) -> Worktime:
    """The three clocks on the official calendar."""
    return Worktime(load_calendar(settings.time.holidays), settings.time.workday_start, settings.time.workday_end)


def rules_of(settings: Settings) -> RulesInForce:
    """The rules in force, seeded from the file of the settings or the one shipped."""
    file = settings.rules.file or DEFAULT
    return RulesInForce(read_text(file), f"规则文件 {file}")


def platforms_of(settings: Settings, store: Store, clock: Clock) -> dict[str, Platform]:
    """The platforms that are configured; the libraries of the others are not even imported."""
    found: dict[str, Platform] = {}
    if settings.wecom is not None:
        from bot.platforms.wecom import WeCom

        found[WeCom.name] = WeCom(settings.wecom, settings.server.public_url, store, clock)
    return found


@lru_cache(maxsize=2)
def crons_of(rules: Rules) -> Sequence[Cron]:
    """Which cron lines there are, and when they fire."""
    night = rules.housekeeping.at
    return [
        Cron("digest", rules.digest.at, rules.digest.grace),
        Cron("housekeeping", night, NIGHTLY),
        Cron("people", night, NIGHTLY),
        Cron("calendar", rules.reminder.at, timedelta(hours=14)),
    ]


class Service:
    """One process: everything from the platforms' doors to the records.

    Args:
        settings: where things are.
        store: open and migrated.
        eye: what looks at pictures; a child process when absent.
        platforms: by name; none is fine for a service that only keeps time.
        transcriber: what listens to recordings; the engine and model of the settings when absent.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        platforms: Mapping[str, Platform],
        transcriber: Transcriber | None = None,
        eye: Eye | None = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.platforms = platforms
        self.rules = rules_of(settings)
        self.worktime = worktime_of(settings)
        self.jobs = EmbeddedJobs(store, clock)
        self.inbox = Inbox(store, self.jobs)
        self.jobs.pressed = self.inbox.pressed
        self.outbox = Outbox(store, self.jobs, clock, settings.time.quiet, platforms)
        self.keeper = MediaKeeper(store, self.jobs, clock, settings.media.dir, platforms, self.outbox)
        self.eye = eye or ChildEye()
        self.looking = Looking(store, self.jobs, clock, self.keeper, self.inbox, self.eye)
        self.book = Book(store, self.worktime.calendar)
        self.usher = Usher(store, self.jobs, clock, platforms, self.outbox)
        house = House(self.rules, self.worktime, self.outbox, self.keeper, self.inbox, self.usher, settings.retention, clock)
        second = SecondReader(settings.llm, store, clock, self.book.at_hand) if settings.llm else None
        self.dispatcher = Dispatcher(store, self.jobs, Menu(ROUTERS), self.book, house, second)
        self.transcriber = transcriber or Speech(settings.speech, LISTENERS)
        self.hearing = Hearing(store, self.jobs, clock, self.keeper, self.inbox, self.transcriber, LISTENERS)
        self.ticker = Ticker(store, self.jobs, clock, lambda reader: crons_of(self.rules(reader)), self.fired)
        self.watch = Watch(store, clock, self.outbox)
        self._tasks: list[asyncio.Task[None]] = []
        self._runners: list[web.AppRunner] = []

    def fired(self, tx: Transaction, timer: Timer) -> None:
        """A due timer becomes a job; a held message simply goes."""
        if timer.kind == HELD:
            self.outbox.release(tx, timer)
            return
        payload = {"kind": timer.kind, "subject": timer.subject, "key": timer.key, "run_at": timer.run_at.isoformat()}
        self.jobs.put(tx, [NewJob(kind="timer", payload=payload, lane=f"timer:{timer.subject}")])

    def wake(self) -> None:
        """The clock was moved: look for what is due now."""
        self.ticker.wake()
        self.jobs.wake()

    async def start(self) -> int:
        """Listen, then load what takes time; the port that was taken."""
        # Python lets a busy thread keep the others waiting 5 ms; platforms want their answer, and the writer thread is often busy.
        sys.setswitchinterval(SWITCH_SECONDS)
        asyncio.get_running_loop().set_exception_handler(note_loop_error)
        await self.store.write(self._furnish)
        port = await self._listen()
        self._spawn(self.book.watch(), "names")
        self._spawn(self.looking.watch(), "pictures")
        self._spawn(self.jobs.run(), "jobs")
        self._spawn(self.ticker.run(), "ticker")
        self._spawn(self.watch.run(), "watch")
        self._spawn(self.watch.feel_lag(), "lag")
        self._spawn(self.hearing.watch(), "speech")
        for platform in self.platforms.values():
            self._spawn(platform.run(self.inbox.put), platform.name)
        return port

    def _furnish(self, tx: Transaction) -> None:
        now = self.clock.now()
        plant(tx, self.rules.seed, now)
        self.usher.match_all(tx, now)

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, close the records. Whoever watches sees it until the end."""
        for runner in self._runners[:1]:
            await runner.cleanup()
        for task in self._tasks:
            if task.get_name() == "ticker":
                task.cancel()
        await self.jobs.drain(DRAIN_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for runner in self._runners[1:]:
            await runner.cleanup()
        await self.transcriber.close()
        await self.eye.close()
        await asyncio.to_thread(self.store.close)

    async def checks(self) -> Mapping[str, str]:
        """What ``/readyz`` reports."""
        found = {task.get_name(): _state(task) for task in self._tasks}
        held = {name: platform.connection for name, platform in self.platforms.items() if isinstance(platform, LongConnection)}
        found |= {f"{name} connection": state for name, state in held.items() if state}
        try:
            now = self.clock.now()
            await self.store.write(lambda tx: tx.facts.set("ready", now.isoformat(), now))
            found["database"] = "ok"
            due = await self.store.read(lambda r: r.timers.next_due())
            found["timers"] = "ok" if due is None or due > now - LATE else f"late since {due.isoformat()}"
        except StorageError as error:
            found["database"] = str(error)
        return {**found, **self.watch.state()}

    def public(self) -> web.Application:
        """What is served to the public: the platforms' doors and the pages for people."""
        app = web.Application(client_max_size=BIGGEST_REQUEST)
        mount_health(app)
        mount_pages(
            app,
            store=self.store,
            clock=self.clock,
            secret_file=self.settings.web.secret_file,
            public_url=self.settings.server.public_url,
            platforms=self.platforms,
            receive=self.inbox.put,
            whole=self.dispatcher.whole,
            keeper=self.keeper,
        )
        for platform in self.platforms.values():
            platform.mount(app, self.inbox.put)
        return app

    async def _listen(self) -> int:
        app = self.public()
        admin = web.Application()
        mount_ready(admin, self.checks)
        mount_metrics(admin, self.watch.measure)
        server = self.settings.server
        port = await self._site(app, server.host, server.port)
        await self._site(admin, server.admin_host, server.admin_port)
        return port

    async def _site(self, app: web.Application, host: str, port: int) -> int:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
        await runner.setup()
        self._runners.append(runner)
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise GenjinError(f"端口 {port} 用不了（{os_reason(error)}）；换一个端口，或先停掉占用它的程序") from error
        return int(runner.addresses[0][1])

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_complain)
        self._tasks.append(task)


def _state(task: "asyncio.Task[None]") -> str:
    return "stopped" if task.done() else "ok"


def _complain(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("task %s stopped", task.get_name(), exc_info=error)


def clean_media(folder: Path) -> None:
    """Remove what a killed process had half fetched; its jobs fetch it again."""
    if folder.is_dir():
        shutil.rmtree(folder / ".restoring", ignore_errors=True)
        for left in folder.glob(".fetch-*"):
            with contextlib.suppress(OSError):
                left.unlink()
