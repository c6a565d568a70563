"""What holds for every route: methods, sessions, posts from elsewhere, sizes, frequencies, headers; and that a GET leaves all as it is."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.clock import FakeClock
from bot.domain.errors import UserError
from bot.web.limits import Limit
from bot.web.signing import load_secret
from prompts import pages
from tests.web.conftest import LI, Site
from tests.web.test_checkin import JSON, STAND, csrf_of
from tests.web.test_files import record

# Every route of the pages, and what makes it a real one.
GETS = [
    "/app/",
    "/app/signin",
    "/app/back?code=x&state=y",
    "/app/checkin",
    "/app/static/pages.css",
    "LIST",
    "LIST?said=empty&at=x",
    "MEDIA",
]
POSTS = ["LIST", "/app/checkin", "/app/checkin/near"]


async def real(site: Site, path: str) -> str:
    """The path of an existing thing."""
    if path.startswith("LIST"):
        return path.replace("LIST", await site.digest())
    return await record(site) if path == "MEDIA" else path


def test_the_table_holds_every_route(site: Site) -> None:
    known = {route.resource.canonical for route in site.house.service.public().router.routes() if route.resource}
    ours = {name for name in known if name.startswith("/app")}
    table = {"/app/list/{key}", "/app/media/{record}/{number}", "/app/static/{name}"}
    assert ours == table | {path.partition("?")[0] for path in GETS + POSTS if path.startswith("/app/") and "static" not in path}


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_no_get_changes_anything(site: Site, path: str, method: str) -> None:
    path, browser = await real(site, path), await site.browser(LI)
    await browser.get("/app/checkin")
    before = dict(await site.written())
    await browser.ask(method, path)
    await site.house.rest()
    after = dict(await site.written())
    noted = {"audit"} if "/app/media/" in path else set()  # the log of openings is the one thing that reading writes
    assert {name for name in after if after[name] != before[name]} <= noted


@pytest.mark.parametrize("path", GETS)
async def test_every_answer_carries_the_headers(site: Site, path: str) -> None:
    path, browser = await real(site, path), await site.browser(LI)
    await browser.get("/app/checkin")
    got = await browser.get(path, follow=False)
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Referrer-Policy"] == "no-referrer"
    assert got.headers["X-Frame-Options"] == "DENY"
    policy = got.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy


@pytest.mark.parametrize("path", ["/app/", "/app/checkin", "LIST", "MEDIA"])
async def test_without_a_session_nothing_is_shown(site: Site, path: str) -> None:
    path, browser = await real(site, path), await site.browser(LI)
    got = await browser.get(path, follow=False)
    assert (got.status, got.headers["Location"].startswith("/app/signin?to=%2Fapp%2F"), got.text) == (302, True, "")


@pytest.mark.parametrize("path", POSTS)
async def test_without_a_session_nothing_is_done(site: Site, path: str) -> None:
    got = await (await site.browser(LI)).post(await real(site, path), STAND)
    assert (got.status, pages.EXPIRED in got.text) == (403, True)


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("token", ["", "x", "0" * 64])
async def test_a_post_without_the_pages_token_is_refused(site: Site, path: str, token: str) -> None:
    path, browser = await real(site, path), await site.browser(LI)
    await browser.get("/app/checkin")
    before = await site.written()
    got = await browser.post(path, {**STAND, "csrf": token})
    assert got.status == 403
    assert await site.written() == before


async def test_a_token_of_another_session_is_refused(site: Site) -> None:
    browser = await site.browser(LI)
    old = csrf_of(await browser.get("/app/checkin"))
    browser.forget()
    browser.become(LI)
    await browser.get("/app/checkin")
    assert (await browser.post("/app/checkin/near", {**STAND, "csrf": old})).status == 403


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
async def test_a_post_from_another_page_is_refused_even_with_the_token(site: Site, headers: dict[str, str]) -> None:
    browser = await site.browser(LI)
    csrf = csrf_of(await browser.get("/app/checkin"))
    got = await browser.post("/app/checkin/near", {**STAND, "csrf": csrf}, headers=headers)
    assert (got.status, pages.FOREIGN in got.text) == (403, True)


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/app/checkin"), ("DELETE", "/app/list/x"), ("POST", "/app/signin"), ("POST", "/app/back")]
)
async def test_another_method_is_refused(site: Site, method: str, path: str) -> None:
    assert (await (await site.browser(LI)).ask(method, path)).status == 405


async def test_a_form_that_is_too_large_is_refused_unread(site: Site) -> None:
    browser = await site.browser(LI)
    csrf = csrf_of(await browser.get("/app/checkin"))
    got = await browser.post(
        "/app/checkin/near", b"q=" + b"x" * 2**18, headers={"X-Csrf": csrf, "Content-Type": "application/x-www-form-urlencoded"}
    )
    assert got.status == 413


@pytest.mark.parametrize("body", [b"\xff\xfe", b"lat=%ff", b"&&&=", b"a=1" * 5000])
async def test_odd_forms_get_a_sentence_and_never_an_error(site: Site, body: bytes) -> None:
    browser = await site.browser(LI)
    csrf = csrf_of(await browser.get("/app/checkin"))
    kind = "application/x-www-form-urlencoded; charset=klingon" if body == b"&&&=" else "application/x-www-form-urlencoded"
    assert (await browser.post("/app/checkin/near", body, headers={**JSON, "X-Csrf": csrf, "Content-Type": kind})).status == 400


async def test_somebody_who_clicks_like_mad_is_asked_to_rest_and_nobody_else(site: Site) -> None:
    browser = await site.browser(LI)
    csrf = csrf_of(await browser.get("/app/checkin"))
    statuses = [(await browser.post("/app/checkin/near", {**STAND, "csrf": csrf})).status for _ in range(25)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
    other = await site.browser("chen.liqun")
    assert (await other.get("/app/checkin")).status == 200


def test_a_bucket_fills_again_as_time_passes(clock: FakeClock) -> None:
    limit = Limit(clock, per_minute=60, burst=2)
    assert [limit.takes("a") for _ in range(3)] == [True, True, False]
    clock.advance(timedelta(seconds=1))
    assert [limit.takes("a"), limit.takes("a"), limit.takes("b")] == [True, False, True]


def test_a_clock_that_goes_back_locks_nobody_out(clock: FakeClock) -> None:
    limit = Limit(clock, per_minute=60, burst=2)
    assert limit.takes("a")
    clock.advance(timedelta(days=-1))
    assert limit.takes("a")
    clock.advance(timedelta(seconds=2))
    assert limit.takes("a")


def test_the_secret_is_made_once_and_is_the_owners_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "web.secret"
    secret = load_secret(file)
    assert load_secret(file) == secret
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(secret) == 64


def test_a_secret_that_is_too_short_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "web.secret").write_text("1234", encoding="ascii")
    with pytest.raises(UserError, match="太短"):
        load_secret(tmp_path / "web.secret")


def test_a_secret_that_cannot_be_written_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(UserError, match=r"\[web\] secret_file"):
        load_secret(tmp_path / "file" / "web.secret")


async def test_without_any_public_address_a_foreign_host_gets_a_sentence(site: Site) -> None:
    got = await (await site.browser(LI)).get("/app/signin", headers={"Host": "evil.example"})
    assert (got.status, pages.NO_ADDRESS in got.text) == (503, True)
