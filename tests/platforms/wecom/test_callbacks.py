"""What comes in at ``/wecom/callback``: refused with nothing written, accepted once, never lost."""

import logging
from datetime import timedelta
from typing import cast

import pytest
from aiohttp import ClientSession
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot import metrics
from bot.chat.incoming import CardTap, Document, Event, Location, Opened, Photo, Text, Video, Voice, decode
from bot.domain.clock import FakeClock
from bot.domain.place import Place, from_gcj02
from bot.platforms.wecom.gate import Gate, Refused
from config.platforms import Wecom
from tests.conftest import WEDNESDAY
from tests.platforms.wecom.company import Company
from tests.platforms.wecom.emulator import Corp, hostile
from tests.platforms.wecom.emulator.callbacks import Callbacks

EVENTS = "genjin_inbox_events_total"
CLOCK = FakeClock(WEDNESDAY)
CORP = Corp(CLOCK)
CALLBACKS = Callbacks(CORP, cast(ClientSession, None))  # only seals
GATE = Gate(
    Wecom(
        corp_id=CORP.corp_id,
        agent_id=CORP.agent_id,
        secret=SecretStr(CORP.secret),
        token=SecretStr(CORP.token),
        aes_key=SecretStr(CORP.aes_key),
    ),
    CLOCK,
)
JPEG = b"\xff\xd8\xff\xe0 a picture, invented"


async def events(company: Company) -> list[Event]:
    """Everything that was accepted, in order."""
    count = await company.inbox()
    rows = await company.service.store.read(lambda r: [r.inbox.get(n) for n in range(1, count + 1)])
    return [decode(row.payload) for row in rows if row]


async def only(company: Company) -> Event:
    (event,) = await events(company)
    return event


@pytest.mark.parametrize("kind", ["forged", "foreign", "malformed"])
async def test_whatever_is_not_ours_is_refused_and_leaves_nothing(company: Company, kind: str) -> None:
    for name, envelope in getattr(hostile, kind)(company.wecom.phone("lisi")):
        done = await company.wecom.callbacks.post(envelope)
        assert not done.accepted, name
        assert done.status is None or 400 <= done.status < 500, (name, done.status)
    assert await company.inbox() == 0


async def test_whatever_wecom_may_send_one_day_is_accepted(company: Company) -> None:
    for name, plain in hostile.strange(company.wecom.phone("lisi")):
        assert (await company.wecom.callbacks.post(company.wecom.callbacks.envelope(plain))).accepted, name
    await company.rest()
    counts = await company.service.store.read(lambda r: r.inbox.counts())
    assert counts.get("dead", 0) == 0


async def test_the_verification_refuses_a_wrong_signature(company: Company) -> None:
    other = company.wecom.callbacks.envelope("1")
    async with company.wecom.http.get(company.wecom.corp.callback or "", params={**other.query, "echostr": "abcd"}) as answer:
        assert answer.status == 403


async def test_the_verification_reads_no_overheard_message_out(company: Company) -> None:
    overheard = company.wecom.callbacks.envelope(company.wecom.phone("lisi").xml("text", Content="客户机密"))
    sealed = overheard.body.decode().split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    async with company.wecom.http.get(company.wecom.corp.callback or "", params={**overheard.query, "echostr": sealed}) as answer:
        assert answer.status == 403
        assert "客户机密" not in await answer.text()


@pytest.mark.parametrize("resealed", [False, True])
async def test_a_message_that_comes_again_is_accepted_without_effect(company: Company, resealed: bool) -> None:
    await company.wecom.phone("lisi").say("你好")
    assert (await company.wecom.callbacks.again(resealed=resealed)).accepted
    assert await company.inbox() == 1
    assert metrics.REGISTRY.get_sample_value(EVENTS, {"platform": "wecom", "kind": "text", "outcome": "duplicate"})


async def test_a_known_message_is_accepted_however_late_it_comes_again(company: Company) -> None:
    await company.wecom.phone("lisi").say("你好")
    company.clock.advance(timedelta(hours=9))
    assert (await company.wecom.callbacks.again()).accepted
    assert await company.inbox() == 1


async def test_the_same_message_twice_at_once_is_one(company: Company) -> None:
    plain = company.wecom.phone("lisi").xml("text", Content="你好")
    assert all(done.accepted for done in await company.wecom.callbacks.at_once(plain, plain, plain))
    assert await company.inbox() == 1


