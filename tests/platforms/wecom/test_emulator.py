"""The emulator refuses what WeCom refuses, cuts what it cuts and drops what it drops: tokens, messages, groups."""

import json
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientConnectionError, ClientPayloadError, ClientTimeout

from bot.domain.clock import FakeClock
from tests.platforms.wecom.conftest import Caller
from tests.platforms.wecom.emulator import Emulator, Person


async def token(wecom: Emulator, **changed: str) -> dict[str, object]:
    query = {"corpid": wecom.corp.corp_id, "corpsecret": wecom.corp.secret} | changed
    async with wecom.http.get(f"{wecom.address}/cgi-bin/gettoken", params=query) as answer:
        said: dict[str, object] = await answer.json()
        return said


async def test_a_token_stays_the_same_until_it_ends(wecom: Emulator, clock: FakeClock) -> None:
    first = await token(wecom)
    clock.advance(timedelta(seconds=7199))
    assert (await token(wecom))["access_token"] == first["access_token"]
    clock.advance(timedelta(seconds=1))
    assert (await token(wecom))["access_token"] != first["access_token"]


@pytest.mark.parametrize(
    ("changed", "code"), [({"corpid": "ww0"}, 40013), ({"corpsecret": "x"}, 40001), ({"corpid": ""}, 41002), ({"corpsecret": ""}, 41004)]
)
async def test_wrong_credentials_get_no_token(wecom: Emulator, changed: dict[str, str], code: int) -> None:
    assert (await token(wecom, **changed))["errcode"] == code


async def test_two_thousand_wrong_secrets_block_for_an_hour(wecom: Emulator, clock: FakeClock) -> None:
    for _ in range(2000):
        wecom._bad_tokens.take("", clock.now())
    assert (await token(wecom, corpsecret="x"))["errcode"] == 45009


async def test_a_token_ends_and_can_be_ended_early(wecom: Emulator, caller: Caller, clock: FakeClock) -> None:
    old = wecom.corp.access_token()
    assert (await caller.get("user/get", userid="lisi", access_token=old))["errcode"] == 0
    wecom.corp.expire_tokens()
    assert (await caller.get("user/get", userid="lisi", access_token=old))["errcode"] == 42001
    assert (await caller.get("user/get", userid="lisi"))["errcode"] == 0


async def test_no_token_and_an_unknown_one_have_codes_of_their_own(caller: Caller) -> None:
    assert (await caller.get("user/get", access_token=""))["errcode"] == 41001
    assert (await caller.get("user/get", access_token="x"))["errcode"] == 40014


async def test_an_address_that_is_not_allowed_is_named(wecom: Emulator, caller: Caller) -> None:
    wecom.corp.allowed_ips = {"10.0.0.1"}
    said = await caller.send()
    assert said["errcode"] == 60020
    assert "from ip: 127.0.0.1" in said["errmsg"]


async def test_a_webhook_asks_for_no_address_and_no_token(wecom: Emulator, caller: Caller) -> None:
    wecom.corp.allowed_ips = {"10.0.0.1"}
    assert (await caller.hook())["errcode"] == 0


async def test_text_is_cut_by_bytes_without_a_word(wecom: Emulator, caller: Caller) -> None:
    assert (await caller.send(content={"content": "跟" * 700}))["errcode"] == 0
    assert wecom.screen("lisi")[0].text == "跟" * 682


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"content": ""}, 44004),
        ("text", {"content": 5}, 40058),
        ("markdown", {"content": "跟" * 683}, 40058),
        ("markdown_v2", {"content": "# 好"}, 40008),
        ("image", {"media_id": "x"}, 40007),
        ("news", {"articles": [{"title": "a", "url": "https://a.example"}] * 9}, 45008),
        ("news", {"articles": [{"title": "a", "url": "a.example"}]}, 45034),
        ("textcard", {"title": "a" * 129, "description": "b", "url": "https://a.example"}, 40058),
        ("textcard", {"title": "a", "description": "b", "url": "a.example"}, 45034),
    ],
)
async def test_what_an_app_may_not_send(wecom: Emulator, caller: Caller, kind: str, content: object, code: int) -> None:
    assert (await caller.send(kind, content))["errcode"] == code
    assert wecom.screen("lisi") == []


async def test_escaped_characters_are_refused(wecom: Emulator, caller: Caller) -> None:
    body = {"touser": "lisi", "agentid": wecom.corp.agent_id, "msgtype": "text", "text": {"content": "好"}}
    url = f"{wecom.address}/cgi-bin/message/send"
    async with wecom.http.post(url, params={"access_token": wecom.corp.access_token()}, data=json.dumps(body)) as answer:
        assert (await answer.json())["errcode"] == 40033
    async with wecom.http.post(
        url, params={"access_token": wecom.corp.access_token()}, data=json.dumps(body, ensure_ascii=False)
    ) as answer:
        assert (await answer.json())["errcode"] == 0


