"""Who gets in."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, CookieJar, WSServerHandshakeError

from bot.platforms.sandbox.door import is_local
from tests.platforms.sandbox.conftest import TOKEN, Demo


def browser() -> ClientSession:
    return ClientSession(cookie_jar=CookieJar(unsafe=True))


@pytest.fixture
async def stranger() -> AsyncIterator[ClientSession]:
    async with browser() as session:
        yield session


@pytest.fixture
async def guest(demo: Demo) -> AsyncIterator[ClientSession]:
    async with browser() as session:
        await session.get(demo.address)
        yield session


async def test_the_printed_address_leads_to_the_page_without_the_token(demo: Demo, stranger: ClientSession) -> None:
    answer = await stranger.get(demo.address)
    assert answer.status == 200
    assert str(answer.url) == f"{demo.root}/sandbox"
    assert TOKEN not in await answer.text()


async def test_the_session_cookie_is_http_only_and_strict(demo: Demo, stranger: ClientSession) -> None:
    answer = await stranger.get(demo.address, allow_redirects=False)
    assert answer.status == 303
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_the_token_is_good_for_one_browser(demo: Demo, guest: ClientSession, stranger: ClientSession) -> None:
    answer = await stranger.get(demo.address)
    assert answer.status == 403
    assert "make demo" in await answer.text()


async def test_the_same_browser_may_use_the_address_again(demo: Demo, guest: ClientSession) -> None:
    assert (await guest.get(demo.address)).status == 200


@pytest.mark.parametrize("token", ["", "wrong", "密码", TOKEN + "x"])
async def test_a_wrong_token_is_refused_and_spends_nothing(demo: Demo, stranger: ClientSession, token: str) -> None:
    assert (await stranger.get(f"{demo.root}/sandbox", params={"token": token})).status == 403
    assert (await stranger.get(demo.address)).status == 200


async def test_a_head_request_does_not_spend_the_token(demo: Demo, stranger: ClientSession) -> None:
    assert (await stranger.head(demo.address)).status == 405
    assert (await stranger.get(demo.address)).status == 200


@pytest.mark.parametrize("path", ["/sandbox", "/sandbox/here", "/sandbox/ws", "/sandbox/media/" + "0" * 32 + ".png"])
async def test_without_a_session_there_is_a_page_that_says_what_to_do(demo: Demo, stranger: ClientSession, path: str) -> None:
    answer = await stranger.get(demo.root + path, headers={"Origin": demo.root})
    assert answer.status == 403
    assert "终端" in await answer.text()


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:80", "192.168.1.5", "127.0.0.1:80:80"])
@pytest.mark.parametrize("path", ["/sandbox", "/sandbox/ws", "/sandbox/static/main.js"])
async def test_another_host_name_is_refused(demo: Demo, guest: ClientSession, host: str, path: str) -> None:
    answer = await guest.get(demo.root + path, headers={"Host": host, "Origin": f"http://{host}"})
    assert answer.status == 403


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_a_peer_on_this_machine_is_local(peer: str) -> None:
    assert is_local(peer)


@pytest.mark.parametrize("peer", ["192.168.1.5", "10.0.0.1", "8.8.8.8", "::ffff:10.0.0.1", "fe80::1", "", None, "localhost"])
def test_any_other_peer_is_not_local(peer: str | None) -> None:
    assert not is_local(peer)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1", ""])
async def test_a_socket_for_another_origin_is_refused(demo: Demo, guest: ClientSession, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError) as refusal:
        await guest.ws_connect(f"{demo.root}/sandbox/ws", headers={"Origin": origin})
    assert refusal.value.status == 403


@pytest.mark.parametrize("origin", [{"Origin": "http://evil.example"}, {}])
async def test_an_upload_from_another_origin_is_refused(demo: Demo, guest: ClientSession, origin: dict[str, str]) -> None:
    assert (await guest.post(f"{demo.root}/sandbox/upload", data=b"x", headers=origin)).status == 403


async def test_a_link_from_another_site_comes_in_by_one_step_of_our_own(demo: Demo, stranger: ClientSession) -> None:
    answer = await stranger.get(f"{demo.root}/sandbox", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 200
    assert "refresh" in await answer.text()


async def test_a_session_ends_with_the_process(demo: Demo, guest: ClientSession) -> None:
    await demo.restart()
    answer = await guest.get(f"{demo.root}/sandbox/here")
    assert answer.status == 403
    assert "演示已重启" in await answer.text()


async def test_every_answer_is_under_a_strict_policy(demo: Demo, guest: ClientSession) -> None:
    for path in ("/sandbox", "/sandbox/static/main.js", "/sandbox/here"):
        answer = await guest.get(demo.root + path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["index.html", "..%2f__init__.py", "nothing.js"])
async def test_only_the_page_s_own_files_are_served(demo: Demo, guest: ClientSession, name: str) -> None:
    assert (await guest.get(f"{demo.root}/sandbox/static/{name}")).status == 404
