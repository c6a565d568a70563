"""Coming in through the platform: only members, only with what one's own browser left with, and only once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.signin import OURS
from bot.web.signing import Signer
from prompts import pages
from tests.web.conftest import LI, ZHAO, Browser, Site

STATE = "a" * 32


async def leave(browser: Browser, to: str = "/app/") -> str:
    """Go to the platform; the address that it sends the browser back to."""
    gone = await browser.get(f"/app/signin?to={to}", follow=False)
    back = await browser.get(gone.headers["Location"], follow=False)
    return back.headers["Location"]


async def test_whoever_opens_a_link_is_sent_to_the_platform_and_comes_back_to_the_page(site: Site) -> None:
    found = await (await site.browser(LI)).get("/app/checkin")
    assert (found.status, found.url) == (200, f"{site.root}/app/checkin")
    assert "李思" in found.text


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_posts_from_elsewhere(site: Site) -> None:
    browser = await site.browser(LI)
    back = await browser.get(await leave(browser), follow=False)
    cookie = next(c for c in back.headers.getall("Set-Cookie") if "_session=" in c)  # type: ignore[attr-defined]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=43200" in cookie


async def test_somebody_outside_the_company_is_refused_with_a_sentence(site: Site) -> None:
    found = await (await site.browser("stranger")).get("/app/checkin")
    assert found.status == 403
    assert pages.OUTSIDER in found.text


async def test_an_outsider_without_any_id_is_refused_with_the_same_sentence(site: Site) -> None:
    browser = await site.browser(LI)
    browser.forget()
    found = await browser.get("/app/checkin")
    assert found.status == 403
    assert pages.OUTSIDER in found.text


async def test_somebody_who_has_left_is_out_at_once(site: Site) -> None:
    browser = await site.browser(LI)
    assert (await browser.get("/app/checkin")).status == 200
    await site.house.store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE member SET active = 0 WHERE id = 'm_li'"))
    assert (await browser.get("/app/checkin")).status == 403


async def test_a_session_lasts_twelve_hours(site: Site) -> None:
    browser = await site.browser(LI)
    await browser.get("/app/checkin")
    site.house.clock.advance(timedelta(hours=11, minutes=59))
    assert (await browser.get("/app/checkin", follow=False)).status == 200
    site.house.clock.advance(timedelta(minutes=2))
    assert (await browser.get("/app/checkin", follow=False)).status == 302


async def test_a_state_brought_by_another_browser_is_worth_nothing(site: Site) -> None:
    thief, victim = await site.browser(ZHAO), await site.browser(LI)
    found = await victim.get(await leave(thief), follow=False)
    assert (found.status, "Set-Cookie" in found.headers) == (403, False)


async def test_a_state_is_good_for_one_return(site: Site) -> None:
    browser = await site.browser(LI)
    address, before = await leave(browser), browser.cookies()
    assert (await browser.get(address, follow=False)).status == 303
    browser.plant(before)  # even for somebody who has kept the cookie
    assert (await browser.get(address, follow=False)).status == 403


async def test_a_state_is_good_for_ten_minutes(site: Site) -> None:
    browser = await site.browser(LI)
    address = await leave(browser)
    site.house.clock.advance(timedelta(minutes=10))
    assert (await browser.get(address, follow=False)).status == 403


async def test_two_links_opened_at_once_both_arrive(site: Site) -> None:
    browser = await site.browser(LI)
    first, second = await leave(browser, "/app/checkin"), await leave(browser, "/app/")
    assert (await browser.get(first, follow=False)).headers["Location"] == "/app/checkin"
    assert (await browser.get(second, follow=False)).headers["Location"] == "/app/"


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/app",
        "/sandbox",
        "javascript:alert(1)",
        "/app/%0d%0aSet-Cookie:x",
        "",
    ],
)
async def test_no_sign_in_leads_anywhere_else(site: Site, to: str) -> None:
    browser = await site.browser(LI)
    found = await browser.get(await leave(browser, to), follow=False)
    assert found.headers["Location"] == "/app/"


@given(st.text(max_size=40))
def test_a_way_back_is_a_path_below_ours_whatever_was_given(to: str) -> None:
    assert not OURS.fullmatch(to) or (to.startswith("/app/") and to.isprintable() and " " not in to)


async def test_a_platform_that_does_not_answer_gives_a_sentence(site: Site) -> None:
    site.platform.down = True
    found = await (await site.browser(LI)).get("/app/checkin")
    assert (found.status, pages.PLATFORM_DOWN in found.text) == (502, True)


@pytest.mark.parametrize("query", ["", "?code=x", f"?state={STATE}", f"?code=x&state={STATE}", "?code=x&state=%00", "?code=&state=../.."])
async def test_a_return_without_a_departure_is_refused(site: Site, query: str) -> None:
    found = await (await site.browser(LI)).get(f"/app/back{query}")
    assert (found.status, pages.SIGN_IN_AGAIN in found.text) == (403, True)


async def test_sign_ins_that_were_given_up_do_not_fill_the_browser(site: Site) -> None:
    browser = await site.browser(LI)
    for _ in range(12):
        await browser.get("/app/signin", follow=False)
    assert len([name for name in browser.cookies() if "_in_" in name]) <= 5


@given(st.text(max_size=60))
def test_what_was_not_signed_opens_nothing(text: str) -> None:
    assert Signer(b"s" * 32).open("session", text) is None


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4), st.integers(0, 400))
def test_a_sealed_value_comes_back_whole_or_not_at_all(value: dict[str, int | str], place: int) -> None:
    signer = Signer(b"s" * 32)
    sealed = signer.seal("session", value)
    assert signer.open("session", sealed) == value
    assert signer.open("csrf", sealed) is None
    at = place % len(sealed)
    assert signer.open("session", sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]) is None


async def test_a_session_signed_with_another_secret_is_none(site: Site) -> None:
    browser = await site.browser(LI)
    await browser.get("/app/checkin")
    name = next(name for name in browser.cookies() if name.endswith("_session"))
    until = (site.house.clock.now() + timedelta(hours=1)).timestamp()
    forged = Signer(b"x" * 32).seal("session", {"id": "1", "platform": "sandbox", "user": "xu.jing", "until": until})
    browser.plant({name: forged})
    assert (await browser.get("/app/checkin", follow=False)).status == 302
