"""The emulator's cards: what is refused about them, how they change, and what a tap brings."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.clock import FakeClock
from tests.platforms.wecom.conftest import Caller
from tests.platforms.wecom.emulator import Emulator
from tests.platforms.wecom.listener import Listener

YES = {"type": 0, "text": "同意", "style": 1, "key": "approve"}
NO = {"type": 0, "text": "驳回", "style": 3, "key": "reject"}
RESULT = {
    "card_type": "text_notice",
    "main_title": {"title": "已同意"},
    "card_action": {"type": 1, "url": "https://a.example/app/quote/42"},
}


def card(task: str = "quote_42_s1", **changed: object) -> dict[str, Any]:
    """A card to approve or reject."""
    rows = [{"keyname": "客户", "value": "恒力机械"}]
    whole = {"main_title": {"title": "报价 Q-42 待您审批"}, "horizontal_content_list": rows, "button_list": [YES, NO], "task_id": task}
    return {k: v for k, v in ({"card_type": "button_interaction"} | whole | changed).items() if v is not None}


async def update(caller: Caller, code: str, **more: object) -> dict[str, Any]:
    body = {"userids": ["lisi"], "agentid": caller.wecom.corp.agent_id, "response_code": code}
    return await caller.post("message/update_template_card", body | (more or {"button": {"replace_name": "已同意"}}))


@pytest.mark.parametrize(
    "changed",
    [
        {"task_id": None},
        {"task_id": "quote 42"},
        {"task_id": "报价"},
        {"task_id": "q" * 129},
        {"main_title": {}},
        {"card_type": "button"},
        {"button_list": []},
        {"button_list": [YES] * 2},
        {"button_list": [YES | {"key": str(n)} for n in range(7)]},
        {"button_list": [YES | {"key": "k" * 1025}]},
        {"button_list": [YES | {"text": ""}]},
        {"button_list": [YES | {"style": 5}]},
        {"button_list": [YES | {"type": 1, "url": "a.example"}]},
        {"horizontal_content_list": [{"keyname": "a"}] * 7},
        {"horizontal_content_list": [{"value": "a"}]},
        {"horizontal_content_list": [{"keyname": "a", "type": 1}]},
        {"horizontal_content_list": [{"keyname": "a", "type": 2, "media_id": "x"}]},
        {"horizontal_content_list": [{"keyname": "a", "type": 3}]},
        {"action_menu": {"action_list": []}},
        {"action_menu": {"action_list": [{"text": "a", "key": str(n)} for n in range(4)]}},
        {"button_selection": {"question_key": "q", "option_list": []}},
        {"card_type": "text_notice"},
        {"card_type": "text_notice", "card_action": {"type": 1, "url": "a.example"}},
        {"card_type": "news_notice", "card_action": {"type": 1, "url": "https://a.example"}},
        {"card_type": "vote_interaction", "checkbox": {"question_key": "q", "option_list": [{"id": "1", "text": "a"}]}},
        {"card_type": "multiple_interaction", "submit_button": {"text": "交", "key": "go"}, "select_list": []},
    ],
)
async def test_cards_that_are_refused(wecom: Emulator, caller: Caller, changed: dict[str, Any]) -> None:
    assert (await caller.send("template_card", card(**changed)))["errcode"] in (40058, 40007, 45034)
    assert wecom.screen("lisi") == []


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"task_id": "a@b_c-D9"},
        {"button_list": [YES | {"key": str(n)} for n in range(6)]},
        {"card_type": "vote_interaction", "button_list": None, "submit_button": {"text": "交", "key": "go"},
         "checkbox": {"question_key": "q", "mode": 1, "option_list": [{"id": str(n), "text": "a"} for n in range(20)]}},
        {"card_type": "multiple_interaction", "button_list": None, "submit_button": {"text": "交", "key": "go"},
         "select_list": [{"question_key": "q", "title": "t", "option_list": [{"id": "1", "text": "a"}]}]},
        {"card_type": "text_notice", "task_id": None, "card_action": {"type": 1, "url": "https://a.example"}},
    ],
)  # fmt: skip
async def test_cards_that_are_taken(caller: Caller, changed: dict[str, Any]) -> None:
    assert (await caller.send("template_card", card(**changed)))["errcode"] == 0


async def test_only_cards_that_can_change_bring_a_code(caller: Caller) -> None:
    notice = card(card_type="text_notice", card_action={"type": 1, "url": "https://a.example"}, task_id=None)
    assert "response_code" in await caller.send("template_card", card())
    assert "response_code" not in await caller.send("template_card", notice)


async def test_buttons_need_a_callback_address(wecom: Emulator, caller: Caller) -> None:
    wecom.corp.callback = None
    assert (await caller.send("template_card", card()))["errcode"] == 40058
    assert (await caller.send("template_card", RESULT))["errcode"] == 0


async def test_a_task_is_sent_once(caller: Caller) -> None:
    await caller.send("template_card", card())
    assert (await caller.send("template_card", card(), to="zhaomin"))["errcode"] == 42014
    assert (await caller.send("template_card", card("quote_42_s1_a2"), to="zhaomin"))["errcode"] == 0


async def test_a_checked_repeat_of_a_card_brings_no_second_code(caller: Caller) -> None:
    assert "response_code" in await caller.send("template_card", card(), enable_duplicate_check=1)
    repeated = await caller.send("template_card", card(), enable_duplicate_check=1)
    assert (repeated["errcode"], "response_code" in repeated) == (0, False)


async def test_long_titles_do_not_fit_on_the_phone(wecom: Emulator, caller: Caller) -> None:
    await caller.send("template_card", card(main_title={"title": "长" * 40}))
    assert wecom.screen("lisi")[0].text.startswith("长" * 35 + "…")


async def test_a_code_greys_the_buttons_once(wecom: Emulator, caller: Caller) -> None:
    code = (await caller.send("template_card", card()))["response_code"]
    assert (await update(caller, code))["errcode"] == 0
    shown = wecom.screen("lisi")[0]
    assert shown.text.endswith("(已同意)")
    assert shown.buttons == {}
    assert (await update(caller, code))["errcode"] == 42022


async def test_a_code_ends_after_72_hours(caller: Caller, clock: FakeClock) -> None:
    code = (await caller.send("template_card", card()))["response_code"]
    clock.advance(timedelta(hours=72))
    assert (await update(caller, code))["errcode"] == 42022


async def test_an_update_replaces_everybodys_copy_in_place(wecom: Emulator, caller: Caller) -> None:
    code = (await caller.send("template_card", card(), to="lisi|WangWei"))["response_code"]
    assert (await update(caller, code, template_card=RESULT, userids=[], atall=1))["errcode"] == 0
    assert [[m.text for m in wecom.screen(user)] for user in ("lisi", "wangwei")] == [["已同意"], ["已同意"]]


async def test_who_never_got_the_card_is_listed(caller: Caller) -> None:
    code = (await caller.send("template_card", card()))["response_code"]
    said = await update(caller, code, template_card=RESULT, userids=["lisi", "WangWei"])
    assert (said["errcode"], said["invaliduser"]) == (0, ["wangwei"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"agentid": 1000009, "button": {"replace_name": "x"}}, 42015),
        ({"button": {}}, 40058),
        ({"button": {"text": "x"}}, 42020),
        ({"userids": [], "button": {"replace_name": "x"}}, 82001),
        ({"template_card": card(task_id=None, button_list=[])}, 40058),
        ({"response_code": "made-up", "button": {"replace_name": "x"}}, 42022),
    ],
)
async def test_updates_that_are_refused_leave_the_code_good(caller: Caller, changed: dict[str, Any], code: int) -> None:
    good = (await caller.send("template_card", card()))["response_code"]
    assert (await update(caller, good, **changed))["errcode"] == code
    assert (await update(caller, good))["errcode"] == 0


async def test_a_tap_brings_a_fresh_code_and_says_who_tapped(wecom: Emulator, caller: Caller, listener: Listener) -> None:
    sent = await caller.send("template_card", card(), to="WangWei")
    phone = wecom.phone("wangwei")
    assert (await phone.tap(phone.card(), "同意")).accepted
    got = listener.got[0]
    assert (got["FromUserName"], got["Event"], got["EventKey"], got["TaskId"]) == (
        "WangWei",
        "template_card_event",
        "approve",
        "quote_42_s1",
    )
    assert got["ResponseCode"] != sent["response_code"]
    assert (await update(caller, got["ResponseCode"], userids=["WangWei"], template_card=RESULT))["errcode"] == 0
    assert phone.screen[0].text == "已同意"


async def test_what_was_chosen_travels_with_the_tap(wecom: Emulator, caller: Caller, listener: Listener) -> None:
    await caller.send("template_card", card())
    phone = wecom.phone("lisi")
    await phone.tap(phone.card(), "同意", {"q1": ["o1", "o2"]})
    body = wecom.callbacks.sent[0][0]
    assert "<SelectedItem><QuestionKey><![CDATA[q1]]></QuestionKey><OptionIds><OptionId><![CDATA[o1]]>" in body


async def test_an_answer_to_a_tap_changes_the_tappers_card_only(wecom: Emulator, caller: Caller, listener: Listener) -> None:
    listener.answers = [
        listener.reply("<xml><MsgType>update_button</MsgType><Button><ReplaceName>已同意</ReplaceName></Button></xml>"),
        listener.reply(
            "<xml><MsgType>update_template_card</MsgType><TemplateCard><CardType>text_notice</CardType><MainTitle><Title>已驳回</Title>"
            "</MainTitle><HorizontalContentList><KeyName>客户</KeyName><Value>恒力</Value></HorizontalContentList></TemplateCard></xml>"
        ),
    ]
    await caller.send("template_card", card(), to="lisi|zhaomin|WangWei")
    li, zhao = wecom.phone("lisi"), wecom.phone("zhaomin")
    await li.tap(li.card(), "同意")
    await zhao.tap(zhao.card(), "驳回")
    assert li.card().greyed == "已同意"
    assert zhao.card().text == "已驳回\n客户：恒力"
    assert wecom.phone("wangwei").card().buttons == {"同意": "approve", "驳回": "reject"}
