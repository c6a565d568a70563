"""The one client: where it goes, where it does not, and what its errors tell."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.domain.errors import PlatformError
from bot.platforms.outbound import Outbound, PublicOnly, is_public

SECRET = "s3cret-of-nobody"


class Server:
    """Answers in the ways that hurt."""

    def __init__(self) -> None:
        self.address = ""

    async def slow(self, _: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async def away(self, _: web.Request) -> web.Response:
        raise web.HTTPFound("http://127.0.0.1:1/elsewhere")

    async def large(self, _: web.Request) -> web.Response:
        return web.Response(body=b"x" * 5000)

    async def echo(self, request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def broken(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    for name in ("slow", "away", "large", "echo", "broken"):
        app.router.add_route("*", f"/{name}", getattr(server, name))
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[Outbound]:
    client = Outbound("wecom", ("qyapi.weixin.qq.com", ".qpic.cn"), (server.address,))
    yield client
    await client.close()


async def failure(client: Outbound, url: str, **more: float) -> PlatformError:
    with pytest.raises(PlatformError) as raised:
        await client.ask("GET", url, params={"access_token": SECRET}, seconds=more.get("seconds", 5))
    return raised.value


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "http://qyapi.weixin.qq.com/cgi-bin/gettoken",
        "https://qyapi.weixin.qq.com.example.com/",
        "https://qpic.cn/",
        "https://user:word@qyapi.weixin.qq.com/",
        "file:///etc/passwd",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[nonsense/",
        "",
    ],
)
async def test_an_address_that_is_not_allowed_is_not_asked(client: Outbound, url: str) -> None:
    assert (await failure(client, url)).final


async def test_a_name_that_leads_to_a_private_address_is_not_followed() -> None:
    resolver = PublicOnly(frozenset())
    with pytest.raises(OSError, match="no public address"):
        await resolver.resolve("localhost", 443)


async def test_a_configured_name_may_be_private() -> None:
    assert await PublicOnly(frozenset({"localhost"})).resolve("localhost", 443)


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.1.1", "::1", "::ffff:192.168.0.1", "fe80::1%eth0", "224.0.0.1", "0.0.0.0"]
)
def test_private_addresses_are_known(address: str) -> None:
    assert not is_public(address)


def test_a_public_address_is_public() -> None:
    assert is_public("203.205.254.1")


async def test_a_redirect_is_refused(client: Outbound, server: Server) -> None:
    error = await failure(client, f"{server.address}/away")
    assert error.final
    assert "redirect" in str(error)


async def test_what_takes_too_long_is_a_failure_that_may_pass(client: Outbound, server: Server) -> None:
    error = await failure(client, f"{server.address}/slow", seconds=0.05)
    assert not error.final


@pytest.mark.parametrize("path", ["slow", "away", "broken"])
async def test_no_error_tells_the_query(client: Outbound, server: Server, path: str) -> None:
    error = await failure(client, f"{server.address}/{path}", seconds=0.1)
    assert SECRET not in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


async def test_an_answer_that_is_too_large_is_cut_off(client: Outbound, server: Server) -> None:
    with pytest.raises(PlatformError, match="larger than 1000"):
        await client.ask("GET", f"{server.address}/large", largest=1000)


async def test_json_leaves_in_plain_characters(client: Outbound, server: Server) -> None:
    answer = await client.ask("POST", f"{server.address}/echo", body={"content": "跟进👌"})
    assert answer.content.decode() == '{"content":"跟进👌"}'
