"""Pages that do not read must not hold up the others."""

import asyncio

from aiohttp import web

from bot.platforms.sandbox.hub import QUEUE, Hub
from tests.platforms.sandbox.conftest import Demo
from tests.platforms.sandbox.wire import wired


class StuckSocket(web.WebSocketResponse):
    """A browser that has stopped reading."""

    async def send_str(self, data: str, compress: int | None = None) -> None:
        await asyncio.Event().wait()


class Cable(asyncio.Transport):
    """The connection under it; ``cut`` tells whether it was ended."""

    cut = False

    def abort(self) -> None:
        self.cut = True


async def test_a_page_that_stands_still_is_cut_off_when_its_queue_is_full() -> None:
    hub, cable = Hub(), Cable()
    page = hub.join(StuckSocket(), cable)
    for _ in range(QUEUE):
        hub.publish({"kind": "clock"})
    assert not cable.cut
    for _ in range(2):
        hub.publish({"kind": "clock"})
    assert cable.cut
    await hub.leave(page)


async def test_what_one_page_says_appears_on_the_others(demo: Demo) -> None:
    async with wired(demo) as wire, wire.http.ws_connect(f"{demo.root}/sandbox/ws", headers={"Origin": demo.root}) as other:
        assert (await other.receive_json(timeout=5))["kind"] == "hello"
        await wire.say(text="大家看")
        assert (await other.receive_json(timeout=5))["entry"]["what"]["text"] == "大家看"


async def test_the_server_says_goodbye_to_open_pages(demo: Demo) -> None:
    async with wired(demo) as wire:
        await asyncio.gather(demo.stop(), wire.socket.receive(timeout=5))
        assert wire.socket.close_code == 1001