async def test_ids_come_back_in_lower_case_and_partial_failure_is_success(wecom: Emulator, caller: Caller) -> None:
    wecom.corp.add(Person("SunQi", "孙七", licensed=False))
    said = await caller.send(to="WangWei|Nobody|SunQi|lisi")
    assert (said["errcode"], said["invaliduser"], said["unlicenseduser"]) == (0, "nobody", "sunqi")
    assert [len(wecom.screen(user)) for user in ("wangwei", "lisi", "sunqi")] == [1, 1, 0]


async def test_nobody_left_to_send_to_is_an_error(wecom: Emulator, caller: Caller) -> None:
    wecom.corp.people["lisi"].visible = False
    assert (await caller.send())["errcode"] == 81013
    assert (await caller.send(to=""))["errcode"] == 82001


async def test_another_agent_is_refused(caller: Caller) -> None:
    assert (await caller.send(agentid=1000003))["errcode"] == 40056
    assert (await caller.send(agentid="1000002"))["errcode"] == 40056


async def test_more_than_thirty_a_minute_vanish_for_that_member_only(wecom: Emulator, caller: Caller, clock: FakeClock) -> None:
    for n in range(31):
        assert (await caller.send(content={"content": str(n)}))["errcode"] == 0
    await caller.send(to="zhaomin")
    clock.advance(timedelta(seconds=60))
    await caller.send(content={"content": "later"})
    assert [m.text for m in wecom.screen("lisi")][29:] == ["29", "later"]
    assert [m.text for m in wecom.ledger.dropped] == ["30"]
    assert len(wecom.screen("zhaomin")) == 1


async def test_a_checked_repeat_is_taken_and_not_shown(wecom: Emulator, caller: Caller, clock: FakeClock) -> None:
    checked: dict[str, Any] = {"enable_duplicate_check": 1, "duplicate_check_interval": 14400}
    first = await caller.send(**checked)
    clock.advance(timedelta(hours=3))
    assert await caller.send(**checked) == first
    assert len(wecom.screen("lisi")) == 1
    clock.advance(timedelta(hours=1))
    await caller.send(**checked)
    assert len(wecom.screen("lisi")) == 2
    assert wecom.ledger.doubles("lisi") == {"好": 2}


async def test_a_message_is_recalled_within_a_day(wecom: Emulator, caller: Caller, clock: FakeClock) -> None:
    first, second = await caller.send(), await caller.send()
    assert (await caller.post("message/recall", {"msgid": first["msgid"]}))["errcode"] == 0
    assert len(wecom.screen("lisi")) == 1
    clock.advance(timedelta(hours=24))
    assert (await caller.post("message/recall", {"msgid": second["msgid"]}))["errcode"] == 41063
    assert (await caller.post("message/recall", {"msgid": "x"}))["errcode"] == 40066


async def group(caller: Caller, **changed: object) -> dict[str, object]:
    body = {"name": "华东", "owner": "WangWei", "userlist": ["WangWei", "lisi"], "chatid": "EAST01"}
    return await caller.post("appchat/create", body | changed)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"chatid": "EAST-01"}, 86001),
        ({"chatid": "E" * 33}, 86001),
        ({"userlist": ["WangWei"]}, 86006),
        ({"owner": "zhaomin"}, 86207),
        ({"userlist": ["WangWei", "nobody"]}, 86007),
    ],
)
async def test_groups_that_cannot_be_created(caller: Caller, changed: dict[str, object], code: int) -> None:
    assert (await group(caller, **changed))["errcode"] == code


async def test_an_app_without_the_whole_company_has_no_groups(wecom: Emulator, caller: Caller) -> None:
    wecom.corp.whole_company = False
    assert (await group(caller))["errcode"] == 48002


async def test_a_created_group_takes_messages_and_no_cards(wecom: Emulator, caller: Caller) -> None:
    assert (await group(caller))["chatid"] == "EAST01"
    assert (await group(caller))["errcode"] == 86215
    said = await caller.post("appchat/send", {"chatid": "EAST01", "msgtype": "markdown", "markdown": {"content": "**断点**"}})
    assert said == {"errcode": 0, "errmsg": "ok"}
    assert [m.text for m in wecom.screen("group:EAST01")] == ["**断点**"]
    assert (await caller.post("appchat/send", {"chatid": "EAST01", "msgtype": "template_card", "template_card": {}}))["errcode"] == 40008
    assert (await caller.post("appchat/send", {"chatid": "WEST", "msgtype": "text", "text": {"content": "x"}}))["errcode"] == 86003
    wecom.groups.chats["EAST01"].ours = False
    assert (await caller.post("appchat/send", {"chatid": "EAST01", "msgtype": "text", "text": {"content": "x"}}))["errcode"] == 86008


