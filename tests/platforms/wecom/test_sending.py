"""What people see when things go wrong on the way: everything once, in order, within WeCom's limits; and nothing that loops."""

import logging
from datetime import timedelta

import pytest

from bot.chat.context import Context
from bot.chat.outgoing import Button, Card, Fact, Line, Outgoing, Reply, Section
from bot.chat.platform import Address
from bot.domain.errors import PlatformError
from tests.platforms.wecom.company import GROUP, PUBLIC, Company

LISI = Address("wecom", "lisi")
HERE = Address("wecom", f"key:{GROUP}")
QUESTION = Card(
    key="q:1",
    title="报价 Q-42 待您审批",
    facts=(Fact(label="客户", value="绍兴恒力机械"), Fact(label="金额", value="¥128,000")),
    buttons=(Button(label="同意", action="yes", style="primary"), Button(label="驳回", action="no", style="danger", ask="请写驳回原因")),
)
DONE = Card(key="q:1", title="报价 Q-42 已同意", tone="good", text="王伟 3月18日 10:00 同意")


def texts(company: Company, user: str = "lisi") -> list[str]:
    return [message.text for message in company.wecom.phone(user).screen]


async def say(company: Company, *messages: Outgoing, to: Address = LISI) -> None:
    """Promise messages in one unit, and let them go."""

    def work(ctx: Context) -> None:
        for message in messages:
            ctx.tell(to, message)

    await company.tell(work)


async def dead(company: Company) -> list[str]:
    rows = await company.service.store.read(lambda r: r.outbox.dead_ones())
    return [row.error or "" for row in rows]


async def test_a_token_that_has_ended_is_renewed_once_and_the_message_goes(company: Company) -> None:
    await say(company, Reply(text="一"))
    company.wecom.corp.expire_tokens()
    await say(company, Reply(text="二"))
    assert texts(company) == ["一", "二"]
    assert company.wecom.calls["gettoken"] == 2


async def test_tokens_that_are_always_refused_are_not_asked_for_again_and_again(company: Company) -> None:
    company.wecom.faults.on("message/send", company.wecom.faults.error(42001), times=None)
    await say(company, Reply(text="一"), Reply(text="二"))
    assert company.wecom.calls["gettoken"] <= 3
    company.wecom.faults.lift()
    await company.move(timedelta(minutes=2))
    await company.move(timedelta(minutes=2))
    assert texts(company) == ["一", "二"]


async def test_a_token_is_renewed_before_it_ends(company: Company) -> None:
    await say(company, Reply(text="一"))
    company.clock.advance(timedelta(minutes=115))
    await say(company, Reply(text="二"))
    assert company.wecom.calls["gettoken"] == 2
    assert company.wecom.calls["message/send"] == 2


@pytest.mark.parametrize("fault", ["reset", "half_json", "cut_short"])
async def test_an_answer_that_is_lost_doubles_nothing_on_the_screen(company: Company, fault: str) -> None:
    lost = company.wecom.faults.reset(done=True) if fault == "reset" else getattr(company.wecom.faults, fault)()
    company.wecom.faults.on("message/send", lost, times=3)
    await say(company, Reply(text="一"), QUESTION, Reply(text="二"))
    for _ in range(6):
        await company.move(timedelta(minutes=1))
    assert [text.splitlines()[0] for text in texts(company)] == ["一", "跟进", "二"]
    assert company.wecom.ledger.doubles("lisi") == {}


@pytest.mark.parametrize("code", [-1, 45033, 45009])
async def test_what_passes_is_waited_for(company: Company, code: int) -> None:
    company.wecom.faults.on("message/send", company.wecom.faults.error(code))
    await say(company, Reply(text="一"))
    await company.move(timedelta(minutes=2))
    assert texts(company) == ["一"]


