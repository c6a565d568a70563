"""The child process of the benchmarks: the service on a folder, fed over loopback HTTP.

    python -m tests.benchmarks.server FOLDER CUSTOMERS

prints its port. ``POST /bench`` takes ``{"id", "chat", "text"}`` and answers 200 after the inbox row is committed.
"""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from pydantic import SecretStr

from bot.app import Service, open_store
from bot.chat.incoming import Sender, Text
from bot.chat.outgoing import Outgoing
from bot.chat.platform import Receive
from bot.domain.clock import SystemClock
from bot.domain.member import Member
from bot.domain.values import MemberId
from bot.platforms.wecom import WeCom
from config.platforms import Wecom
from storage.transaction import Transaction
from tests.benchmarks.company import furnish
from tests.house import settings_in
from tests.staff import agree

REPS = 50


class HttpPlatform:
    """Takes events over HTTP and notes when each answer leaves."""

    name = "bench"

    def __init__(self) -> None:
        self.came: dict[str, list[float]] = {}
        self.waits: list[float] = []

    def mount(self, app: web.Application, receive: Receive) -> None:
        clock = SystemClock()

        async def take(request: web.Request) -> web.Response:
            data = json.loads(await request.read())
            self.came.setdefault(data["chat"], []).append(time.perf_counter())
            event = Text(
                platform=self.name,
                event_id=data["id"],
                chat=data["chat"],
                sender=Sender(data["chat"]),
                received_at=clock.now(),
                text=data["text"],
            )
            await receive(event)
            return web.Response()

        async def sent(request: web.Request) -> web.Response:
            return web.json_response({"count": len(self.waits)})

        async def waits(request: web.Request) -> web.Response:
            found, self.waits = self.waits, []
            return web.json_response({"waits": found})

        app.router.add_post("/bench", take)
        app.router.add_get("/bench/sent", sent)
        app.router.add_get("/bench/waits", waits)

    async def run(self, receive: Receive) -> None:
        await asyncio.Event().wait()

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        # The answer was committed before it got here, so this is later than "reply committed", never earlier.
        if waiting := self.came.get(chat):
            self.waits.append(time.perf_counter() - waiting.pop(0))
        return key

    def carries_buttons(self, chat: str) -> bool:
        return True

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        return

    async def download(self, ref: str) -> AsyncIterator[bytes]:
        yield b""


# Invented keys: the load generator seals with them.
WECOM = Wecom(
    corp_id="ww00benchmark000000",
    agent_id=1000002,
    secret=SecretStr("nobodys-secret"),
    token=SecretStr("benchmarktoken"),
    aes_key=SecretStr("b" * 42 + "E"),
)


class ListeningWeCom(WeCom):
    """WeCom's door in, and none out."""

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        return key

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        return


async def main(folder: Path, customers: int) -> None:
    """Run until SIGTERM."""
    settings = settings_in(folder)
    store = open_store(settings.database.url, exclusive=True)
    members = [Member(MemberId(f"m{n}"), f"销售{n}", ("rep",), region="华东", product_line="伺服") for n in range(REPS)]

    def people(tx: Transaction) -> None:
        furnish(tx, members, customers, SystemClock().now())
        for member in members:
            for name in ("bench", "wecom"):
                tx.members.identify(name, member.id, member.id, member.id)
            agree(tx, member.id, at=SystemClock().now())

    store.write_now(people)
    platform = HttpPlatform()
    wecom = ListeningWeCom(WECOM, "", store, SystemClock())
    service = Service(settings, store, SystemClock(), {platform.name: platform, wecom.name: wecom})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    port = await service.start()
    await service.book.reader()
    print(port, flush=True)
    await stop.wait()
    await service.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