async def test_the_members_of_a_group_change(caller: Caller) -> None:
    await group(caller)
    change = {"chatid": "EAST01", "add_user_list": ["zhaomin"], "del_user_list": ["lisi"]}
    assert (await caller.post("appchat/update", change))["errcode"] == 0
    assert (await caller.get("appchat/get", chatid="EAST01"))["chat_info"]["userlist"] == ["wangwei", "zhaomin"]


async def test_over_two_hundred_a_minute_in_a_created_group_vanish(wecom: Emulator, caller: Caller) -> None:
    await group(caller)
    for _ in range(201):
        said = await caller.post("appchat/send", {"chatid": "EAST01", "msgtype": "text", "text": {"content": "x"}})
        assert said["errcode"] == 0
    assert len(wecom.screen("group:EAST01")) == 200


async def test_a_webhook_takes_twenty_a_minute(wecom: Emulator, caller: Caller, clock: FakeClock) -> None:
    said = [(await caller.hook())["errcode"] for _ in range(21)]
    assert said == [0] * 20 + [45009]
    clock.advance(timedelta(seconds=60))
    assert (await caller.hook())["errcode"] == 0
    assert len(wecom.screen(wecom.webhook("华东销售群"))) == 21


async def test_a_removed_webhook_is_unknown(wecom: Emulator, caller: Caller) -> None:
    said = await caller.post("webhook/send", {"msgtype": "text", "text": {"content": "x"}}, key="gone")
    assert said["errcode"] == 93000


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("text", {"content": "跟" * 683}, 40058),
        ("text", {"content": ""}, 44004),
        ("markdown", {"content": "跟" * 1366}, 40058),
        ("markdown_v2", {"content": "跟" * 1366}, 40058),
        ("textcard", {"title": "x"}, 40008),
        ("image", {"base64": "/9j/", "md5": "0"}, 40058),
        ("image", {"base64": "***", "md5": "0"}, 40058),
        ("file", {"media_id": "x"}, 40007),
        ("template_card", {"card_type": "button_interaction", "main_title": {"title": "x"}}, 40058),
    ],
)
async def test_what_a_webhook_refuses(wecom: Emulator, caller: Caller, kind: str, content: object, code: int) -> None:
    assert (await caller.hook(kind, content))["errcode"] == code
    assert wecom.screen(wecom.webhook()) == []


async def test_a_webhook_shows_4096_bytes_of_markdown_and_cards_with_links(wecom: Emulator, caller: Caller) -> None:
    assert (await caller.hook("markdown", {"content": "跟" * 1365}))["errcode"] == 0
    card = {"card_type": "text_notice", "main_title": {"title": "断点"}, "card_action": {"type": 1, "url": "https://a.example/app/list/1"}}
    assert (await caller.hook("template_card", card))["errcode"] == 0
    assert wecom.screen(wecom.webhook())[1].text == "断点"


async def test_an_injected_error_comes_once_or_until_it_is_lifted(wecom: Emulator, caller: Caller) -> None:
    wecom.faults.on("message/send", wecom.faults.error(42001))
    assert [(await caller.send())["errcode"] for _ in range(2)] == [42001, 0]
    wecom.faults.on("message/send", wecom.faults.error(42001), times=None)
    assert [(await caller.send())["errcode"] for _ in range(3)] == [42001] * 3
    wecom.faults.lift("message/send")
    assert (await caller.send())["errcode"] == 0


async def test_an_answer_is_lost_after_the_message_was_shown(wecom: Emulator, caller: Caller) -> None:
    wecom.faults.on("message/send", wecom.faults.reset(done=True))
    with pytest.raises(ClientConnectionError):
        await caller.send()
    assert len(wecom.screen("lisi")) == 1


async def test_a_broken_connection_shows_nothing(wecom: Emulator, caller: Caller) -> None:
    wecom.faults.on("message/send", wecom.faults.reset())
    with pytest.raises(ClientConnectionError):
        await caller.send()
    assert wecom.screen("lisi") == []


async def test_a_server_that_hangs_can_have_done_the_work(wecom: Emulator) -> None:
    url = f"{wecom.address}/cgi-bin/webhook/send?key={next(iter(wecom.corp.webhooks))}"
    wecom.faults.on("webhook/send", wecom.faults.hang(done=True))
    with pytest.raises(TimeoutError):
        await wecom.http.post(url, json={"msgtype": "text", "text": {"content": "x"}}, timeout=ClientTimeout(total=0.1))
    assert len(wecom.screen(wecom.webhook())) == 1


async def test_answers_are_pages_halves_and_ends(wecom: Emulator, caller: Caller) -> None:
    url = f"{wecom.address}/cgi-bin/gettoken"
    wecom.faults.on("gettoken", wecom.faults.status(502))
    async with wecom.http.get(url) as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    wecom.faults.on("gettoken", wecom.faults.half_json())
    async with wecom.http.get(url) as answer:
        assert len(await answer.text()) == 20
    wecom.faults.on("gettoken", wecom.faults.cut_short())
    with pytest.raises(ClientPayloadError):
        async with wecom.http.get(url) as answer:
            await answer.read()
