"""The sandbox: a chat page on this machine that is a platform like the others, for trying, demos and tests.

No account and no internet. It is the one place where the clock can be moved. See the module docstrings: ``door`` lets people in, ``signin``
lets them on to our pages, ``talk`` carries both directions, ``screens`` remembers, ``uploads`` keeps files, ``hub`` reaches the open pages,
``static/`` is the page.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from aiohttp import WSMsgType, web

from bot.chat.outgoing import Outgoing
from bot.chat.platform import Receive
from bot.domain.clock import ShiftedClock
from bot.domain.errors import StorageError, UserError
from bot.platforms.sandbox import pages
from bot.platforms.sandbox.door import Door
from bot.platforms.sandbox.hub import Frame, Hub, encode
from bot.platforms.sandbox.people import PLATFORM, Directory, directory
from bot.platforms.sandbox.receive import MAX_BYTES
from bot.platforms.sandbox.screens import Screens, frame
from bot.platforms.sandbox.signin import SignIns
from bot.platforms.sandbox.talk import ClockHands, NextMorning, OnClock, Talk
from bot.platforms.sandbox.uploads import TooLarge, Uploads, drain, media_response
from storage.store import Store

MAX_UPLOAD = 50 * 2**20
MAX_FRAME = 2**20
HEARTBEAT = 20.0
EXAMPLES = (
    "今天下午两点拜访了绍兴恒力机械的张工，预算有限，下周三之前给报价",
    "我今天要跟谁",
    "帮助",
)


class Sandbox:
    """The page as a :class:`~bot.chat.platform.Platform`.

    Args:
        store: where the people and groups are read.
        clock: the clock of the whole service; this page may move it.
        folder: keeps ``screens.jsonl`` and ``uploads/``; made when missing.
        token: the one-time word in the printed address.
        next_morning: the next working morning after an instant.
        on_clock: told the new time after each move.
        max_upload: bytes of the largest file taken.
        examples: what an empty chat offers a sales rep to send.
        first: the user that a new browser plays; else the first sales rep.
    """

    name = PLATFORM

    def __init__(
        self,
        store: Store,
        clock: ShiftedClock,
        folder: Path,
        *,
        token: str,
        next_morning: NextMorning,
        on_clock: OnClock,
        max_upload: int = MAX_UPLOAD,
        examples: Sequence[str] = EXAMPLES,
        first: str = "",
    ) -> None:
        self._store = store
        self._token = token
        self._examples = tuple(examples)
        self._first = first
        self._uploads = Uploads(folder / "uploads", max_upload)
        self._screens = Screens(folder / "screens.jsonl")
        self._hub = Hub()
        self._door = Door(token)
        self._sign_ins = SignIns(clock)
        self._hands = ClockHands(clock, next_morning, on_clock, self._hub)
        self._talk = Talk(store, clock, self._screens, self._uploads, self._hub)

    def address(self, port: int) -> str:
        """What to print in the terminal; good for one browser."""
        return f"http://127.0.0.1:{port}/sandbox?token={self._token}"

    def mount(self, app: web.Application, receive: Receive) -> None:
        """Add the page, its files, the socket and the uploads."""

        async def listen(request: web.Request) -> web.StreamResponse:
            return await self._listen(request, receive)

        guard = self._door.guard
        app.router.add_get("/sandbox", guard(self._page, session=False), allow_head=False)
        app.router.add_get("/sandbox/static/{name}", guard(self._static, session=False))
        app.router.add_get("/sandbox/signin", guard(self._sign_ins.page), allow_head=False)
        app.router.add_get("/sandbox/here", guard(self._here))
        app.router.add_get("/sandbox/ws", guard(listen, origin=True))
        app.router.add_get("/sandbox/media/{ref}", guard(self._media))
        app.router.add_post("/sandbox/upload", guard(self._upload, origin=True))
        app.on_shutdown.append(self._shutdown)

    async def run(self, receive: Receive) -> None:
        """Nothing to hold: the pages come to us."""
        await asyncio.Event().wait()

    async def send(self, chat: str, message: Outgoing, key: str) -> str:
        """Show a message in a chat; the same ``key`` shows nothing twice and returns the same reference."""
        return await self._talk.say(chat, message, key)

    async def update(self, chat: str, ref: str, message: Outgoing) -> None:
        """Replace a message in its place."""
        await self._talk.change(chat, ref, message)

    def sign_in_address(self, back: str, state: str) -> str:
        """Where a browser shows whom it plays."""
        return self._sign_ins.address(back, state)

    async def signed_in(self, code: str) -> str | None:
        """The person behind a code."""
        return self._sign_ins.user(code)

    def carries_buttons(self, chat: str) -> bool:
        """Buttons work everywhere on the page."""
        return True

    def download(self, ref: str) -> AsyncIterator[bytes]:
        """The bytes of an uploaded file."""
        return self._uploads.read(ref)

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return self._door.enter(request, pages.sandbox)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return pages.static(request.match_info["name"])

    async def _here(self, _: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    async def _media(self, request: web.Request) -> web.StreamResponse:
        path = self._uploads.path(request.match_info["ref"])
        return media_response(path) if path else web.Response(status=404, text="没有这个文件")

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        name = request.query.get("name", "")[:200]
        try:
            upload = await self._uploads.take(request.content, name, request.content_length)
        except UserError as error:
            return await _refused_upload(request, 413 if isinstance(error, TooLarge) else 400, str(error))
        except OSError:
            return await _refused_upload(request, 507, "磁盘写不进去，文件没有保存；请腾出空间后重试")
        return web.json_response(asdict(upload))

    async def _listen(self, request: web.Request, receive: Receive) -> web.StreamResponse:
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=MAX_FRAME)
        await socket.prepare(request)
        try:
            people = await self._store.read(directory)
        except StorageError as error:
            await socket.send_str(encode({"kind": "error", "text": str(error)}))
            await socket.close()
            return socket
        page = self._hub.join(socket, request.transport)
        page.put(encode(self._hello(people)))
        try:
            async for message in socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    page.put(encode(await self._talk.hear(message.data, receive, self._hands)))
        finally:
            await self._hub.leave(page)
        return socket

    def _hello(self, people: Directory) -> Frame:
        chats = {chat.chat for person in people.people for chat in person.chats}
        return {
            "kind": "hello",
            "screens_id": self._screens.id,
            "people": [asdict(replace(p, examples=self._examples) if p.sells else p) for p in people.people],
            "screens": {chat: [frame(entry) for entry in self._screens.tail(chat)] for chat in sorted(chats)},
            "clock": self._hands.frame(),
            "first": self._first,
            "max_upload": self._uploads.max_bytes,
            "max_message": MAX_BYTES,
        }

    async def _shutdown(self, _: web.Application) -> None:
        await self._hub.close()


async def _refused_upload(request: web.Request, status: int, text: str) -> web.StreamResponse:
    await drain(request.content)
    response = web.json_response({"error": text}, status=status)
    response.force_close()
    return response
