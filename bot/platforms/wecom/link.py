"""One connection of the AI bot: frames out with their acks, frames in, a heartbeat, and an eye on links that only look alive."""

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from bot.domain.errors import PlatformError
from bot.platforms.wecom.errors import Refusal

log = logging.getLogger(__name__)

Frame = Mapping[str, Any]
Pause = Callable[[float], Awaitable[None]]

ACK_SECONDS = 5.0
AGAIN = 2.0


class Unanswered(PlatformError):
    """No ack came: whether it was done is not known."""


class Link:
    """Speaks over an open socket until it ends. ``heard`` gets every frame that is no ack, one after the other."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, heard: Callable[[Frame], Awaitable[None]], ack_seconds: float) -> None:
        self._socket = socket
        self._heard = heard
        self._ack_seconds = ack_seconds
        self._waiting: dict[str, asyncio.Future[Frame]] = {}

    async def listen(self) -> None:
        """Take what comes, until the connection ends."""
        try:
            async for message in self._socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self._take(message.data)
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Unanswered("wecom bot: the connection ended", retry_after=AGAIN))
                    future.exception()  # who asked may have gone away; that is no error of the loop's

    async def ask(self, command: str, body: object = None, req_id: str = "") -> Mapping[str, Any]:
        """Send a frame and return what its ack carries. Raises :class:`Refusal` and :class:`Unanswered`."""
        req_id = req_id or f"{command}_{secrets.token_hex(8)}"
        future = self._expect(req_id)
        try:
            await self._send(command, body, req_id)
            async with asyncio.timeout(self._ack_seconds):
                return _checked(command, await future)
        except TimeoutError:
            raise Unanswered(f"wecom bot {command}: no ack", retry_after=AGAIN) from None
        finally:
            self._waiting.pop(req_id, None)

    async def say(self, command: str, body: object, req_id: str = "") -> None:
        """Send something that people see.

        Acks get lost and saying it again would show it twice. Frames of one connection arrive in their order: when a ping sent after it
        is acked, the server has had it. Only when that does not come either is it unknown, and the connection is given up.
        """
        req_id = req_id or f"{command}_{secrets.token_hex(8)}"
        future = self._expect(req_id)
        try:
            await self._send(command, body, req_id)
            async with asyncio.timeout(self._ack_seconds):
                _checked(command, await asyncio.shield(future))
        except TimeoutError:
            if not await self.alive():
                raise Unanswered(f"wecom bot {command}: no ack", retry_after=AGAIN) from None
            if future.done():
                _checked(command, future.result())
            else:
                log.info("wecom bot: an ack of %s was lost", command)
        finally:
            self._waiting.pop(req_id, None)

    async def alive(self) -> bool:
        """Whether the other side still answers; a link that does not is closed."""
        try:
            await self.ask("ping")
        except (Unanswered, Refusal):
            await self.close()
            return False
        return True

    async def close(self) -> None:
        """End it, without waiting for a partner that may be gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._ack_seconds):
                await self._socket.close()

    def _expect(self, req_id: str) -> "asyncio.Future[Frame]":
        if req_id in self._waiting:  # the server mixes up two commands under one id
            raise PlatformError("wecom bot: an earlier answer is still on its way", retry_after=AGAIN)
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = future
        return future

    async def _send(self, command: str, body: object, req_id: str) -> None:
        frame = {"cmd": command, "headers": {"req_id": req_id}} | ({} if body is None else {"body": body})
        try:
            await self._socket.send_str(json.dumps(frame, ensure_ascii=False))
        except (ConnectionError, RuntimeError, aiohttp.ClientError):
            raise Unanswered("wecom bot: the connection ended", retry_after=AGAIN) from None

    async def _take(self, text: str) -> None:
        try:
            frame = json.loads(text)
            req_id = str(frame["headers"]["req_id"])
        except (ValueError, KeyError, TypeError):
            log.warning("wecom bot: something that is no frame")
            return
        if "cmd" in frame:
            await self._heard(frame)
        elif (future := self._waiting.get(req_id)) is not None and not future.done():
            future.set_result(frame)


def _checked(command: str, ack: Frame) -> Mapping[str, Any]:
    code = ack.get("errcode", 0)
    if code:
        raise Refusal(command, code if isinstance(code, int) else -1)
    body = ack.get("body")
    return body if isinstance(body, dict) else {}
