"""The emulator, running, and somebody who calls it by hand."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData, web

from bot.domain.clock import FakeClock
from tests.platforms.wecom.company import Company, company_on
from tests.platforms.wecom.emulator import Emulator, emulated
from tests.platforms.wecom.listener import Listener
from tests.platforms.wecom.secrecy import overhearing, spilled


@pytest.fixture
async def wecom(clock: FakeClock) -> AsyncIterator[Emulator]:
    async with emulated(clock) as emulator:
        emulator.corp.callback = f"{emulator.address}/nobody-listens"
        yield emulator


@dataclass(slots=True)
class Caller:
    """Calls the emulator's API with a token in force."""

    wecom: Emulator

    async def get(self, path: str, **query: str) -> dict[str, Any]:
        async with self.wecom.http.get(f"{self.wecom.address}/cgi-bin/{path}", params=self._query(query)) as answer:
            said: dict[str, Any] = await answer.json()
            return said

    async def post(self, path: str, body: object, **query: str) -> dict[str, Any]:
        written = json.dumps(body, ensure_ascii=False)
        async with self.wecom.http.post(f"{self.wecom.address}/cgi-bin/{path}", params=self._query(query), data=written) as answer:
            said: dict[str, Any] = await answer.json()
            return said

    async def send(self, kind: str = "text", content: object = None, to: str = "lisi", **more: object) -> dict[str, Any]:
        """message/send."""
        body = {"touser": to, "agentid": self.wecom.corp.agent_id, "msgtype": kind, kind: content or {"content": "好"}}
        return await self.post("message/send", body | more)

    async def hook(self, kind: str = "text", content: object = None) -> dict[str, Any]:
        """webhook/send."""
        key = next(iter(self.wecom.corp.webhooks))
        return await self.post("webhook/send", {"msgtype": kind, kind: content or {"content": "好"}}, key=key)

    async def upload(self, data: bytes, kind: str = "file", name: str | None = "报价.xlsx", path: str = "media/upload") -> dict[str, Any]:
        form = FormData(quote_fields=False)
        part: str | BytesIO = data.decode() if name is None else BytesIO(data)
        form.add_field("media", part, filename=name, content_type="application/octet-stream")
        query = self._query({"type": kind, "key": next(iter(self.wecom.corp.webhooks))})
        async with self.wecom.http.post(f"{self.wecom.address}/cgi-bin/{path}", params=query, data=form) as answer:
            said: dict[str, Any] = await answer.json()
            return said

    def _query(self, query: dict[str, str]) -> dict[str, str]:
        return {"access_token": self.wecom.corp.access_token()} | query


@pytest.fixture
def caller(wecom: Emulator) -> Caller:
    return Caller(wecom)


@pytest.fixture
async def listener(wecom: Emulator) -> AsyncIterator[Listener]:
    """A bot that only listens, saved as the app's callback address."""
    listener = Listener(wecom.callbacks.seal)
    app = web.Application(client_max_size=2**20)
    app.router.add_post("/wecom/callback", listener.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    wecom.corp.callback = f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/callback"
    yield listener
    await runner.cleanup()


@pytest.fixture
async def company(wecom: Emulator, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Company]:
    """The service on the emulator, without a public address. Nothing that it logs meanwhile tells a secret or what somebody said."""
    with overhearing() as lines:
        async with company_on(wecom, tmp_path, clock) as running:
            yield running
            assert not (found := spilled(lines, running)), found
