"""A page without a browser: speaks the frames of the socket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar

from tests.platforms.sandbox.conftest import Demo

_ids = count()


class Wire:
    """An open socket."""

    def __init__(self, demo: Demo, http: ClientSession, socket: ClientWebSocketResponse, hello: dict[str, Any]) -> None:
        self.demo = demo
        self.http = http
        self.socket = socket
        self.hello = hello

    async def heard(self, kind: str) -> dict[str, Any]:
        """The next frame of a kind; others are passed over."""
        while True:
            frame: dict[str, Any] = await self.socket.receive_json(timeout=5)
            if frame["kind"] == kind:
                return frame

    async def say(self, kind: str = "text", **more: object) -> dict[str, Any]:
        """Send a frame as 李四 in the private chat and return it."""
        frame = {"id": f"frame-{next(_ids):05d}", "kind": kind, "user": "li", "chat": "p:li", **more}
        await self.socket.send_json(frame)
        return frame

    async def say_clock(self, move: str) -> None:
        """Move the clock."""
        await self.socket.send_json({"id": f"frame-{next(_ids):05d}", "kind": "clock", "move": move})

    async def screen(self, chat: str = "p:li") -> list[dict[str, Any]]:
        """What a page that opens now would show of a chat."""
        async with self.http.ws_connect(f"{self.demo.root}/sandbox/ws", headers={"Origin": self.demo.root}) as socket:
            entries: list[dict[str, Any]] = (await socket.receive_json(timeout=5))["screens"][chat]
            return entries

    async def upload(self, data: bytes, name: str) -> dict[str, Any]:
        answer = await self.post(data, name)
        assert answer.status == 200
        result: dict[str, Any] = await answer.json()
        return result

    async def post(self, data: Any, name: str) -> Any:  # noqa: ANN401
        return await self.http.post(
            f"{self.demo.root}/sandbox/upload", params={"name": name}, data=data, headers={"Origin": self.demo.root}
        )


@asynccontextmanager
async def wired(demo: Demo) -> AsyncIterator[Wire]:
    """Log in with the address and open the socket."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
        assert (await http.get(demo.address)).status == 200
        async with http.ws_connect(f"{demo.root}/sandbox/ws", headers={"Origin": demo.root}) as socket:
            yield Wire(demo, http, socket, await socket.receive_json(timeout=5))
