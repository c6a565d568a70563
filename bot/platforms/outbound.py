"""The one HTTP client of all platforms: known hosts only, no redirects, no private addresses, bounded, and silent about secrets.

Addresses may come from the settings (trusted: an administrator wrote them, they may be private) or from payloads (followed only to the
platform's official hosts and the configured ones, over TLS). Every failure is a :class:`PlatformError` that names the platform and the
path, never the query, because tokens and keys travel there.
"""

import asyncio
import ipaddress
import json
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.domain.errors import PlatformError

SECONDS = 10.0
LARGEST_ANSWER = 4 * 2**20
CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def json(self) -> Any:  # noqa: ANN401
        """The content as JSON; None when it is not."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


class Outbound:
    """The client of one platform.

    Args:
        platform: its name, for errors.
        official: host names of the platform; a leading dot lets every host below it pass.
        trusted: addresses and host names out of the settings.
    """

    def __init__(self, platform: str, official: Sequence[str], trusted: Sequence[str] = ()) -> None:
        self._platform = platform
        self._official = tuple(official)
        self._trusted = frozenset(_host(one) for one in trusted)
        self._session: aiohttp.ClientSession | None = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object | None = None,
        form: aiohttp.FormData | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
        largest: int = LARGEST_ANSWER,
    ) -> Answer:
        """One request and its whole answer, whatever its status but a redirect. ``body`` is sent as JSON in plain UTF-8."""
        data: Any = form
        sent = dict(headers or {})
        if body is not None:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            sent["Content-Type"] = "application/json; charset=utf-8"
        async with self.open(method, url, params=params, data=data, headers=sent, seconds=seconds) as response:
            content = b""
            async for chunk in self.chunks(response, largest):
                content += chunk
            return Answer(response.status, response.headers, content)

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: object | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A response whose body is still to be read, with :meth:`chunks`; ``seconds`` bounds the whole exchange."""
        where = self._admitted(url, ("https", "http"))
        try:
            async with (
                asyncio.timeout(seconds),
                self._open().request(method, url, params=params, data=data, headers=headers, allow_redirects=False) as response,
            ):
                if 300 <= response.status < 400:
                    raise self._failed(where, "answered with a redirect", final=True)
                yield response
        except TimeoutError:
            raise self._failed(where, f"no answer within {seconds:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._failed(where, type(error).__name__) from None  # its text may tell the whole address

    async def chunks(self, response: aiohttp.ClientResponse, largest: int) -> AsyncIterator[bytes]:
        """The body piece by piece, refused once it is larger than ``largest`` bytes."""
        size = 0
        async for chunk in response.content.iter_chunked(CHUNK):
            size += len(chunk)
            if size > largest:
                raise PlatformError(f"{self._platform}: answer larger than {largest} bytes", final=True)
            yield chunk

    async def websocket(self, url: str, *, largest: int, seconds: float = SECONDS) -> aiohttp.ClientWebSocketResponse:
        """An open WebSocket; closing it is the caller's."""
        where = self._admitted(url, ("wss", "ws"))
        try:
            async with asyncio.timeout(seconds):
                return await self._open().ws_connect(url, max_msg_size=largest, autoping=True)
        except TimeoutError:
            raise self._failed(where, f"no answer within {seconds:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._failed(where, type(error).__name__) from None

    async def close(self) -> None:
        """Give the connections back."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _admitted(self, url: str, schemes: tuple[str, str]) -> SplitResult:
        secure, plain = schemes
        try:
            where = urlsplit(url)
            host, _ = (where.hostname or "").lower(), where.port
        except ValueError:
            raise PlatformError(f"{self._platform}: not an address", final=True) from None
        trusted = host in self._trusted
        if where.username or not (where.scheme == secure or (trusted and where.scheme == plain)):
            raise self._failed(where, "is no address to follow", final=True)
        if not (trusted or any(host == one or (one.startswith(".") and host.endswith(one)) for one in self._official)):
            raise self._failed(where, "is at a host that is not allowed", final=True)
        return where

    def _failed(self, where: SplitResult, what: str, *, final: bool = False) -> PlatformError:
        return PlatformError(f"{self._platform}: {where.hostname}{where.path} {what}", final=final)

    def _open(self) -> aiohttp.ClientSession:
        # No proxy out of the environment, no cookies, and names are looked up by a resolver that knows what is private.
        if self._session is None:
            connector = aiohttp.TCPConnector(resolver=PublicOnly(self._trusted), limit=64)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
        return self._session


class PublicOnly(AbstractResolver):
    """Looks names up and forgets the private addresses among the answers, except for trusted names."""

    def __init__(self, trusted: frozenset[str]) -> None:
        self._trusted = trusted
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        """The addresses of a name. Raises OSError when no public one is left."""
        found = await self._inner.resolve(host, port, family)
        kept = [one for one in found if host.lower() in self._trusted or is_public(one["host"])]
        if not kept:
            raise OSError("no public address")
        return kept

    async def close(self) -> None:
        """Nothing to give back."""
        await self._inner.close()


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not (mapped or found).is_multicast


def _host(one: str) -> str:
    return ((urlsplit(one).hostname if "//" in one else one) or "").lower()
