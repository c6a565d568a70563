"""The reminder of a promise: when it comes, when it does not, and what its buttons do."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bot.domain.worktime import QuietHours
from tests.handlers.company import (
    audit,
    cards_in,
    day,
    facts,
    labels,
    last_record,
    member,
    plant,
    reminders,
    the_customer,
    the_lead,
    the_record,
)
from tests.house import House, reply_of

FRIDAY = "给澜拓方工打了电话，周五给结果"


async def reminded(house: House) -> None:
    await house.say("li", FRIDAY)
    await house.move_to(day(3, 20, 9))


def titles(house: House, user: str = "li") -> list[str]:
    return [c.title for c in cards_in(house, f"p:{user}")]


async def test_it_comes_at_nine_on_the_promised_day(house: House) -> None:
    await house.say("li", FRIDAY)
    await house.move_to(day(3, 20, 8, 59))
    assert "该跟进了 · 宁波澜拓精密机床有限公司" not in titles(house)
    await house.move_to(day(3, 20, 9))
    assert titles(house)[-1] == "该跟进了 · 宁波澜拓精密机床有限公司"


async def test_it_says_what_was_promised_to_whom(house: House) -> None:
    await reminded(house)
    card = cards_in(house, "p:li")[-1]
    assert (card.text, facts(card)["联系人"], facts(card)["上次"]) == ("你约了今天（3月20日 周五）。", "方工", FRIDAY)
    assert labels(card) == ["已跟进", "改到明天", "改期"]


async def test_it_comes_once(house: House) -> None:
    await reminded(house)
    await house.move_to(day(3, 20, 17))
    assert len([t for t in titles(house) if t.startswith("该跟进了")]) == 1


async def test_a_said_hour_is_reminded_of_half_an_hour_before(house: House) -> None:
    await house.say("li", "下周一下午三点去澜拓拜访方工")
    assert [t.run_at for t in await reminders(house)] == [day(3, 23, 14, 30)]


async def test_a_promise_for_today_said_after_nine_is_reminded_of_before_the_evening(house: House) -> None:
    await house.say("li", "今天下午要去澜拓拜访方工")
    assert [t.run_at for t in await reminders(house)] == [day(3, 18, 17, 30)]


async def test_an_hour_that_is_near_is_reminded_of_at_the_hour(house: House) -> None:
    await house.move_to(day(3, 18, 19, 45))
    await house.say("li", "晚上8点给方工打电话")
    assert [t.run_at for t in await reminders(house)] == [day(3, 18, 20)]


async def test_an_evening_hour_is_kept_in_the_quiet_hours(house: House) -> None:
    house.service.outbox._quiet = QuietHours()
    await house.say("li", "今晚9点给方工打电话")
    await house.move_to(day(3, 18, 20, 30))
    assert titles(house)[-1].startswith("该跟进了")


async def test_a_reminder_that_was_missed_waits_for_the_morning(house: House) -> None:
    house.service.outbox._quiet = QuietHours()
    await house.say("li", FRIDAY)
    await house.move_to(day(3, 20, 23))
    assert not titles(house)[-1].startswith("该跟进了")
    await house.move_to(day(3, 21, 8))
    assert titles(house)[-1].startswith("该跟进了")


async def test_a_promise_kept_before_is_not_reminded_of(house: House) -> None:
    await house.say("li", FRIDAY)
    await house.move_to(day(3, 20, 8))
    await house.say("li", "给澜拓发了微信，说了结果")
    await house.move_to(day(3, 20, 10))
    assert not any(t.startswith("该跟进了") for t in titles(house))


async def test_a_promise_that_was_moved_is_reminded_of_on_its_new_day_only(house: House) -> None:
    await house.say("li", FRIDAY)
    await house.say("li", "改一下，下次跟进下周三")
    await house.move_to(day(3, 20, 10))
    assert not any(t.startswith("该跟进了") for t in titles(house))
    await house.move_to(day(3, 25, 9))
    assert titles(house)[-1].startswith("该跟进了")


async def test_a_snoozed_lead_is_not_reminded_of(house: House) -> None:
    await house.say("li", FRIDAY)
    lead = await the_lead(house, "lantuo")
    await house.store.write(lambda tx: tx.leads.change(lead.id, lead.last_action_at, snoozed_until=day(3, 27), snooze_reason="出差"))
    await house.move_to(day(3, 20, 10))
    assert not any(t.startswith("该跟进了") for t in titles(house))


async def give(house: House, key: str, user: str) -> None:
    """Another owner, as an import would write it."""
    customer = replace(await the_customer(house, key), owner_id=member(user))
    await house.store.write(lambda tx: tx.customers.save(customer))


async def test_whoever_may_not_see_the_customer_any_more_is_not_reminded(house: House) -> None:
    await house.say("li", FRIDAY)
    await give(house, "lantuo", "lin")
    await house.move_to(day(3, 20, 9))
    assert not any(t.startswith("该跟进了") for t in titles(house))


async def test_the_new_owner_is_reminded_after_a_hand_over(house: House) -> None:
    await house.say("li", FRIDAY)
    lead = await the_lead(house, "lantuo")
    await give(house, "lantuo", "wang")
    await house.store.write(lambda tx: tx.leads.change(lead.id, lead.last_action_at, owner_id="m_wang"))
    await house.move_to(day(3, 20, 9))
    assert titles(house, "wang") == ["该跟进了 · 宁波澜拓精密机床有限公司"]


async def test_a_past_promise_sets_no_reminder(house: House) -> None:
    await plant(house, "lantuo", 9, next_on=date(2026, 3, 10))
    await house.say("li", "拜访了澜拓的方工")
    assert await reminders(house) == []


@pytest.mark.parametrize(
    ("now", "words", "due"),
    [
        (day(3, 31), "给澜拓方工打了电话，明天给结果", day(4, 1, 9)),
        (day(2, 27), "给澜拓方工打了电话，下周一给结果", day(3, 2, 9)),
        (day(12, 31), "给澜拓方工打了电话，明天给结果", day(12, 31, 9) + timedelta(days=1)),
    ],
)
async def test_it_crosses_the_end_of_a_month_and_a_year(house: House, now: object, words: str, due: object) -> None:
    await house.move_to(now)  # type: ignore[arg-type]
    await house.say("li", words)
    assert [t.run_at for t in await reminders(house)] == [due]


async def test_done_makes_a_follow_up_of_what_is_said(house: House) -> None:
    await reminded(house)
    await house.tap("li", cards_in(house, "p:li")[-1], "已跟进", "给了结果，客户满意，下周三去签合同")
    record = await last_record(house, "li")
    assert (record.text, record.occurred_on) == ("给了结果，客户满意，下周三去签合同", date(2026, 3, 20))
    assert titles(house)[-1] == "已跟进 · 宁波澜拓精密机床有限公司"


async def test_done_ends_the_promise(house: House) -> None:
    await reminded(house)
    await house.tap("li", cards_in(house, "p:li")[-1], "已跟进", "给了结果")
    assert (await the_lead(house, "lantuo")).next_on is None


async def test_done_twice_leaves_one_record(house: House) -> None:
    await reminded(house)
    card = cards_in(house, "p:li")[-1]
    await house.tap("li", card, "已跟进", "给了结果")
    await house.tap("li", card, "已跟进", "给了结果")
    assert len(await house.store.read(lambda r: r.activities.timeline("c_lantuo"))) == 2  # type: ignore[arg-type]
    assert titles(house)[-1] == "这次约定已经处理过了"


async def test_tomorrow_moves_the_promise_and_its_reminder(house: House) -> None:
    await reminded(house)
    await house.tap("li", cards_in(house, "p:li")[-1], "改到明天")
    assert (await the_lead(house, "lantuo")).next_on == date(2026, 3, 21)
    assert [t.run_at for t in await reminders(house)] == [day(3, 21, 9)]
    assert "改到明天（3月21日 周六），到时候再提醒你。" in cards_in(house, "p:li")[-1].text


async def test_a_moved_promise_survives_the_next_message(house: House) -> None:
    await reminded(house)
    await house.tap("li", cards_in(house, "p:li")[-1], "改期", "约了下周三面谈")
    assert (await the_lead(house, "lantuo")).next_on == date(2026, 3, 25)
    await house.say("li", "给澜拓发了微信，问了样品")
    assert (await the_lead(house, "lantuo")).next_on == date(2026, 3, 25)


async def test_moving_without_a_date_asks_for_one(house: House) -> None:
    await reminded(house)
    assert reply_of(await house.tap("li", cards_in(house, "p:li")[-1], "改期", "过阵子")).startswith("没看懂改到哪天")


async def test_a_move_is_in_the_audit_log(house: House) -> None:
    await reminded(house)
    await house.tap("li", cards_in(house, "p:li")[-1], "改到明天")
    (entry,) = await audit(house, (await the_lead(house, "lantuo")).id, "lead.postpone")
    assert (entry.old, entry.new) == ({"next_on": "2026-03-20"}, {"next_on": "2026-03-21"})


async def test_a_colleague_may_not_answer_for_the_owner(house: House) -> None:
    await reminded(house)
    assert (
        reply_of(await house.tap("wang", cards_in(house, "p:li")[-1], "已跟进", "好了")) == "这条归李思管，要他本人或上级来动，内容没有变。"
    )
    assert (await the_record(house, "lantuo")).next_on == date(2026, 3, 20)


async def test_the_hour_of_a_plan_is_shown(house: House) -> None:
    await house.say("li", "下周一下午三点去澜拓拜访方工")
    assert (await the_record(house, "lantuo")).next_time == time(15)


async def test_a_plan_that_was_kept_gives_the_later_promise_back(house: House) -> None:
    await house.say("li", "拜访了澜拓的方工，聊了主轴振动，周五给报价")
    await house.say("li", "明天上午去澜拓看现场")
    await house.move(timedelta(days=1))
    await house.say("li", "刚去澜拓看完现场了，方工很配合")
    assert (await the_lead(house, "lantuo")).next_on == date(2026, 3, 20)
