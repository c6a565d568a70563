"""The emulator's media, directory, sign-in and tickets."""

from datetime import timedelta

import pytest

from bot.domain.clock import FakeClock
from tests.platforms.wecom.conftest import Caller
from tests.platforms.wecom.emulator import Emulator, Person

JPEG = b"\xff\xd8\xff a picture"


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"", "file", 44001),
        (b"12345", "file", 40006),
        (b"text is no picture", "image", 40005),
        (b"ID3 is no AMR", "voice", 40005),
        (JPEG, "movie", 40004),
        (b"x" * (20 * 2**20 + 1), "file", 45001),
        (b"#!AMR\n" + b"x" * (2 * 2**20), "voice", 45001),
    ],
)
async def test_uploads_that_are_refused(caller: Caller, data: bytes, kind: str, code: int) -> None:
    assert (await caller.upload(data, kind))["errcode"] == code


async def test_an_upload_needs_a_file_name(caller: Caller) -> None:
    assert (await caller.upload(b"a table", "file", name=None))["errcode"] == 41005


async def test_an_upload_can_be_sent(wecom: Emulator, caller: Caller) -> None:
    kept = await caller.upload(b"a table", "file")
    assert (kept["errmsg"], type(kept["created_at"])) == ("", str)
    assert (await caller.send("file", {"media_id": kept["media_id"]}))["errcode"] == 0
    assert wecom.screen("lisi")[0].text == "<file 报价.xlsx>"
    assert (await caller.send("image", {"media_id": kept["media_id"]}))["errcode"] == 40004


async def test_a_webhook_has_files_of_its_own(wecom: Emulator, caller: Caller) -> None:
    kept = await caller.upload(b"a table", "file", path="webhook/upload_media")
    assert (await caller.hook("file", {"media_id": kept["media_id"]}))["errcode"] == 0
    assert (await caller.send("file", {"media_id": kept["media_id"]}))["errcode"] == 40007
    assert (await caller.upload(JPEG, "image", path="webhook/upload_media"))["errcode"] == 40004


async def fetch(wecom: Emulator, media_id: str, **headers: str) -> tuple[int, str, bytes]:
    query = {"access_token": wecom.corp.access_token(), "media_id": media_id}
    async with wecom.http.get(f"{wecom.address}/cgi-bin/media/get", params=query, headers=headers) as answer:
        return answer.status, answer.content_type, await answer.read()


async def test_media_live_three_days_and_then_answer_json(wecom: Emulator, clock: FakeClock) -> None:
    media_id = wecom.files.keep("image", JPEG)
    assert await fetch(wecom, media_id) == (200, "image/jpeg", JPEG)
    clock.advance(timedelta(days=3))
    status, kind, body = await fetch(wecom, media_id)
    assert (status, kind, b'"errcode": 40007' in body) == (200, "application/json", True)


async def test_media_come_in_ranges_and_large_ones_only_so(wecom: Emulator) -> None:
    media_id = wecom.files.keep("file", b"0123456789", ranged=True)
    assert b"830002" in (await fetch(wecom, media_id))[2]
    assert await fetch(wecom, media_id, Range="bytes=2-4") == (206, "application/octet-stream", b"234")
    assert await fetch(wecom, media_id, Range="bytes=8-99") == (206, "application/octet-stream", b"89")
    assert (await fetch(wecom, media_id, Range="bytes=10-"))[0] == 416


async def test_an_error_can_call_itself_a_picture(wecom: Emulator) -> None:
    wecom.faults.on("media/get", wecom.faults.headers(Content_Type="image/jpeg"))
    assert (await fetch(wecom, "x"))[1] == "image/jpeg"