async def test_two_different_events_of_one_second_are_two(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.click("我的客户")
    await lisi.click("帮助")
    assert [event.text for event in await events(company) if isinstance(event, Text)] == ["我的客户", "帮助"]


async def test_a_stale_tap_is_refused_and_nothing_is_kept_of_it(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.say("今天拜访了绍兴恒力机械的张工")
    await company.rest()
    before = await company.inbox()
    old = lisi.xml_tap(lisi.card(), lisi.card().buttons["明天"], at=int((company.clock.now() - timedelta(minutes=6)).timestamp()))
    assert (await company.wecom.callbacks.post(company.wecom.callbacks.envelope(old))).status == 403
    assert await company.inbox() == before


async def test_user_ids_are_kept_in_lower_case(company: Company) -> None:
    await company.wecom.phone("WangWei").say("你好")
    event = await only(company)
    assert (event.sender.id, event.chat) == ("wangwei", "wangwei")


async def test_a_pin_is_a_claim_in_wgs84(company: Company) -> None:
    await company.wecom.phone("lisi").location(30.0, 120.58, "绍兴柯桥")
    event = await only(company)
    assert isinstance(event, Location)
    assert (event.lat, event.lng) == tuple(round(x, 6) for x in from_gcj02(Place(30.0, 120.58)))
    assert (event.label, event.measured, event.unasked, event.datum) == ("绍兴柯桥", False, False, "gcj02")


async def test_a_place_picked_from_the_menu_that_comes_as_event_and_message_is_one(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    info = {"Location_X": 30.0, "Location_Y": 120.58, "Scale": 15, "Label": "绍兴柯桥", "Poiname": ""}
    await company.wecom.callbacks.deliver(lisi.event("location_select", EventKey="place", SendLocationInfo=info))
    await lisi.location(30.0, 120.58, "绍兴柯桥")
    company.clock.advance(timedelta(minutes=2))
    await lisi.location(30.0, 120.58, "绍兴柯桥")
    assert len(await events(company)) == 2


async def test_a_reported_position_is_measured_and_unasked(company: Company) -> None:
    await company.wecom.phone("lisi").report(30.0, 120.58, 15.0)
    event = await only(company)
    assert isinstance(event, Location)
    assert (event.measured, event.unasked, event.accuracy) == (True, True, 15.0)


async def test_opening_the_app_is_one_event_a_day(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.enter()
    await lisi.enter()
    company.clock.advance(timedelta(days=1))
    await lisi.enter()
    assert [type(event) for event in await events(company)] == [Opened, Opened]


async def test_files_of_every_kind_come_with_what_download_needs(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.photo(JPEG)
    await lisi.voice()
    await lisi.video(b"\0\0\0\x18ftypmp42 invented")
    await lisi.file(b"PK\x03\x04 invented", "报价.xlsx")
    found = await events(company)
    assert [type(event) for event in found] == [Photo, Voice, Video, Document]
    last = found[-1]
    assert isinstance(last, Document)
    assert last.media.name == "报价.xlsx"
    assert b"".join([chunk async for chunk in company.platform.download(last.media.ref)]) == b"PK\x03\x04 invented"


async def test_a_photo_that_the_camera_just_took_is_vouched_for(company: Company) -> None:
    await company.wecom.phone("lisi").photo(JPEG, camera=True)
    event = await only(company)
    assert isinstance(event, Photo)
    assert event.camera


async def test_another_photo_after_the_camera_is_not_vouched_for(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.photo(JPEG, camera=True)
    await lisi.photo(JPEG + b" from the album")
    last = (await events(company))[-1]
    assert isinstance(last, Photo)
    assert not last.camera


async def test_a_tap_carries_what_the_button_stands_for_and_not_what_the_phone_says(company: Company) -> None:
    lisi = company.wecom.phone("lisi")
    await lisi.say("今天拜访了绍兴恒力机械的张工")
    await company.rest()
    await company.wecom.callbacks.post(company.wecom.callbacks.envelope(lisi.xml_tap(lisi.card(), "approve_everything")))
    event = (await events(company))[-1]
    assert isinstance(event, CardTap)
    assert event.action == ""


async def test_the_warning_that_the_app_is_about_to_be_closed_reaches_the_admin(company: Company) -> None:
    await company.wecom.callbacks.deliver(company.wecom.phone("lisi").event("inactive_alert", EffectTime=1790000000))
    await company.rest()
    assert "将被停用" in company.wecom.phone("WangWei").screen[-1].text


async def test_an_unknown_type_is_acknowledged_and_counted(company: Company) -> None:
    await company.wecom.callbacks.deliver(company.wecom.phone("lisi").xml("hologram", Depth=3))
    assert metrics.REGISTRY.get_sample_value(EVENTS, {"platform": "wecom", "kind": "unknown", "outcome": "ignored"})


async def test_no_refusal_tells_the_log_a_secret_or_what_was_said(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for _, envelope in (*hostile.forged(company.wecom.phone("lisi")), *hostile.malformed(company.wecom.phone("lisi"))):
        await company.wecom.callbacks.post(envelope)
    corp = company.wecom.corp
    said = "".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert "wecom callback refused" in said
    for secret in (corp.token, corp.aes_key, corp.secret, "恒力", "msg_signature"):
        assert secret not in said


@settings(max_examples=200, deadline=None)
@given(body=st.binary(max_size=2000), query=st.dictionaries(st.sampled_from(["msg_signature", "timestamp", "nonce"]), st.text(max_size=40)))
def test_noise_is_always_refused(body: bytes, query: dict[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        GATE.open(query, body)
    assert refused.value.status in (400, 403)


@settings(max_examples=200, deadline=None)
@given(plain=st.text(max_size=500) | st.text(alphabet="<>/xmlMsgType![CDATA[]]text 0", max_size=300))
def test_noise_that_is_well_sealed_is_refused_too(plain: str) -> None:
    envelope = CALLBACKS.envelope(plain)
    with pytest.raises(Refused):
        GATE.open(envelope.query, envelope.body)
