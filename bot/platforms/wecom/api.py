"""WeCom's server API over the one outbound client: a token on every call, one renewal, errors told apart."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, TypeVar

import aiohttp

from bot.domain.clock import Clock
from bot.domain.errors import PlatformError
from bot.platforms.outbound import Answer, Outbound
from bot.platforms.wecom import limits
from bot.platforms.wecom.errors import TOKEN, Refusal, checked
from bot.platforms.wecom.tokens import Token
from config.platforms import Wecom

T = TypeVar("T")
Body = Mapping[str, Any]
Params = Mapping[str, str]

OFFICIAL = ("qyapi.weixin.qq.com", "open.weixin.qq.com", "openws.work.weixin.qq.com")
LIFE = 7200.0
UPLOAD_SECONDS = 60.0
DOWNLOAD_SECONDS = 300.0
_TOTAL = re.compile(r"bytes \d+-(\d+)/(\d+)")
_TOO_LARGE_AT_ONCE = 830002


class Api:
    """Calls of the self-built app and of group webhooks."""

    def __init__(self, settings: Wecom, clock: Clock) -> None:
        self._settings = settings
        self.http = Outbound("wecom", OFFICIAL, (settings.api_base, settings.ws_url, settings.login_base, *settings.allowed_hosts))
        self._token = Token(self._fetch_token, clock)
        self._corp_ticket = Token(lambda: self._fetch_ticket("get_jsapi_ticket", {}), clock)
        self._app_ticket = Token(lambda: self._fetch_ticket("ticket/get", {"type": "agent_config"}), clock)

    async def get(self, path: str, params: Params | None = None) -> dict[str, Any]:
        """``GET /cgi-bin/path``. Raises PlatformError."""
        return await self._with_token(path, lambda token: self._json("GET", path, {**(params or {}), "access_token": token}))

    async def post(self, path: str, body: Body) -> dict[str, Any]:
        """``POST /cgi-bin/path``. Raises PlatformError."""
        return await self._with_token(path, lambda token: self._json("POST", path, {"access_token": token}, body))

    async def webhook(self, key: str, body: Body) -> None:
        """Say something through a group webhook. Raises PlatformError."""
        await self._json("POST", "webhook/send", {"key": key}, body)

    async def upload(self, kind: str, name: str, data: bytes) -> str:
        """The media id of bytes that the app may send; ``kind`` is image, voice, video or file. Raises PlatformError."""
        _fit(kind, data)
        found = await self._with_token(
            "media/upload", lambda token: self._form("media/upload", {"access_token": token, "type": kind}, name, data)
        )
        return str(found["media_id"])

    async def upload_for_webhook(self, key: str, kind: str, name: str, data: bytes) -> str:
        """The same for the webhook of that key, and for it alone."""
        _fit(kind, data)
        return str((await self._form("webhook/upload_media", {"key": key, "type": kind}, name, data))["media_id"])

    async def download(self, media_id: str) -> AsyncIterator[bytes]:
        """The bytes of a file that somebody sent. Raises PlatformError, final when WeCom has it no more."""
        token = await self._token.get()
        try:
            async for chunk in self._whole(media_id, token):
                yield chunk
            return
        except Refusal as refusal:  # raised before the first byte, so that nothing is given twice
            if refusal.code == _TOO_LARGE_AT_ONCE:
                token = await self._token.get()
            elif refusal.code in TOKEN:
                token = await self._token.renew(token)
            else:
                raise
        async for chunk in self._ranges(media_id, token):
            yield chunk

    async def token(self) -> str:
        """The access token in force. Raises PlatformError."""
        return await self._token.get()

    async def corp_ticket(self) -> str:
        """What ``wx.config`` is signed with."""
        return await self._corp_ticket.get()

    async def app_ticket(self) -> str:
        """What ``agentConfig`` is signed with."""
        return await self._app_ticket.get()

    def at(self, path: str) -> str:
        """The address of an API path."""
        return f"{self._settings.api_base}/cgi-bin/{path}"

    async def _whole(self, media_id: str, token: str) -> AsyncIterator[bytes]:
        params = {"access_token": token, "media_id": media_id}
        async with self.http.open("GET", self.at("media/get"), params=params, seconds=DOWNLOAD_SECONDS) as response:
            async for chunk in self._bytes(response):
                yield chunk

    async def _ranges(self, media_id: str, token: str) -> AsyncIterator[bytes]:
        start, total = 0, 1
        while start < total:
            params = {"access_token": token, "media_id": media_id}
            wanted = {"Range": f"bytes={start}-{start + limits.RANGE - 1}"}
            async with self.http.open("GET", self.at("media/get"), params=params, headers=wanted, seconds=DOWNLOAD_SECONDS) as response:
                async for chunk in self._bytes(response):
                    yield chunk
                if response.status != 206:  # all of it came at once
                    return
                last, total = _range_of(response)
                if last < start:
                    raise PlatformError("wecom media/get: ranges that lead nowhere")
                start = last + 1

    async def _bytes(self, response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        if response.status not in (200, 206):
            raise PlatformError(f"wecom media/get: status {response.status}", final=400 <= response.status < 500)
        first = True
        async for chunk in self.http.chunks(response, limits.LARGEST_DOWNLOAD):
            if first and (error := _as_error(response, chunk)) is not None:
                checked("media/get", error)
            first = False
            yield chunk

    async def _json(self, method: str, path: str, params: Params, body: Body | None = None) -> dict[str, Any]:
        return _read(path, await self.http.ask(method, self.at(path), params=params, body=body))

    async def _form(self, path: str, params: Params, name: str, data: bytes) -> dict[str, Any]:
        # A new form for each try: one that was sent is spent, and WeCom would get an empty file.
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("media", data, filename=_plain(name), content_type="application/octet-stream")
        return _read(path, await self.http.ask("POST", self.at(path), params=params, form=form, seconds=UPLOAD_SECONDS))

    async def _with_token(self, path: str, call: Callable[[str], Awaitable[T]]) -> T:
        token = await self._token.get()
        try:
            return await call(token)
        except Refusal as refusal:
            if refusal.code not in TOKEN:
                raise
        return await call(await self._token.renew(token))

    async def _fetch_token(self) -> tuple[str, float]:
        params = {"corpid": self._settings.corp_id, "corpsecret": self._settings.secret.get_secret_value()}
        return _lasting(await self._json("GET", "gettoken", params), "access_token")

    async def _fetch_ticket(self, path: str, params: Params) -> tuple[str, float]:
        return _lasting(await self.get(path, params), "ticket")

    async def close(self) -> None:
        """Give the connections back."""
        await self.http.close()


def _read(path: str, answer: Answer) -> dict[str, Any]:
    if answer.status != 200:
        raise PlatformError(f"wecom {path}: status {answer.status}")
    return checked(path, answer.json())


def _lasting(answer: dict[str, Any], name: str) -> tuple[str, float]:
    value, life = answer.get(name), answer.get("expires_in", LIFE)
    if not isinstance(value, str) or not value or not isinstance(life, int | float):
        raise PlatformError(f"wecom: no {name} in the answer")
    return value, float(life)


def _as_error(response: aiohttp.ClientResponse, first: bytes) -> dict[str, Any] | None:
    """WeCom says errors with status 200, as JSON, and sometimes under the content type of a picture."""
    if not first.lstrip().startswith(b"{") or len(first) > 4096:
        return None
    try:
        found = json.loads(first)
    except ValueError:
        return None
    attached = "attachment" in response.headers.get("Content-Disposition", "")
    return found if isinstance(found, dict) and found.get("errcode") and "errmsg" in found and not attached else None


def _range_of(response: aiohttp.ClientResponse) -> tuple[int, int]:
    found = _TOTAL.fullmatch(response.headers.get("Content-Range", ""))
    if not found:
        raise PlatformError("wecom media/get: a range without its size")
    return int(found[1]), int(found[2])


def _fit(kind: str, data: bytes) -> None:
    if not limits.SMALLEST_UPLOAD <= len(data) <= limits.UPLOADS[kind]:
        raise PlatformError(f"wecom: a {kind} of {len(data)} bytes is not taken", final=True)


def _plain(name: str) -> str:
    return re.sub(r'[\x00-\x1f"\\/]', "_", name)[:120] or "file"
