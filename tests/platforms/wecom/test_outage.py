"""WeCom fails for a while, in every way that it can: everything is delivered afterwards, in order, and nobody sees anything twice."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.chat.outgoing import Button, Card, Reply
from bot.chat.platform import Address
from bot.domain.values import MemberId
from tests.platforms.wecom.company import GROUP, Company
from tests.platforms.wecom.emulator.faults import Fault, Faults

LI, ZHAO = MemberId("m_lisi"), MemberId("m_zhaomin")
MINUTE = timedelta(minutes=1)
TO_GROUP = Address("wecom", f"key:{GROUP}")

WAYS: dict[str, Callable[[Faults], Fault]] = {
    "busy": lambda f: f.error(-1),
    "too many calls": lambda f: f.error(45009),
    "too many at once": lambda f: f.error(45033),
    "token refused": lambda f: f.error(42001),
    "address not allowed": lambda f: f.error(60020),
    "gateway": lambda f: f.status(502),
    "somebody's page": lambda f: f.status(200),
    "broken connection": lambda f: f.reset(),
}
# The message was shown, and the answer never came.
SHOWN = {
    "answer lost": lambda f: f.reset(done=True),
    "answer cut short": lambda f: f.cut_short(),
    "half an answer": lambda f: f.half_json(),
}


async def told(company: Company, number: int) -> None:
    """One message to each of two people and to the group."""
    for to in (LI, ZHAO, TO_GROUP):
        await company.tell(lambda ctx, to=to: ctx.tell(to, Reply(text=f"第 {number} 条提醒")))  # type: ignore[misc]


async def afterwards(company: Company, minutes: int = 4) -> None:
    company.wecom.faults.lift()
    for _ in range(minutes):
        await company.move(MINUTE)


def texts(company: Company, screen: str) -> list[str]:
    """What a screen shows; the morning list, which comes as well, aside."""
    return [m.text for m in company.wecom.screen(screen) if "昨日断点清单" not in m.text]


@pytest.mark.parametrize("way", WAYS)
async def test_ten_minutes_without_wecom_delay_everything_and_lose_nothing(company: Company, way: str) -> None:
    company.wecom.faults.on("*", WAYS[way](company.wecom.faults), times=None)
    for number in range(10):
        await told(company, number)
        await company.move(MINUTE)
    assert company.wecom.ledger.shown == []
    await afterwards(company)
    wanted = [f"第 {number} 条提醒" for number in range(10)]
    assert texts(company, "lisi") == texts(company, "zhaomin") == texts(company, company.wecom.webhook()) == wanted


@pytest.mark.parametrize("way", SHOWN)
async def test_messages_to_people_are_seen_once_though_every_answer_is_lost(company: Company, way: str) -> None:
    company.wecom.faults.on("message/send", SHOWN[way](company.wecom.faults), times=None)
    for number in range(10):
        await company.tell(lambda ctx, n=number: ctx.tell(LI, Reply(text=f"第 {n} 条提醒")))  # type: ignore[misc]
        await company.move(MINUTE)
    await afterwards(company)
    assert texts(company, "lisi") == [f"第 {number} 条提醒" for number in range(10)]


async def test_a_card_whose_answer_was_lost_is_seen_once_and_can_be_tapped(company: Company) -> None:
    card = Card(key="trial:1", title="报价待审批", buttons=(Button(label="同意", action="trial.yes"),))
    company.wecom.faults.on("message/send", company.wecom.faults.reset(done=True))
    await company.tell(lambda ctx: ctx.tell(LI, card))
    await afterwards(company, 3)
    lisi = company.wecom.phone("lisi")
    assert len(lisi.screen) == 1
    assert (await lisi.tap(lisi.card(), "同意")).accepted


async def test_what_people_say_meanwhile_is_answered_afterwards_in_its_order(company: Company) -> None:
    company.wecom.faults.on("*", company.wecom.faults.reset(), times=None)
    lisi = company.wecom.phone("lisi")
    said = ["帮助", "我的客户", "今天下午两点拜访了绍兴恒力机械的张工，预算有限", "撤销"]
    for words in said:
        assert (await lisi.say(words)).accepted
        await company.move(MINUTE * 2)
    await afterwards(company)
    shown = texts(company, "lisi")
    assert len(shown) >= len(said)
    assert company.wecom.ledger.doubles("lisi") == {}
    assert "已撤销" in "\n".join(shown)


async def test_a_refused_token_is_renewed_once_and_a_refusal_that_stays_is_not_hammered(company: Company) -> None:
    await company.tell(lambda ctx: ctx.tell(LI, Reply(text="一")))
    company.wecom.faults.on("message/send", company.wecom.faults.error(42001), times=None)
    before = company.wecom.calls["gettoken"]
    await company.tell(lambda ctx: ctx.tell(LI, Reply(text="二")))
    for _ in range(10):
        await company.move(MINUTE)
    assert company.wecom.calls["gettoken"] - before <= 11
    await afterwards(company)
    assert texts(company, "lisi") == ["一", "二"]


async def test_tokens_that_have_ended_when_they_come_are_not_asked_for_without_end(company: Company) -> None:
    company.wecom.corp.token_life = timedelta(0)
    await company.tell(lambda ctx: ctx.tell(LI, Reply(text="一")))
    for _ in range(10):
        await company.move(MINUTE)
    assert company.wecom.calls["gettoken"] <= 60
    company.wecom.corp.token_life = timedelta(hours=2)
    await afterwards(company)
    assert texts(company, "lisi") == ["一"]


async def test_a_recipient_who_left_does_not_keep_the_others_from_their_messages(company: Company) -> None:
    company.wecom.corp.people["lisi"].status = 5
    await company.tell(lambda ctx: [ctx.tell(LI, Reply(text="在吗")), ctx.tell(ZHAO, Reply(text="在吗"))])
    await afterwards(company, 2)
    assert texts(company, "zhaomin") == ["在吗"]


async def test_callbacks_that_come_in_another_order_are_all_kept(company: Company) -> None:
    callbacks, lisi = company.wecom.callbacks, company.wecom.phone("lisi")
    late = [callbacks.envelope(lisi.xml("text", Content=f"备忘第{n}件")) for n in range(5)]
    for envelope in reversed(late):
        assert (await callbacks.post(envelope)).accepted
    await company.rest()
    assert await company.inbox() == 5


async def test_a_token_that_ended_early_costs_nobody_a_message(company: Company) -> None:
    for number in range(3):
        company.wecom.corp.expire_tokens()
        await company.tell(lambda ctx, n=number: ctx.tell(LI, Reply(text=str(n))))  # type: ignore[misc]
        await company.move(MINUTE)
    assert texts(company, "lisi") == ["0", "1", "2"]


async def test_a_burst_is_spread_over_minutes_because_wecom_would_drop_it_silently(company: Company) -> None:
    await company.tell(lambda ctx: [ctx.tell(LI, Reply(text=f"第 {n} 条")) for n in range(70)])
    await afterwards(company, 10)
    assert texts(company, "lisi") == [f"第 {n} 条" for n in range(70)]
    assert company.wecom.ledger.dropped == []


async def test_a_burst_to_a_group_is_spread_too(company: Company) -> None:
    await company.tell(lambda ctx: [ctx.tell(TO_GROUP, Reply(text=f"第 {n} 条")) for n in range(45)])
    await afterwards(company, 10)
    assert texts(company, company.wecom.webhook()) == [f"第 {n} 条" for n in range(45)]


async def test_somebody_out_of_sight_is_a_dead_letter_with_what_to_do(company: Company) -> None:
    company.wecom.corp.people["lisi"].visible = False
    await company.tell(lambda ctx: ctx.tell(LI, Reply(text="在吗")))
    await afterwards(company, 3)
    notices = texts(company, "wangwei")
    assert any("可见范围" in text for text in notices)


async def test_a_media_file_is_fetched_once_wecom_is_back(company: Company) -> None:
    company.wecom.faults.on("media/get", company.wecom.faults.status(502), times=3)
    await company.wecom.phone("lisi").photo(b"\xff\xd8\xff\xe0 a picture, invented")
    await company.rest()
    await afterwards(company, 5)
    kept = await company.service.store.read(lambda r: [row[0] for row in r.connection.exec_driver_sql("SELECT state FROM media")])
    assert kept == ["kept"]
