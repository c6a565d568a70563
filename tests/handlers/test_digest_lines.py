"""What can be done about a line of the morning list: followed up, snoozed, handed over; by whom, and once."""

from datetime import date, timedelta

import pytest

from bot.chat.outgoing import Card
from bot.domain.activity import ActivityKind
from bot.domain.customer import LeadState
from tests.handlers.company import audit, cards_in, day, newest, plant, texts, the_customer, the_lead, the_record, timeline
from tests.house import House, card_of, find_button, reply_of

MORNING = day(3, 19, 8, 20)
MINE, OTHER = "宁波澜拓", "绍兴恒力"
REFUSED = "这条归李思管，要他本人或上级来动，内容没有变。"


async def pushed(house: House) -> Card:
    """The list of the east with two lines of one rep."""
    await plant(house, "lantuo", 5)
    await plant(house, "hengli", 6)
    await house.move_to(MORNING)
    await house.move_to(MORNING + timedelta(minutes=9))
    return shown(house)


def shown(house: House) -> Card:
    return cards_in(house, "g:east")[0]


def detail(house: House, line: str = MINE) -> str:
    """What the card in the group says of a line."""
    return next(x.detail for s in shown(house).sections for x in s.lines if line in x.text)


async def tap(house: House, user: str, card: Card, label: str, answer: str = "") -> str:
    return texts(await house.tap(user, card, label, answer, line=MINE, chat="g:east"))


async def test_followed_up_leaves_a_record_of_what_was_said(house: House) -> None:
    await tap(house, "li", await pushed(house), "已跟进", "打了电话，下周三去签合同")
    record = await the_record(house, "lantuo")
    assert (record.kind, record.text, record.member_id) == (ActivityKind.FOLLOW_UP, "打了电话，下周三去签合同", "m_li")
    assert (await the_lead(house, "lantuo")).last_action_at == house.clock.now()


async def test_followed_up_settles_the_line_in_the_group_and_leaves_the_others(house: House) -> None:
    assert await tap(house, "li", await pushed(house), "已跟进", "打了电话") == ""
    assert detail(house) == "✓ 李思 3月19日 08:29 已跟进：打了电话"
    assert [b.label for x in shown(house).sections[-1].lines for b in x.buttons] == ["已跟进", "先放放", "转交"]
    assert "停在" in detail(house, OTHER)


async def test_the_line_says_the_next_date(house: House) -> None:
    await tap(house, "li", await pushed(house), "已跟进", "打了电话，约了下周三面谈")
    assert "下次 3月25日 周三" in detail(house)
    assert (await the_lead(house, "lantuo")).next_on == date(2026, 3, 25)


async def test_followed_up_without_words_counts_too(house: House) -> None:
    await tap(house, "li", await pushed(house), "已跟进")
    assert detail(house) == "✓ 李思 3月19日 08:29 已跟进"
    assert len(await timeline(house, "lantuo")) == 1


@pytest.mark.parametrize("user", ["li", "chen", "zheng", "xu"])
async def test_the_owner_and_those_above_may(house: House, user: str) -> None:
    await tap(house, user, await pushed(house), "先放放", "客户出差")
    assert (await the_lead(house, "lantuo")).snooze_reason == "客户出差"


@pytest.mark.parametrize("user", ["wang", "lin", "huang"])
@pytest.mark.parametrize("label", ["已跟进", "先放放", "转交"])
async def test_colleagues_and_managers_of_other_regions_may_not(house: House, user: str, label: str) -> None:
    card = await pushed(house)
    before = await the_lead(house, "lantuo")
    assert await tap(house, user, card, label, "王磊") == REFUSED
    assert (await the_lead(house, "lantuo"), shown(house)) == (before, card)


async def test_a_second_tap_shows_how_things_stand_and_changes_nothing(house: House) -> None:
    card = await pushed(house)
    await tap(house, "li", card, "已跟进", "打了电话")
    answer = await tap(house, "chen", card, "已跟进", "也打了电话")
    assert answer == "现在归李思，3月19日 08:29 有过动作。没有再改。"
    assert len(await timeline(house, "lantuo")) == 1
    assert detail(house) == "✓ 李思 3月19日 08:29 已跟进：打了电话"