async def test_an_outage_of_ten_minutes_loses_doubles_and_swaps_nothing(company: Company) -> None:
    company.wecom.faults.on("*", company.wecom.faults.status(502), times=None)
    wanted = [f"第 {number} 条" for number in range(12)]
    for words in wanted:
        await say(company, Reply(text=words))
        await company.move(timedelta(seconds=50))
    assert texts(company) == []
    company.wecom.faults.lift()
    await company.move(timedelta(minutes=2))
    assert texts(company) == wanted


async def test_the_same_words_said_again_on_purpose_arrive_again(company: Company) -> None:
    await say(company, Reply(text="好。"))
    await say(company, Reply(text="好。"))
    assert texts(company) == ["好。", "好。"]


async def test_who_cannot_be_reached_is_a_dead_letter_that_says_what_to_do(company: Company) -> None:
    company.wecom.corp.person("zhaomin").visible = False
    await say(company, Reply(text="一"), to=Address("wecom", "zhaomin"))
    assert "可见范围" in (await dead(company))[0]
    assert any("可见范围" in text for text in texts(company, "WangWei"))


async def test_a_member_without_a_licence_is_told_of_although_wecom_says_ok(company: Company) -> None:
    company.wecom.corp.person("zhaomin").licensed = False
    company.wecom.corp.person("lisi").licensed = True
    await say(company, Reply(text="一"), to=Address("wecom", "zhaomin"))
    assert await dead(company)


async def test_an_address_that_is_not_on_the_list_is_named(company: Company) -> None:
    company.wecom.corp.allowed_ips = {"203.0.113.9"}
    await say(company, Reply(text="一"))
    rows = await company.service.store.read(lambda r: r.outbox.since(0))
    assert "127.0.0.1" in (rows[0].error or "")
    assert "企业可信IP" in (rows[0].error or "")
    company.wecom.corp.allowed_ips = None
    await company.move(timedelta(minutes=2))
    assert texts(company) == ["一"]


async def test_more_than_thirty_a_minute_wait_instead_of_vanishing(company: Company) -> None:
    await say(company, *(Reply(text=f"第 {number} 条") for number in range(35)))
    assert len(texts(company)) == 30
    await company.move(timedelta(minutes=1, seconds=1))
    assert texts(company) == [f"第 {number} 条" for number in range(35)]
    assert company.wecom.ledger.dropped == []


async def test_a_long_text_is_paged_at_line_ends_and_nothing_of_it_is_lost(company: Company) -> None:
    lines = [f"{number} 这是一行足够长的文字，用来把一页两千零四十八个字节填满" for number in range(120)]
    await say(company, Reply(text="\n".join(lines)))
    found = texts(company)
    assert all(len(text.encode()) <= 2048 for text in found)
    assert [line for text in found for line in text.split("\n")[:-1]] == lines


async def test_both_taps_of_a_double_tap_leave_the_card_as_it_is(company: Company) -> None:
    await say(company, QUESTION)
    lisi = company.wecom.phone("lisi")
    await lisi.tap(lisi.card(), "同意")
    await lisi.tap(lisi.card(), "同意")
    await company.rest()
    assert len(texts(company)) == 3  # the card, and twice the word that nobody answers this button


async def test_every_copy_is_replaced_after_a_decision(company: Company) -> None:
    for user in ("lisi", "zhaomin", "wangwei"):
        await say(company, QUESTION, to=Address("wecom", user))
    await company.tell(lambda ctx: ctx.replace(DONE))
    for user in ("lisi", "zhaomin", "WangWei"):
        assert "已同意" in texts(company, user)[0]
        assert company.wecom.phone(user).card().buttons == {}


async def test_the_result_of_a_card_whose_codes_have_ended_is_told_to_who_tapped_it(company: Company) -> None:
    await say(company, QUESTION)
    company.clock.advance(timedelta(hours=73))
    lisi = company.wecom.phone("lisi")
    await lisi.tap(lisi.card(), "同意")
    await company.rest()
    for code in company.wecom.messages.codes.values():
        code.used = True
    await company.tell(lambda ctx: ctx.replace(DONE))
    assert "已同意" in texts(company)[-1]
    assert company.wecom.ledger.doubles("lisi") == {}


