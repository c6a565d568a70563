"""A model behind an OpenAI-compatible address that answers what a test tells it to, and remembers what it was sent."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Act = Callable[[dict[str, Any]], "web.Response | float"]


def answer(**said: object) -> dict[str, Any]:
    """An answer of the agreed shape; what is not given is not said."""
    empty: dict[str, Any] = dict.fromkeys(("intent", "customer", "channel", "occurred_on", "next_on", "total_amount", "delay_reason"))
    return empty | {"contacts": [], "objections": [], "competitors": [], "action_items": []} | said


def completion(words: str | None, **message: object) -> web.Response:
    """A chat completion that says ``words``."""
    return web.json_response({"choices": [{"message": {"role": "assistant", "content": words, **message}, "finish_reason": "stop"}]})


def says(**said: object) -> Act:
    """Answer well."""
    return lambda request: completion(json.dumps(answer(**said), ensure_ascii=False))


def words(text: str | None, **message: object) -> Act:
    """Answer with these words, whatever they are."""
    return lambda request: completion(text, **message)


def status(code: int, **headers: str) -> Act:
    """Answer with a status and nothing to use."""
    return lambda request: web.Response(status=code, headers=headers, text="sorry")


def slow(seconds: float) -> Act:
    """Take that long, then answer well."""
    return lambda request: seconds


@dataclass(slots=True)
class Model:
    """The server's side. ``acts`` are taken one for each request; the last one stays."""

    address: str = ""
    acts: list[Act] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def sent(self) -> str:
        """Everything that was sent, as one text."""
        return json.dumps(self.requests, ensure_ascii=False)

    @property
    def data(self) -> dict[str, Any]:
        """What the last request told as data."""
        told: dict[str, Any] = json.loads(self.requests[-1]["messages"][1]["content"])
        return told

    async def reply(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Authorization", ""))
        self.requests.append(await request.json())
        act = self.acts.pop(0) if len(self.acts) > 1 else self.acts[0]
        done = act(self.requests[-1])
        if isinstance(done, web.Response):
            return done
        await asyncio.sleep(done)
        return completion(json.dumps(answer()))


@asynccontextmanager
async def listening() -> AsyncIterator[Model]:
    """A model on a port of this machine."""
    model = Model()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.reply)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    model.address = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield model
    finally:
        await runner.cleanup()