async def test_news_since_the_morning_shows_in_the_line(house: House) -> None:
    card = await pushed(house)
    await house.say("li", "给澜拓方工打了电话，周五给结果")
    await tap(house, "li", card, "先放放", "客户出差")
    assert detail(house) == "现在归李思，3月19日 08:29 有过动作，下次 明天（3月20日 周五）。没有再改。"
    assert (await the_lead(house, "lantuo")).snoozed_until is None


async def test_a_lead_closed_meanwhile_is_left_closed(house: House) -> None:
    card = await pushed(house)
    await house.say("li", "澜拓丢单了")
    await tap(house, "li", card, "已跟进", "又打了电话")
    assert detail(house) == "已经结束（输单），没有再改。"
    assert (await the_lead(house, "lantuo")).state is LeadState.CLOSED


async def test_a_snooze_needs_a_reason(house: House) -> None:
    card = await pushed(house)
    assert (await tap(house, "li", card, "先放放", "  ")).startswith("先放放要写原因")
    assert (await the_lead(house, "lantuo")).snoozed_until is None


async def test_a_snooze_lasts_three_working_days_when_no_date_is_said(house: House) -> None:
    await tap(house, "li", await pushed(house), "先放放", "客户出差")
    assert (await the_lead(house, "lantuo")).snoozed_until == day(3, 24, 8)
    assert detail(house) == "⏸ 李思 暂缓到 3月24日 08:00：客户出差"


async def test_a_snooze_takes_the_date_that_is_said(house: House) -> None:
    await tap(house, "li", await pushed(house), "先放放", "约了下周三面谈")
    assert (await the_lead(house, "lantuo")).snoozed_until == day(3, 25, 8)


async def test_a_snooze_until_a_weekday_is_understood(house: House) -> None:
    await tap(house, "li", await pushed(house), "先放放", "客户出差，下周三再说")
    assert (await the_lead(house, "lantuo")).snoozed_until == day(3, 25, 8)


async def test_a_snoozed_line_stays_away_until_its_day(house: House) -> None:
    await tap(house, "li", await pushed(house), "先放放", "客户出差")
    for number in (20, 23):
        await house.move_to(day(3, number, 8, 20))
        await house.move_to(day(3, number, 8, 29))
        assert MINE not in newest(house, "g:east")
    await house.move_to(day(3, 24, 8, 20))
    await house.move_to(day(3, 24, 8, 29))
    assert "暂缓已到期（客户出差）" in newest(house, "g:east")


async def test_a_second_snooze_shows_the_first(house: House) -> None:
    card = await pushed(house)
    await tap(house, "li", card, "先放放", "客户出差")
    assert await tap(house, "chen", card, "先放放", "别的原因") == "已经暂缓到 3月24日 08:00：客户出差。没有再改。"
    assert (await the_lead(house, "lantuo")).snooze_reason == "客户出差"


async def test_a_hand_over_moves_lead_and_customer(house: House) -> None:
    await tap(house, "chen", await pushed(house), "转交", "王磊")
    assert (await the_lead(house, "lantuo")).owner_id == "m_wang"
    assert (await the_customer(house, "lantuo")).owner_id == "m_wang"
    assert detail(house) == "→ 陈立 已转交给王磊"


async def test_both_reps_are_told_of_a_hand_over(house: House) -> None:
    await tap(house, "chen", await pushed(house), "转交", "@王磊")
    assert "陈立把 宁波澜拓精密机床有限公司 转给你了" in newest(house, "p:wang")
    assert "陈立 已转交给王磊" in newest(house, "p:li")


async def test_after_a_hand_over_the_old_owner_sees_nothing_more(house: House) -> None:
    await tap(house, "chen", await pushed(house), "转交", "王磊")
    assert "已有同名客户，负责人王磊" in texts(await house.say("li", "澜拓上次聊到哪了"))


async def test_a_hand_over_is_in_the_audit_log(house: House) -> None:
    await tap(house, "chen", await pushed(house), "转交", "王磊")
    (entry,) = await audit(house, (await the_lead(house, "lantuo")).id, "lead.hand_over")
    assert (entry.member_id, entry.old, entry.new) == ("m_chen", {"owner": "m_li"}, {"owner": "m_wang"})


