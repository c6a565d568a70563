"""The process that is killed: the real service, and a platform whose door and screens outlive it.

``python -m tests.chaos.runner FOLDER [--broken ack-first|two-commits]``. It prints its port. ``POST /say`` answers only when ``inbox.put``
has returned. What people see is appended to ``screens.jsonl``, once for each idempotency key, as a platform's own server would keep it.
The two broken ways are there so that the checker can prove that it notices.
"""

import argparse
import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web

from bot.app import Service, open_store
from bot.chat.outgoing import Outgoing, plain
from bot.chat.platform import Receive
from bot.domain.clock import SystemClock
from bot.domain.errors import PlatformError, StorageError
from bot.jobs import Job
from bot.run import _serve
from storage.repositories.inbox import InboxRows
from storage.transaction import Transaction
from tests.house import PLATFORM, settings_in
from tests.staff import text

SCREENS = "screens.jsonl"
LATE = 0.05


class Door:
    """A platform on loopback; its screens are a file of lines ``{key, chat, text}``."""

    name = PLATFORM

    def __init__(self, folder: Path, *, ack_first: bool) -> None:
        path = folder / SCREENS
        self._seen = {json.loads(line)["key"] for line in path.read_text().splitlines()} if path.exists() else set()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._ack_first = ack_first
        self._late: set[asyncio.Task[bool]] = set()

    def mount(self, app: web.Application, receive: Receive) -> None:
        async def say(request: web.Request) -> web.Response:
            said = await request.json()
            event = text(said["text"], said["id"], SystemClock().now(), user=said["user"])
            if self._ack_first:
                self._late.add(asyncio.create_task(_later(receive(event))))
                return web.json_response({"new": True})
            try:
                return web.json_response({"new": await receive(event)})
            except StorageError as error:
                return web.Response(status=503, text=str(error))

        app.router.add_post("/say", say)

    async def run(self, receive: Receive) -> None:
        await asyncio.Event().wait()

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        if key not in self._seen:
            self._seen.add(key)
            os.write(self._file, (json.dumps({"key": key, "chat": chat, "text": plain(message)}) + "\n").encode())
        return key

    def carries_buttons(self, chat: str) -> bool:
        return True

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        return

    async def download(self, ref: str) -> AsyncIterator[bytes]:
        raise PlatformError("no files here", final=True)
        yield b""


async def _later(accepting: object) -> bool:
    await asyncio.sleep(LATE)
    return bool(await accepting)  # type: ignore[misc]


def break_in_two(service: Service) -> None:
    """Spoil the one transaction: what a message brings commits first, that it is done only a moment later."""
    complete, done, rows = service.jobs.complete, InboxRows.done, {}
    loop = asyncio.get_running_loop()
    tasks: set[asyncio.Task[None]] = set()

    def end_later(tx: Transaction, job: Job) -> None:
        if job.kind == "event":
            rows[job.id] = int(job.payload["id"])
            loop.call_soon_threadsafe(lambda: tasks.add(asyncio.ensure_future(end(job))))
        else:
            complete(tx, job)

    async def end(job: Job) -> None:
        await asyncio.sleep(LATE)

        def unit(tx: Transaction) -> None:
            done(tx.inbox, rows[job.id])
            complete(tx, job)

        await service.store.write(unit)

    service.jobs.complete = end_later  # type: ignore[method-assign]
    InboxRows.done = lambda self, row_id: None  # type: ignore[method-assign]


async def main(folder: Path, broken: str | None) -> None:
    settings = settings_in(folder)
    store = open_store(settings.database.url, exclusive=True)
    service = Service(settings, store, SystemClock(), {PLATFORM: Door(folder, ack_first=broken == "ack-first")})
    if broken == "two-commits":
        break_in_two(service)

    def announce(port: int) -> str:
        print(port, flush=True)
        return ""

    await _serve(service, announce)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--broken", choices=["ack-first", "two-commits"])
    options = parser.parse_args()
    asyncio.run(main(options.folder, options.broken))
