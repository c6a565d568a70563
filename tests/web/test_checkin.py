"""Checking in: a measured place and a photo become a visit; what is wrong gets a sentence; nothing counts twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.chat.incoming import Location, Photo, Sender, decode
from bot.chat.outgoing import Card
from bot.domain.activity import Activity, ActivityKind, Piece
from bot.domain.place import Place, distance, to_gcj02
from bot.domain.understood import Channel
from bot.domain.values import ActivityId
from bot.web.checkin import LARGEST_PHOTO
from prompts import pages
from tests.house import PLATFORM
from tests.web.conftest import HERE, LI, ZHAO, Browser, Got, Site

JSON = {"Accept": "application/json"}
STAND = {"lat": str(HERE[0]), "lng": str(HERE[1]), "accuracy": "18.4", "datum": "wgs84"}
ONCE = "0123456789abcdef"


def picture() -> bytes:
    data = BytesIO()
    Image.new("RGB", (64, 48), "navy").save(data, "JPEG")
    return data.getvalue()


def csrf_of(page: Got) -> str:
    return page.text.split('data-csrf="')[1].split('"')[0]


async def signed_in(site: Site, user: str = LI) -> tuple[Browser, dict[str, str]]:
    browser = await site.browser(user)
    page = await browser.get("/app/checkin")
    return browser, {**JSON, "X-Csrf": csrf_of(page)}


async def arrive(browser: Browser, headers: dict[str, str], photo: bytes | None = None, **changed: str) -> tuple[int, dict[str, Any]]:
    """Post the form of the page; status and what it says."""
    form = aiohttp.FormData(default_to_multipart=True)
    for key, value in {**STAND, "once": ONCE, "customer": "", **changed}.items():
        form.add_field(key, value)
    if photo is not None:
        form.add_field("photo", BytesIO(photo), filename="a.jpg", content_type="image/jpeg")
    got = await browser.post("/app/checkin", form, headers=headers)
    return got.status, json.loads(got.text)


async def near(browser: Browser, headers: dict[str, str], **changed: str) -> dict[str, Any]:
    return dict(json.loads((await browser.post("/app/checkin/near", {**STAND, **changed}, headers=headers)).text))


async def visits(site: Site) -> list[tuple[Activity, list[Piece]]]:
    def read(reader: Any) -> list[tuple[Activity, list[Piece]]]:  # noqa: ANN401
        ids = reader.connection.exec_driver_sql("SELECT id FROM activity ORDER BY received_at, id").scalars().all()
        return [(reader.activities.get(ActivityId(i)), list(reader.activities.pieces(ActivityId(i)))) for i in ids]

    await site.house.rest()
    return await site.house.store.read(read)


async def the_visit(site: Site) -> tuple[Activity, list[Piece]]:
    (found,) = await visits(site)
    return found


async def test_the_customers_around_come_nearest_first_with_their_distance(site: Site) -> None:
    browser, headers = await signed_in(site)
    found = (await near(browser, headers))["customers"]
    assert [(c["name"], c["far"]) for c in found] == [("绍兴恒力机械有限公司", "658 米")]


async def test_a_colleagues_customer_next_door_is_not_shown(site: Site) -> None:
    browser, headers = await signed_in(site)
    assert "佛山" not in json.dumps(await near(browser, headers), ensure_ascii=False)
    assert (await near(browser, headers, q="佛山"))["customers"] == []


async def test_another_customer_is_found_by_name(site: Site) -> None:
    browser, headers = await signed_in(site)
    assert [c["id"] for c in (await near(browser, headers, q="同舟"))["customers"]] == ["c_无址"]


async def test_an_arrival_is_a_measured_visit_at_the_servers_time(site: Site) -> None:
    browser, headers = await signed_in(site)
    status, said = await arrive(browser, headers, customer="c_恒力")
    record, (piece,) = await the_visit(site)
    assert (status, said["title"]) == (200, "已打卡 · 10:00")
    assert (record.kind, record.customer_id, record.channel, record.received_at) == (
        ActivityKind.VISIT,
        "c_恒力",
        Channel.VISIT,
        site.house.clock.now(),
    )
    assert record.occurred_on == date(2026, 3, 18)
    assert piece.data == {"lat": HERE[0], "lng": HERE[1], "label": "", "datum": "wgs84", "evidence": "measured", "accuracy": 18.4}


async def test_the_chat_shows_the_visits_card(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers, customer="c_恒力")
    await site.house.rest()
    (shown,) = site.platform.of(f"p:{LI}")
    assert isinstance(shown.message, Card)
    assert "拜访 绍兴恒力机械有限公司" in shown.text
    assert "10:00 定位打卡，误差约 18 米，离客户地址 658 米" in shown.text


async def test_a_photo_from_the_page_is_kept_under_its_hash_and_joins_the_visit(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers, picture(), customer="c_恒力")
    record, pieces = await the_visit(site)
    assert [piece.kind for piece in pieces] == ["location", "photo"]
    assert pieces[1].data["camera"] is True
    media = await site.house.store.read(lambda r: r.media.get(pieces[1].media_id))  # type: ignore[arg-type]
    assert media is not None
    assert (media.state, media.content_type) == ("kept", "image/jpeg")
    assert site.house.service.keeper.path(media.sha256 or "").read_bytes() == picture()
    assert record.customer_id == "c_恒力"


async def test_without_a_customer_the_chat_asks_whose_visit_it_is(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers)
    await site.house.rest()
    assert "哪家客户" in site.platform.of(f"p:{LI}")[0].text


async def test_a_customer_named_later_is_held_against_the_place(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers)
    await site.house.rest()
    await site.house.say(LI, "宁波海锐自动化有限公司")
    record, _ = await the_visit(site)
    assert record.customer_id == "c_海锐"
    assert [flag["why"] for flag in record.details["flags"]] == ["far"]


async def test_far_from_the_customers_address_is_flagged_with_the_distance_and_not_refused(site: Site) -> None:
    browser, headers = await signed_in(site)
    status, _ = await arrive(browser, headers, customer="c_海锐")
    record, _ = await the_visit(site)
    assert status == 200
    assert record.details["flags"] == [{"why": "far", "metres": record.details["place"]["metres"]}]
    assert 100_000 < record.details["place"]["metres"] < 110_000
    assert "离得远，已标记" in site.platform.of(f"p:{LI}")[0].text


@pytest.mark.parametrize(("north", "flagged"), [(1990, False), (2010, True)])
async def test_two_kilometres_are_the_limit(site: Site, north: int, flagged: bool) -> None:
    browser, headers = await signed_in(site)
    lat = 30.0860 + north / 111_195
    await arrive(browser, headers, customer="c_恒力", lat=str(lat), lng="120.4990")
    record, _ = await the_visit(site)
    assert bool(record.details["flags"]) is flagged


async def test_words_told_after_the_arrival_belong_to_the_same_visit(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers, customer="c_恒力")
    await site.house.rest()
    site.house.clock.advance(timedelta(minutes=2))
    await site.house.say(LI, "见了张工，预算有限，下周三给报价")
    record, pieces = await the_visit(site)
    assert [piece.kind for piece in pieces] == ["location", "text"]
    assert record.next_on == date(2026, 3, 25)


async def test_an_arrival_at_another_customer_is_another_visit(site: Site) -> None:
    browser, headers = await signed_in(site)
    await site.house.say(LI, "拜访了宁波海锐自动化有限公司，聊得不错")
    await arrive(browser, headers, customer="c_恒力")
    assert [record.customer_id for record, _ in await visits(site)] == ["c_海锐", "c_恒力"]


async def test_the_chinese_datum_is_converted_and_remembered(site: Site) -> None:
    browser, headers = await signed_in(site)
    shifted = to_gcj02(Place(*HERE))
    await arrive(browser, headers, lat=str(shifted.lat), lng=str(shifted.lng), datum="gcj02")
    _, (piece,) = await the_visit(site)
    assert distance(Place(piece.data["lat"], piece.data["lng"]), Place(*HERE)) < 0.5
    assert piece.data["datum"] == "gcj02"


async def test_outside_china_works_like_inside(site: Site) -> None:
    browser, headers = await signed_in(site)
    status, _ = await arrive(browser, headers, lat="51.5074", lng="-0.1278", datum="gcj02")
    _, (piece,) = await the_visit(site)
    assert (status, piece.data["lat"], piece.data["lng"]) == (200, 51.5074, -0.1278)


async def test_a_form_sent_twice_is_one_arrival(site: Site) -> None:
    browser, headers = await signed_in(site)
    both = await asyncio.gather(*(arrive(browser, headers, picture(), customer="c_恒力") for _ in range(2)))
    _, pieces = await the_visit(site)
    assert [status for status, _ in both] == [200, 200]
    assert len(pieces) == 2


async def test_a_form_replayed_with_another_place_changes_nothing(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers)
    await arrive(browser, headers, lat="22.5", lng="114.0")
    _, (piece,) = await the_visit(site)
    assert piece.data["lat"] == HERE[0]


async def test_two_people_with_the_same_number_are_two_arrivals(site: Site) -> None:
    (li, his), (zhao, hers) = await signed_in(site, LI), await signed_in(site, ZHAO)
    await arrive(li, his)
    await arrive(zhao, hers)
    assert sorted(record.member_id for record, _ in await visits(site)) == ["m_li", "m_zhao"]


@pytest.mark.parametrize("accuracy", ["501", "5000", "1e9", "inf"])
async def test_an_inaccurate_place_asks_to_try_again(site: Site, accuracy: str) -> None:
    browser, headers = await signed_in(site)
    status, said = await arrive(browser, headers, accuracy=accuracy)
    assert (status, said["error"].startswith("定位误差约")) == (422, True)
    assert "error" in await near(browser, headers, accuracy=accuracy)
    assert await visits(site) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"lat": "91"},
        {"lat": "nan"},
        {"lng": "-181"},
        {"lat": ""},
        {"lat": "三十"},
        {"accuracy": "-1"},
        {"accuracy": "nan"},
        {"datum": "bd09"},
    ],
)
async def test_what_is_no_place_is_refused(site: Site, wrong: dict[str, str]) -> None:
    browser, headers = await signed_in(site)
    assert await arrive(browser, headers, None, **wrong) == (400, {"error": pages.NO_PLACE})
    assert await visits(site) == []


@pytest.mark.parametrize("customer", ["c_南方", "nobody", "'; --"])
async def test_a_customer_of_somebody_else_is_refused(site: Site, customer: str) -> None:
    browser, headers = await signed_in(site)
    assert (await arrive(browser, headers, customer=customer))[0] == 403
    assert await visits(site) == []


@pytest.mark.parametrize("once", ["", "x", "a" * 15, "a" * 17, "../../etc/passw"])
async def test_a_form_without_its_number_is_refused(site: Site, once: str) -> None:
    browser, headers = await signed_in(site)
    assert (await arrive(browser, headers, once=once))[0] == 400
    assert await visits(site) == []


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7 no photo", b"#!AMR\n sound", b"<svg onload=alert(1)>" * 9])
async def test_what_is_not_a_photo_is_refused_and_leaves_nothing(site: Site, data: bytes) -> None:
    browser, headers = await signed_in(site)
    assert await arrive(browser, headers, data) == (415, {"error": pages.NOT_A_PHOTO})
    assert await visits(site) == []
    folder = site.house.service.settings.media.dir
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_a_photo_of_twenty_megabytes_is_taken(site: Site) -> None:
    browser, headers = await signed_in(site)
    status, _ = await arrive(browser, headers, picture() + bytes(20 * 2**20))
    assert status == 200
    _, pieces = await the_visit(site)
    assert len(pieces) == 2


async def test_a_photo_over_the_limit_is_refused_before_it_is_read(site: Site) -> None:
    browser, headers = await signed_in(site)
    assert (await arrive(browser, headers, picture() + bytes(LARGEST_PHOTO)))[0] == 413
    assert await visits(site) == []


async def test_a_body_of_unknown_length_is_refused(site: Site) -> None:
    browser, headers = await signed_in(site)

    async def endless() -> AsyncIterator[bytes]:
        yield b"--x"

    got = await browser.post("/app/checkin", endless(), headers={**headers, "Content-Type": "multipart/form-data; boundary=x"})
    assert got.status == 413


BODIES = [b"", b"--x", b"--x\r\n\r\n", bytes(100), b"--x\r\nContent-Disposition: form-data; name=lat\r\n\r\n\xff\r\n--x--"]


@pytest.mark.parametrize("body", BODIES)
async def test_a_body_that_is_no_form_is_refused(site: Site, body: bytes) -> None:
    browser, headers = await signed_in(site)
    got = await browser.post("/app/checkin", body, headers={**headers, "Content-Type": "multipart/form-data; boundary=x"})
    assert got.status == 400


def report(site: Site, event_id: str, lat: float, lng: float) -> Location:
    return Location(
        platform=PLATFORM,
        event_id=event_id,
        chat=f"p:{LI}",
        sender=Sender(LI, LI),
        received_at=site.house.clock.now(),
        lat=lat,
        lng=lng,
        measured=True,
        accuracy=30,
        unasked=True,
    )


async def test_a_place_that_a_platform_reports_is_kept_without_an_answer(site: Site) -> None:
    assert await site.house.event(report(site, "r1", *HERE)) == []
    pieces = await site.house.store.read(lambda r: r.activities.loose_pieces("m_li", site.house.clock.now()))  # type: ignore[arg-type]
    assert [piece.data["evidence"] for piece in pieces] == ["measured"]


async def test_a_reported_place_bears_out_an_open_visit_there(site: Site) -> None:
    await site.house.say(LI, "拜访了绍兴恒力机械有限公司，聊得不错")
    assert await site.house.event(report(site, "r1", *HERE)) == []
    record, _ = await the_visit(site)
    assert record.details["place"]["evidence"] == "measured"


async def test_a_reported_place_elsewhere_says_nothing_against_a_visit(site: Site) -> None:
    await site.house.say(LI, "拜访了绍兴恒力机械有限公司，聊得不错")
    await site.house.event(report(site, "r1", 39.9, 116.4))
    record, pieces = await the_visit(site)
    assert "place" not in record.details
    assert len(pieces) == 1


async def test_a_pin_from_the_chat_is_still_only_a_claim(site: Site) -> None:
    await site.house.place(LI, *HERE)
    _, (piece,) = await the_visit(site)
    assert piece.data["evidence"] == "claimed"


async def test_a_measured_place_stays_when_a_pin_follows(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers, customer="c_恒力")
    await site.house.rest()
    await site.house.place(LI, 39.9, 116.4)
    record, _ = await the_visit(site)
    assert (record.details["place"]["evidence"], record.details["place"]["metres"]) == ("measured", 658)


async def test_the_record_itself_holds_no_position_that_deletion_would_miss(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers, customer="c_恒力")
    record, _ = await the_visit(site)
    assert "30.08" not in json.dumps(dict(record.details))


async def test_the_word_leads_to_the_page(site: Site) -> None:
    (card,) = await site.house.say(LI, "打卡")
    assert isinstance(card, Card)
    assert [link.path for link in card.links] == ["/app/checkin"]


async def test_a_photo_event_of_a_page_survives_the_inbox(site: Site) -> None:
    browser, headers = await signed_in(site)
    await arrive(browser, headers, picture())
    rows = [await site.house.store.read(lambda r, n=n: r.inbox.get(n)) for n in (1, 2)]  # type: ignore[misc]
    kinds = [type(decode(row.payload)) for row in rows if row]
    assert kinds == [Location, Photo]