async def test_a_second_hand_over_from_an_old_card_changes_nothing(house: House) -> None:
    card = await pushed(house)
    await tap(house, "chen", card, "转交", "王磊")
    assert (await tap(house, "zheng", card, "转交", "林晓")).startswith("现在归王磊")
    assert (await the_lead(house, "lantuo")).owner_id == "m_wang"


async def test_a_rep_cannot_hand_over(house: House) -> None:
    assert await tap(house, "li", await pushed(house), "转交", "王磊") == "转交要主管来点。"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("赵无极", "销售里没有叫“赵无极”的在职同事"),
        ("许静", "销售里没有叫“许静”"),
        ("李思", "本来就是李思在跟"),
        ("林晓", "林晓不是你团队里的"),
        ("陈立", "陈立不是你团队里的"),
    ],
)
async def test_a_hand_over_to_nobody_says_why(house: House, name: str, answer: str) -> None:
    assert (await tap(house, "chen", await pushed(house), "转交", name)).startswith(answer)
    assert (await the_lead(house, "lantuo")).owner_id == "m_li"


async def pick(house: House) -> Card:
    """What a manager sees who taps 转交."""
    return card_of(await house.tap("chen", await pushed(house), "转交", chat="g:east", line=MINE))


async def test_a_hand_over_offers_the_reps_of_the_team(house: House) -> None:
    assert [b.label for b in (await pick(house)).buttons] == ["王磊", "其他人"]


async def test_a_picked_rep_gets_the_lead_and_both_cards_say_so(house: House) -> None:
    await house.tap("chen", await pick(house), "王磊", chat="g:east")
    assert (await the_lead(house, "lantuo")).owner_id == "m_wang"
    assert detail(house) == "→ 陈立 已转交给王磊"
    assert cards_in(house, "g:east")[-1].title == "宁波澜拓精密机床有限公司 → 陈立 已转交给王磊"


async def test_a_name_may_be_written_instead(house: House) -> None:
    await house.tap("chen", await pick(house), "其他人", "王磊", chat="g:east")
    assert (await the_lead(house, "lantuo")).owner_id == "m_wang"


async def test_a_forged_pick_of_another_regions_rep_is_refused(house: House) -> None:
    card = await pick(house)
    (card.buttons[0].values or {})["to"] = "m_lin"
    assert "不是你团队里的" in texts(await house.tap("chen", card, "王磊", chat="g:east"))
    assert (await the_lead(house, "lantuo")).owner_id == "m_li"


async def test_an_admin_may_hand_over_to_any_region(house: House) -> None:
    await tap(house, "xu", await pushed(house), "转交", "林晓")
    assert (await the_lead(house, "lantuo")).owner_id == "m_lin"


async def test_a_forged_lead_is_refused(house: House) -> None:
    card = await pushed(house)
    values = find_button(card, "已跟进", MINE).values
    assert values is not None
    values["lead"] = "l_nothing"
    assert await tap(house, "li", card, "已跟进", "好了") == "这个按钮已经失效了，内容没有变。"


async def test_the_managers_own_copy_settles_for_itself(house: House) -> None:
    await pushed(house)
    await house.say("chen", "昨日断点")
    own = cards_in(house, "p:chen")[0]
    await house.tap("chen", own, "先放放", "客户出差", line=MINE)
    assert "暂缓到" in texts([cards_in(house, "p:chen")[0]])


async def test_a_snooze_said_with_a_past_date_lasts_three_working_days(house: House) -> None:
    await tap(house, "li", await pushed(house), "先放放", "上周三客户就出差了")
    assert (await the_lead(house, "lantuo")).snoozed_until == day(3, 24, 8)


async def test_what_is_said_beside_a_tap_is_only_data(house: House) -> None:
    await tap(house, "li", await pushed(house), "已跟进", "<b>'; DROP TABLE lead; --</b>")
    assert (await the_record(house, "lantuo")).text == "<b>'; DROP TABLE lead; --</b>"
    assert reply_of(await house.say("li", "谢谢")) == "不客气。"
