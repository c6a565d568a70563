"""Signing in to the pages from the sandbox: as whoever is played, once, and from inside the sandbox only."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.domain.clock import FakeClock
from bot.platforms.sandbox.signin import AS, SignIns
from tests.platforms.sandbox.conftest import TOKEN, Demo

BACK = "http://127.0.0.1:{port}/app/back"


@pytest.fixture
async def inside(demo: Demo) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser that has used the printed address."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        await session.get(f"{demo.root}/sandbox?token={TOKEN}")
        yield session


async def asked(demo: Demo, session: aiohttp.ClientSession, *, back: str = "", user: str = "li") -> aiohttp.ClientResponse:
    query = {"back": back or BACK.format(port=demo.port), "state": "s" * 32}
    cookies = {AS: user} if user else {}
    return await session.get(f"{demo.root}/sandbox/signin", params=query, cookies=cookies, allow_redirects=False)


async def test_the_person_who_is_played_gets_a_code_for_one_exchange(demo: Demo, inside: aiohttp.ClientSession) -> None:
    got = await asked(demo, inside)
    assert got.status == 302
    address = got.headers["Location"]
    assert address.startswith("/app/back?code=")
    code = address.split("code=")[1].split("&")[0]
    assert [await demo.sandbox.signed_in(code), await demo.sandbox.signed_in(code)] == ["li", None]


async def test_without_anybody_played_it_says_where_to_start(demo: Demo, inside: aiohttp.ClientSession) -> None:
    got = await asked(demo, inside, user="")
    assert (got.status, "从演示页面里打开" in await got.text()) == (403, True)


@pytest.mark.parametrize(
    "back", ["https://evil.example/app/back", "http://evil.example/app/back", "//evil.example/app/back", "/app/back", "javascript:1"]
)
async def test_a_code_goes_nowhere_else(demo: Demo, inside: aiohttp.ClientSession, back: str) -> None:
    assert (await asked(demo, inside, back=back)).status == 403


async def test_a_browser_outside_the_sandbox_gets_no_code(demo: Demo) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as stranger:
        assert (await asked(demo, stranger)).status == 403


async def test_a_code_is_good_for_a_minute() -> None:
    clock = FakeClock(datetime(2026, 3, 18, 2, tzinfo=UTC))
    sign_ins = SignIns(clock)
    code = sign_ins._code("li")
    clock.advance(timedelta(minutes=1))
    assert sign_ins.user(code) is None