async def test_a_member_has_no_mobile_and_a_leader_in_sight_only(wecom: Emulator, caller: Caller) -> None:
    li = await caller.get("user/get", userid="LiSi")
    assert (li["userid"], li["direct_leader"], "mobile" in li, "email" in li) == ("lisi", ["wangwei"], False, False)
    wecom.corp.people["wangwei"].visible = False
    assert (await caller.get("user/get", userid="lisi"))["direct_leader"] == []
    assert (await caller.get("user/get", userid="wangwei"))["errcode"] == 60011
    assert (await caller.get("user/get", userid="nobody"))["errcode"] == 60111


async def test_departments_and_their_members(caller: Caller) -> None:
    assert [d["id"] for d in (await caller.get("department/list"))["department"]] == [1, 2]
    assert [d["id"] for d in (await caller.get("department/list", id="2"))["department"]] == [2]
    assert {u["userid"] for u in (await caller.get("user/list", department_id="2"))["userlist"]} == {"lisi", "zhaomin", "wangwei"}
    assert (await caller.get("department/get", id="2"))["department"]["department_leader"] == ["wangwei"]
    assert (await caller.get("department/get", id="9"))["errcode"] == 60123


async def test_people_are_found_by_mobile_and_mail(wecom: Emulator, caller: Caller) -> None:
    assert (await caller.post("user/getuserid", {"mobile": "13900000003"}))["userid"] == "wangwei"
    assert (await caller.post("user/get_userid_by_email", {"email": "lisi@example.com", "email_type": 2}))["userid"] == "lisi"
    assert (await caller.post("user/getuserid", {"mobile": "13911111111"}))["errcode"] == 46004
    wecom.corp.people["lisi"].status = 5
    assert (await caller.post("user/getuserid", {"mobile": "13900000001"}))["errcode"] == 46004


async def test_a_code_signs_in_once_within_five_minutes(wecom: Emulator, caller: Caller, clock: FakeClock) -> None:
    wecom.contacts.browser = wecom.corp.person("wangwei")
    query = {"appid": wecom.corp.corp_id, "redirect_uri": "https://a.example/app/list/1", "response_type": "code", "scope": "snsapi_base"}
    url = f"{wecom.address}/connect/oauth2/authorize"
    codes = []
    for _ in range(2):
        async with wecom.http.get(url, params={**query, "state": "s", "agentid": "1000002"}, allow_redirects=False) as answer:
            back = answer.headers["Location"]
            assert back.startswith("https://a.example/app/list/1?code=")
            codes.append(back.split("code=")[1].split("&")[0])
    assert (await caller.get("auth/getuserinfo", code=codes[0]))["userid"] == "wangwei"
    assert (await caller.get("auth/getuserinfo", code=codes[0]))["errcode"] == 40029
    clock.advance(timedelta(minutes=5))
    assert (await caller.get("auth/getuserinfo", code=codes[1]))["errcode"] == 40029


async def test_an_outsider_has_no_userid(wecom: Emulator, caller: Caller) -> None:
    code = wecom.corp.new_code(wecom.contacts.browser)
    assert "userid" not in await caller.get("auth/getuserinfo", code=code)


async def test_tickets_last_two_hours_and_are_two(caller: Caller, clock: FakeClock) -> None:
    corp = await caller.get("get_jsapi_ticket")
    app = await caller.get("ticket/get", type="agent_config")
    assert corp["ticket"] != app["ticket"]
    clock.advance(timedelta(seconds=7199))
    assert (await caller.get("get_jsapi_ticket"))["ticket"] == corp["ticket"]
    clock.advance(timedelta(seconds=1))
    assert (await caller.get("get_jsapi_ticket"))["ticket"] != corp["ticket"]


async def test_a_bots_ids_are_opened_for_members_only(wecom: Emulator, caller: Caller) -> None:
    wecom.corp.add(Person("SunQi", "孙七"))
    said = await caller.post("batch/openuserid_to_userid", {"open_userid_list": ["wo_open_sunqi", "lisi", "wo_open_x"]})
    assert said["userid_list"] == [{"open_userid": "wo_open_sunqi", "userid": "sunqi"}]
    assert said["invalid_open_userid_list"] == ["lisi", "wo_open_x"]