async def test_a_card_that_nobody_tapped_and_whose_code_has_ended_is_left_alone(company: Company) -> None:
    await say(company, QUESTION)
    company.clock.advance(timedelta(hours=73))
    await company.tell(lambda ctx: ctx.replace(DONE))
    assert len(texts(company)) == 1
    assert await dead(company) == []


async def test_a_card_whose_first_answer_was_lost_is_replaced_with_the_taps_code(company: Company) -> None:
    company.wecom.faults.on("message/send", company.wecom.faults.reset(done=True))
    await say(company, QUESTION)
    await company.move(timedelta(minutes=1))
    lisi = company.wecom.phone("lisi")
    await lisi.tap(lisi.card(), "同意")
    await company.tell(lambda ctx: ctx.replace(DONE))
    assert "已同意" in texts(company)[0]


STALE = tuple(Line(text=f"绍兴某某机械有限公司 {n} 号", detail="停在“方案报价”，没有记录原因") for n in range(90))
LIST = Card(key="digest:g:1", title="昨日断点清单", sections=(Section(title="华东", lines=STALE),))


async def test_a_list_for_a_group_is_paged_within_the_webhooks_limits(company: Company) -> None:
    await say(company, LIST, to=HERE)
    found = company.wecom.screen(company.wecom.webhook())
    assert len(found) > 1
    assert all(f"{n} 号" in "".join(message.text for message in found) for n in range(90))


async def test_a_crash_between_two_pages_repeats_none(company: Company) -> None:
    company.wecom.faults.on("webhook/send", lambda request, handler: handler(request))
    company.wecom.faults.on("webhook/send", company.wecom.faults.error(45009))
    await say(company, LIST, to=HERE)
    await company.move(timedelta(minutes=2))
    assert company.wecom.ledger.doubles(company.wecom.webhook()) == {}
    assert any("89 号" in message.text for message in company.wecom.screen(company.wecom.webhook()))


async def test_more_than_twenty_a_minute_wait_for_the_webhook(company: Company) -> None:
    await say(company, *(Reply(text=f"第 {number} 条") for number in range(22)), to=HERE)
    assert len(company.wecom.screen(company.wecom.webhook())) == 20
    await company.move(timedelta(minutes=1, seconds=1))
    told = [message.text for message in company.wecom.screen(company.wecom.webhook()) if message.kind == "text"]
    assert told == [f"第 {number} 条" for number in range(22)]


async def test_a_group_that_the_app_made_is_spoken_to(company: Company) -> None:
    company.wecom.groups.create({}, {"name": "华东", "owner": "lisi", "userlist": ["lisi", "WangWei"], "chatid": "EAST01"})
    await say(company, LIST, Reply(text="好。"), to=Address("wecom", "appchat:EAST01"))
    found = company.wecom.screen("group:EAST01")
    assert found[-1].text == "好。"
    assert "89 号" in found[-2].text


async def test_a_webhook_that_is_not_configured_says_so(company: Company) -> None:
    await say(company, Reply(text="一"), to=Address("wecom", "key:没有的群"))
    rows = await company.service.store.read(lambda r: r.outbox.since(0))
    assert "没有的群" in (rows[0].error or "")


async def test_words_of_a_rep_call_nobody_and_lead_nowhere(company: Company) -> None:
    await say(company, Card(key="x", title="<@all> 看这里", text="[中奖](http://evil.example)"), to=HERE)
    shown = company.wecom.screen(company.wecom.webhook())[0].text
    assert "<@" not in shown
    assert "](http" not in shown


async def test_members_are_called_by_name_in_a_group(company: Company) -> None:
    await say(company, Card(key="x", title="请处理", mention=("m_lisi", "m_nobody")), to=HERE)
    assert company.wecom.screen(company.wecom.webhook())[0].text.endswith("<@lisi>")


