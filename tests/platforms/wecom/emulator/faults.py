"""What goes wrong on the server's side or on the way, on request: each fault is taken once or until it is lifted."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from tests.platforms.wecom.emulator.refusals import Refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fault = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


class Faults:
    """Faults by path (``message/send``); ``*`` stands for every path."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._waiting: dict[str, list[tuple[Fault, int | None]]] = {}

    def on(self, path: str, fault: Fault, times: int | None = 1) -> None:
        """Let the next ``times`` requests meet the fault; None until :meth:`lift`."""
        self._waiting.setdefault(path, []).append((fault, times))

    def lift(self, path: str | None = None) -> None:
        """Well again."""
        if path is None:
            self._waiting.clear()
        self._waiting.pop(path or "", None)

    def take(self, path: str) -> Fault | None:
        """The fault that the next request meets."""
        for key in (path, "*"):
            queue = self._waiting.get(key)
            if queue:
                fault, times = queue[0]
                if times is None:
                    return fault
                queue[0] = (fault, times - 1)
                if times == 1:
                    queue.pop(0)
                return fault
        return None

    def error(self, code: int, words: str = "injected") -> Fault:
        """An errcode instead of doing it: -1, 42001, 45009, 45033 …"""

        async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
            return web.json_response(Refused(code, words).body(request.remote or "", self._now()))

        return fault

    @staticmethod
    def status(code: int = 502, body: str = PAGE) -> Fault:
        """A gateway's page; with code 200 it is the page of somebody else's proxy."""

        async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
            return web.Response(status=code, text=body, content_type="text/html")

        return fault

    @staticmethod
    def cut_short(*, size: int = 20) -> Fault:
        """It is done, and the answer ends early although its length promises more."""

        async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
            full = await handler(request)
            body = full.body if isinstance(full, web.Response) and isinstance(full.body, bytes) else b"{}"
            short = web.StreamResponse(headers={"Content-Type": full.content_type, "Content-Length": str(len(body))})
            await short.prepare(request)
            await short.write(body[: min(size, len(body) - 1)])
            _drop(request)
            return short

        return fault

    @staticmethod
    def half_json() -> Fault:
        """It is done, and the answer is half a JSON document of honest length."""

        async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
            full = await handler(request)
            text = full.text if isinstance(full, web.Response) else ""
            return web.Response(text=(text or "{}")[:20], content_type="application/json")

        return fault

    @staticmethod
    def hang(*, done: bool = False, seconds: float = 3600) -> Fault:
        """No answer; with ``done`` the work was done all the same."""

        async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
            answer = await handler(request) if done else None
            await asyncio.sleep(seconds)
            return answer or await handler(request)

        return fault

    @staticmethod
    def reset(*, done: bool = False) -> Fault:
        """The connection breaks; with ``done`` the work was done all the same."""

        async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
            if done:
                await handler(request)
            _drop(request)
            return web.Response()

        return fault

    @staticmethod
    def headers(**changed: str) -> Fault:
        """Done well, with other headers: ``Content_Disposition="attachment"``."""

        async def fault(request: web.Request, handler: Handler) -> web.StreamResponse:
            answer = await handler(request)
            for name, value in changed.items():
                answer.headers[name.replace("_", "-")] = value
            return answer

        return fault


def _drop(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
