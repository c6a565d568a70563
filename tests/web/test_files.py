"""Files of a record: who may open them, how they are handed over, and that it is noted."""

from datetime import timedelta

import pytest

from bot.chat.incoming import Document, Media, Sender, Voice
from tests.house import PLATFORM
from tests.web.conftest import ADMIN, BOSS, LI, ZHAO, Site

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8
HTML = b"<html><script>alert(1)</script></html>"
AMR = b"#!AMR\n" + bytes(1000)


async def record(site: Site, data: bytes = JPEG, kind: str = "photo") -> str:
    """A visit of 李思 with a file; the path of the file."""
    await site.house.say(LI, "拜访了绍兴恒力机械有限公司，聊得不错")
    if kind == "photo":
        await site.house.photo(LI, data=data)
    else:
        site.platform.files["f"] = data
        about = {"platform": PLATFORM, "event_id": "f1", "chat": f"p:{LI}", "sender": Sender(LI, LI), "received_at": site.house.clock.now()}
        cls = {"voice": Voice, "document": Document}[kind]
        await site.house.event(cls(**about, media=Media("f", "../../evil.html")))
    found = await site.house.store.read(lambda r: r.connection.exec_driver_sql("SELECT id FROM activity").scalar())
    return f"/app/media/{found}/1"


@pytest.mark.parametrize(("user", "status"), [(LI, 200), (BOSS, 200), (ADMIN, 200), (ZHAO, 404)])
async def test_a_file_is_for_its_author_whoever_leads_them_and_nobody_else(site: Site, user: str, status: int) -> None:
    path = await record(site)
    got = await (await site.browser(user)).get(path)
    assert (got.status, got.body == JPEG) == (status, status == 200)


async def test_a_partner_of_the_customer_may_open_its_files(site: Site) -> None:
    path = await record(site)
    await site.house.store.write(
        lambda tx: tx.connection.exec_driver_sql("UPDATE customer SET partners = '[\"m_zhao\"]' WHERE id = 'c_恒力'")
    )
    assert (await (await site.browser(ZHAO)).get(path)).status == 200


async def test_a_picture_is_shown_as_what_its_bytes_are(site: Site) -> None:
    got = await (await site.browser()).get(await record(site))
    assert got.headers["Content-Type"] == "image/jpeg"
    assert got.headers["Content-Disposition"].startswith('inline; filename="a_')
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(("data", "kind"), [(HTML, "document"), (HTML, "photo"), (b"<svg onload=alert(1)>", "photo"), (AMR, "voice")])
async def test_anything_else_is_an_attachment_whatever_it_is_called(site: Site, data: bytes, kind: str) -> None:
    got = await (await site.browser()).get(await record(site, data, kind))
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert "html" not in got.headers["Content-Type"]
    assert ".." not in got.headers["Content-Disposition"]


async def test_a_player_may_ask_for_a_part(site: Site) -> None:
    browser, path = await site.browser(), await record(site, AMR, "voice")
    got = await browser.get(path, headers={"Range": "bytes=2-5"})
    assert (got.status, got.body) == (206, AMR[2:6])


@pytest.mark.parametrize("asked", ["bytes=999999-", "bytes=x", "bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=-0"])
async def test_an_odd_part_gives_the_whole_or_a_refusal(site: Site, asked: str) -> None:
    browser, path = await site.browser(), await record(site, AMR, "voice")
    assert (await browser.get(path, headers={"Range": asked})).status in (200, 206, 416)


async def opened(site: Site) -> list[str | None]:
    return [entry.member_id for entry in await site.house.store.read(lambda r: r.audit.actions("media.open"))]


async def test_every_opening_is_noted_once_with_who_it_was(site: Site) -> None:
    path, boss, rep = await record(site), await site.browser(BOSS), await site.browser(LI)
    await boss.get(path)
    await boss.get(path, headers={"Range": "bytes=1-"})
    await rep.get(path, headers={"Range": "bytes=1-"})
    assert await opened(site) == ["m_boss", "m_li"]


async def test_opening_it_again_later_is_noted_again(site: Site) -> None:
    path, boss = await record(site), await site.browser(BOSS)
    await boss.get(path)
    site.house.clock.advance(timedelta(minutes=11))
    await boss.get(path)
    assert len(await opened(site)) == 2


async def test_a_refused_opening_hands_out_nothing_and_notes_nothing(site: Site) -> None:
    await (await site.browser(ZHAO)).get(await record(site))
    assert await opened(site) == []


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "99999", "%00", "%EF%BC%91"])
async def test_a_number_that_no_file_has_is_not_found(site: Site, number: str) -> None:
    path = (await record(site)).rpartition("/")[0]
    assert (await (await site.browser()).get(f"{path}/{number}")).status == 404


@pytest.mark.parametrize("name", ["nothing", "..%2F..", "a_%00", "%F0%9F%91%8D"])
async def test_a_record_that_does_not_exist_is_not_found(site: Site, name: str) -> None:
    assert (await (await site.browser()).get(f"/app/media/{name}/1")).status == 404


async def test_a_file_that_is_still_with_the_platform_says_so(site: Site) -> None:
    path = await record(site)
    await site.house.store.write(lambda tx: tx.connection.exec_driver_sql("UPDATE media SET state = 'wanted', sha256 = NULL"))
    got = await (await site.browser()).get(path)
    assert (got.status, "还在路上" in got.text) == (404, True)


async def test_a_file_that_was_removed_is_not_found(site: Site) -> None:
    path = await record(site)
    for file in site.house.service.settings.media.dir.rglob("*"):
        if file.is_file():
            file.unlink()
    assert (await (await site.browser()).get(path)).status == 404