async def test_a_card_that_was_words_at_first_is_said_anew_once_it_can_be_tapped_and_replaced_from_then_on(company: Company) -> None:
    await say(company, DONE)
    await company.tell(lambda ctx: ctx.replace(QUESTION))
    assert len(texts(company)) == 2
    await company.tell(lambda ctx: ctx.replace(DONE))
    assert "已同意" in texts(company)[1]
    assert len(texts(company)) == 2


async def test_with_a_public_address_a_groups_card_leads_to_its_page(company: Company) -> None:
    company.platform.sending.public_url = PUBLIC
    await say(company, QUESTION, to=HERE)
    card = company.wecom.screen(company.wecom.webhook())[0].content
    assert card["card_action"]["url"] == f"{PUBLIC}/app/list/q%3A1"


async def test_no_secret_stands_in_a_log_or_an_error(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    corp = company.wecom.corp
    for fault in (
        company.wecom.faults.reset(),
        company.wecom.faults.status(502),
        company.wecom.faults.error(40014),
        company.wecom.faults.half_json(),
    ):
        company.wecom.faults.on("*", fault, times=2)
        await say(company, Reply(text="客户机密"), to=HERE)
        await say(company, Reply(text="客户机密"))
        await company.move(timedelta(minutes=2))
    rows = await company.service.store.read(lambda r: r.outbox.since(0))
    written = caplog.text + "".join(row.error or "" for row in rows)
    for secret in (corp.secret, corp.token, corp.aes_key, *corp.webhooks, corp.access_token(), "客户机密"):
        assert secret not in written


async def test_an_upload_after_a_token_has_ended_arrives_whole(company: Company) -> None:
    await company.platform.api.token()
    company.wecom.corp.expire_tokens()
    media = await company.platform.api.upload("file", "报价.xlsx", b"whole file, invented")
    assert company.wecom.files.kept[media].data == b"whole file, invented"


@pytest.mark.parametrize("size", [0, 5, 21 * 2**20])
async def test_an_upload_that_wecom_would_refuse_is_not_tried(company: Company, size: int) -> None:
    with pytest.raises(PlatformError) as refused:
        await company.platform.api.upload("file", "x", b"x" * size)
    assert refused.value.final
    assert "media/upload" not in company.wecom.calls


async def fetched(company: Company, media: str) -> bytes:
    return b"".join([chunk async for chunk in company.platform.download(media)])


async def test_a_file_that_has_ended_cannot_be_fetched_and_trying_again_is_no_use(company: Company) -> None:
    media = company.wecom.files.keep("image", b"\xff\xd8\xff invented")
    company.clock.advance(timedelta(days=4))
    with pytest.raises(PlatformError) as refused:
        await fetched(company, media)
    assert refused.value.final


@pytest.mark.parametrize("data", [b'{"a": 1}', b'{"errcode": 1, "errmsg": "a file of ours"}', b"12345", b"{" * 10_000])
async def test_files_that_look_like_json_are_files(company: Company, data: bytes) -> None:
    assert await fetched(company, company.wecom.files.keep("file", data, "a.json")) == data


async def test_a_large_file_is_fetched_in_pieces(company: Company) -> None:
    data = bytes(range(256)) * 90_000
    assert await fetched(company, company.wecom.files.keep("video", data)) == data


async def test_a_download_renews_a_token_that_has_ended(company: Company) -> None:
    media = company.wecom.files.keep("image", b"\xff\xd8\xff invented")
    await company.platform.api.token()
    company.wecom.corp.expire_tokens()
    assert await fetched(company, media) == b"\xff\xd8\xff invented"


async def test_a_download_that_breaks_off_may_be_tried_again(company: Company) -> None:
    media = company.wecom.files.keep("image", b"\xff\xd8\xff invented" * 100)
    company.wecom.faults.on("media/get", company.wecom.faults.cut_short())
    with pytest.raises(PlatformError) as broken:
        await fetched(company, media)
    assert not broken.value.final
