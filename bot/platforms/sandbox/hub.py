"""The open pages: each has a bounded queue and a task that empties it; one that does not read is cut off and loads again."""

import asyncio
import json
from typing import Any

from aiohttp import ClientConnectionResetError, WSCloseCode, web

QUEUE = 256
Frame = dict[str, Any]


class Page:
    """One WebSocket and what waits to be sent on it."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.socket = socket
        self._transport = transport
        self._waiting: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self._task = asyncio.create_task(self._send())

    def put(self, data: str) -> None:
        """Queue a frame; a full queue means a reader that stands still, and that one is cut off."""
        try:
            self._waiting.put_nowait(data)
        except asyncio.QueueFull:
            if self._transport:
                self._transport.abort()

    async def stop(self) -> None:
        """End the sending task."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _send(self) -> None:
        try:
            while True:
                await self.socket.send_str(await self._waiting.get())
        except ClientConnectionResetError:
            return


class Hub:
    """All open pages."""

    def __init__(self) -> None:
        self._pages: set[Page] = set()

    def join(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> Page:
        """Take a page in; what is published from now on reaches it."""
        page = Page(socket, transport)
        self._pages.add(page)
        return page

    async def leave(self, page: Page) -> None:
        """The page is gone."""
        self._pages.discard(page)
        await page.stop()

    def publish(self, frame: Frame) -> None:
        """Send a frame to every page."""
        data = encode(frame)
        for page in self._pages:
            page.put(data)

    async def close(self) -> None:
        """Say goodbye to all pages; the server is going down."""
        await asyncio.gather(*(page.socket.close(code=WSCloseCode.GOING_AWAY) for page in self._pages))


def encode(frame: Frame) -> str:
    """ASCII JSON, so that a lone surrogate in somebody's text cannot stop a page."""
    return json.dumps(frame, separators=(",", ":"))
