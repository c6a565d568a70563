"""Logging a visit by talking: what is understood, which pieces join, whose customer it is, the one question."""

from datetime import date, time, timedelta

import pytest

from bot.chat.incoming import Sender, Text
from bot.domain.activity import ActivityKind
from bot.domain.understood import Channel, Objection
from tests.handlers.company import cards_in, day, facts, labels, last_record, pieces, reminders, texts, the_lead, the_record, timeline
from tests.house import PLATFORM, House, card_of, reply_of

VISIT = "今天下午两点拜访了绍兴恒力机械的张工，预算有限，下周三之前给报价"
NO_DATE = "拜访了澜拓的方工，聊了主轴振动"


async def test_a_visit_is_kept_with_customer_contact_time_and_next_step(house: House) -> None:
    await house.say("li", VISIT)
    record = await the_record(house, "hengli")
    assert (record.kind, record.channel, record.contacts) == (ActivityKind.VISIT, Channel.VISIT, ("张工",))
    assert (record.occurred_on, record.occurred_time) == (date(2026, 3, 18), time(14))
    assert (record.next_on, record.next_steps, record.text) == (date(2026, 3, 25), ("给报价",), VISIT)


async def test_the_objection_of_a_visit_is_kept(house: House) -> None:
    await house.say("li", VISIT)
    assert (await the_record(house, "hengli")).objections == (Objection.BUDGET_LIMITED,)


async def test_the_card_of_a_complete_visit_shows_what_was_understood_and_asks_nothing(house: House) -> None:
    card = card_of(await house.say("li", VISIT))
    shown = facts(card)
    assert (shown["客户"], shown["联系人"], shown["下次跟进"]) == ("绍兴恒力机械有限公司", "张工", "3月25日 周三")
    assert labels(card) == ["写微信", "撤销"]
    assert "？直接回我" not in card.note


async def test_a_promise_sets_a_reminder_for_nine_o_clock_of_its_day(house: House) -> None:
    await house.say("li", VISIT)
    assert [t.run_at for t in await reminders(house)] == [day(3, 25, 9)]


async def test_a_visit_moves_the_lead_and_its_promise(house: House) -> None:
    await house.say("li", VISIT)
    lead = await the_lead(house, "hengli")
    assert (lead.last_action_at, lead.next_on, lead.next_step) == (house.clock.now(), date(2026, 3, 25), "给报价")


async def test_a_customer_guessed_from_a_contact_is_marked_as_a_guess(house: House) -> None:
    card = card_of(await house.say("li", "晚上8点给方工打电话"))
    assert [f.label for f in card.facts if f.guess] == ["客户"]


async def test_text_photo_and_place_within_half_an_hour_are_one_visit(house: House) -> None:
    await house.say("li", VISIT)
    await house.photo("li")
    await house.move(timedelta(minutes=29))
    await house.place("li")
    await house.move(timedelta(minutes=29))
    await house.say("li", "他们想先看样机")
    assert await pieces(house, await the_record(house, "hengli")) == ["location", "photo", "text", "text"]


async def test_a_piece_that_joins_is_answered_with_one_line(house: House) -> None:
    await house.say("li", VISIT)
    assert reply_of(await house.photo("li")).startswith("已并入“拜访 绍兴恒力机械有限公司”，现在有 1 条文字、1 张照片。")


async def test_a_piece_that_joins_brings_the_card_up_to_date(house: House) -> None:
    await house.say("li", VISIT)
    await house.photo("li")
    assert "1 张照片" in cards_in(house, "p:li")[0].note


async def test_what_a_later_piece_adds_is_said(house: House) -> None:
    await house.say("li", NO_DATE)
    assert "已并入“拜访 宁波澜拓精密机床有限公司”，异议：在比竞品；竞品：汇川。" in reply_of(await house.say("li", "还在和汇川比价"))


async def test_a_photo_first_and_words_after_are_one_visit(house: House) -> None:
    await house.photo("li")
    await house.say("li", VISIT)
    record = await the_record(house, "hengli")
    assert (record.kind, await pieces(house, record)) == (ActivityKind.VISIT, ["photo", "text"])


async def test_a_piece_after_half_an_hour_does_not_join(house: House) -> None:
    await house.say("li", VISIT)
    await house.move(timedelta(minutes=31))
    await house.photo("li")
    assert await pieces(house, await the_record(house, "hengli")) == ["text"]


async def test_a_piece_that_fits_none_asks_once_with_two_buttons(house: House) -> None:
    await house.say("li", VISIT)
    await house.move(timedelta(minutes=31))
    card = card_of(await house.photo("li"))
    assert labels(card) == ["记到 绍兴恒力机械有限公司", "先这样放着"]


async def test_a_second_photo_is_not_asked_about_again(house: House) -> None:
    await house.photo("li")
    assert "2 张照片" in reply_of(await house.photo("li"))


async def test_words_without_a_customer_are_not_asked_about_twice(house: House) -> None:
    await house.photo("li")
    assert "已并入" in reply_of(await house.say("li", "看了新产线，设备很旧"))


async def test_the_button_puts_a_lone_photo_under_the_recent_customer(house: House) -> None:
    await house.say("li", VISIT)
    await house.move(timedelta(minutes=31))
    await house.tap("li", card_of(await house.photo("li")), "记到 绍兴恒力机械有限公司")
    assert [await pieces(house, r) for r in await timeline(house, "hengli")] == [["photo"], ["text"]]


async def test_a_photo_that_is_left_alone_stays_without_a_customer(house: House) -> None:
    await house.tap("li", card_of(await house.photo("li")), "先这样放着")
    assert (await last_record(house, "li")).customer_id is None
    assert cards_in(house, "p:li")[0].title == "已存好 · 没有归到客户"


async def test_saying_never_mind_leaves_a_photo_alone(house: House) -> None:
    await house.photo("li")
    assert "没有归到客户" in card_of(await house.say("li", "算了")).title


async def test_another_customer_closes_the_visit_and_opens_the_next(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", NO_DATE)
    await house.photo("li")
    assert await pieces(house, await the_record(house, "hengli")) == ["text"]
    assert await pieces(house, await the_record(house, "lantuo")) == ["photo", "text"]


async def test_two_reps_do_not_mix(house: House) -> None:
    await house.say("li", VISIT)
    await house.photo("wang")
    assert await pieces(house, await the_record(house, "hengli")) == ["text"]


async def test_a_group_and_a_private_chat_do_not_mix(house: House) -> None:
    await house.say("li", VISIT, chat="g:east")
    await house.photo("li")
    assert await pieces(house, await the_record(house, "hengli")) == ["text"]


async def test_loose_words_of_a_group_do_not_slip_into_a_private_visit(house: House) -> None:
    await house.say("li", "今晚团建别忘了", chat="g:east")
    await house.say("li", VISIT)
    assert await pieces(house, await the_record(house, "hengli")) == ["text"]


async def test_messages_that_waited_join_by_the_time_they_arrived(house: House) -> None:
    await house.say("li", VISIT)
    late = house.clock.now() + timedelta(minutes=20)
    house.clock.advance(timedelta(hours=3))
    await house.event(Text(platform=PLATFORM, event_id="late", chat="p:li", sender=Sender("li"), received_at=late, text="聊得挺好"))
    record = await the_record(house, "hengli")
    assert (await pieces(house, record), record.last_piece_at) == (["text", "text"], late)


async def test_two_visits_in_one_message_apart_by_a_blink_keep_their_order(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", NO_DATE)
    assert (await last_record(house, "li")).contacts == ("方工",)


async def test_another_channel_is_another_record(house: House) -> None:
    await house.say("li", VISIT)
    await house.say("li", "刚给绍兴恒力机械的张工发了微信，周五给结果")
    assert [r.channel for r in await timeline(house, "hengli")] == [Channel.WECHAT, Channel.VISIT]


async def test_an_ambiguous_name_gives_a_choice_and_loses_nothing(house: House) -> None:
    card = card_of(await house.say("li", "拜访了恒力，聊了新产线"))
    assert sorted(labels(card)) == ["新客户“恒力”", "绍兴恒力机械有限公司", "苏州恒力电子有限公司"]
    assert "聊了新产线" in card.text


async def test_a_tap_settles_an_ambiguous_name(house: House) -> None:
    card = card_of(await house.say("li", "拜访了恒力，聊了新产线"))
    await house.tap("li", card, "绍兴恒力机械有限公司")
    assert (await the_record(house, "hengli")).text == "拜访了恒力，聊了新产线"
    assert cards_in(house, "p:li")[0].title == "已记录 · 拜访 绍兴恒力机械有限公司"


async def test_a_second_tap_on_a_choice_changes_nothing(house: House) -> None:
    card = card_of(await house.say("li", "拜访了恒力，聊了新产线"))
    await house.tap("li", card, "绍兴恒力机械有限公司")
    await house.tap("li", card, "苏州恒力电子有限公司")
    assert await timeline(house, "dianzi") == []


async def test_a_tap_by_somebody_else_is_refused(house: House) -> None:
    card = card_of(await house.say("li", "拜访了恒力，聊了新产线", chat="g:east"))
    answer = await house.tap("wang", card, "绍兴恒力机械有限公司", chat="g:east")
    assert reply_of(answer) == "这是同事的记录，只有他本人能改。"
    assert await timeline(house, "hengli") == []


async def test_a_choice_may_be_made_by_typing_the_name(house: House) -> None:
    await house.say("li", "拜访了恒力，聊了新产线")
    await house.say("li", "绍兴恒力机械")
    assert (await the_record(house, "hengli")).kind is ActivityKind.VISIT


async def test_a_choice_is_made_by_going_on_about_one_of_them(house: House) -> None:
    await house.say("li", "拜访了恒力，聊了新产线")
    await house.say("li", "绍兴恒力机械的张工嫌贵")
    assert (await the_record(house, "hengli")).text.startswith("拜访了恒力，聊了新产线")


async def test_a_question_to_the_bot_does_not_answer_its_question(house: House) -> None:
    await house.say("li", "拜访了恒力，聊了新产线")
    await house.say("li", "澜拓上次聊到哪了")
    assert (await last_record(house, "li")).customer_id is None


async def test_small_talk_is_not_taken_for_a_name(house: House) -> None:
    await house.photo("li")
    assert "已并入" in reply_of(await house.say("li", "他们的线体挺旧了"))


async def test_an_unknown_customer_can_be_created(house: House) -> None:
    card = card_of(await house.say("li", "拜访了宁波博瑞机械的王工，想看样机"))
    assert labels(card) == ["新建客户“宁波博瑞机械”", "先这样放着"]
    await house.tap("li", card, "新建客户“宁波博瑞机械”")
    created = await house.store.read(lambda r: r.customers.called("宁波博瑞机械"))
    assert created is not None
    assert (await last_record(house, "li")).customer_id == created.id


async def test_two_taps_create_one_customer(house: House) -> None:
    card = card_of(await house.say("li", "拜访了宁波博瑞机械的王工，想看样机"))
    await house.tap("li", card, "新建客户“宁波博瑞机械”")
    await house.tap("li", card, "新建客户“宁波博瑞机械”")
    names = [c.name for c in await house.store.read(lambda r: r.customers.all())]
    assert names.count("宁波博瑞机械") == 1


async def test_an_unknown_name_is_mended_by_typing_the_right_one(house: House) -> None:
    await house.say("li", "拜访了宁波博瑞机械的王工，想看样机")
    await house.say("li", "澜拓")
    assert (await the_record(house, "lantuo")).text == "拜访了宁波博瑞机械的王工，想看样机"


async def test_a_visit_without_a_next_date_asks_for_it_with_buttons(house: House) -> None:
    card = card_of(await house.say("li", NO_DATE))
    assert labels(card) == ["明天", "下周一", "不用跟进", "撤销"]
    assert "下次什么时候跟进？" in card.note


@pytest.mark.parametrize(("label", "expected"), [("明天", date(2026, 3, 19)), ("下周一", date(2026, 3, 23)), ("不用跟进", None)])
async def test_a_button_answers_when_to_follow_up(house: House, label: str, expected: date | None) -> None:
    await house.tap("li", card_of(await house.say("li", NO_DATE)), label)
    assert (await the_lead(house, "lantuo")).next_on == expected
    assert labels(cards_in(house, "p:li")[0]) == ["写微信", "撤销"]


async def test_a_late_second_button_does_not_move_the_date(house: House) -> None:
    card = card_of(await house.say("li", NO_DATE))
    await house.tap("li", card, "明天")
    await house.tap("li", card, "下周一")
    assert (await the_record(house, "lantuo")).next_on == date(2026, 3, 19)


async def test_the_date_may_be_typed_in_a_sentence(house: House) -> None:
    await house.say("li", NO_DATE)
    await house.say("li", "约了下周一面谈")
    assert (await the_record(house, "lantuo")).next_on == date(2026, 3, 23)


async def test_the_date_may_be_typed_alone(house: House) -> None:
    await house.say("li", NO_DATE)
    await house.say("li", "下周三")
    assert (await the_record(house, "lantuo")).next_on == date(2026, 3, 25)


async def test_no_need_answers_the_question(house: House) -> None:
    await house.say("li", NO_DATE)
    assert "？直接回我" not in texts(await house.say("li", "不用"))


async def test_the_question_is_never_asked_twice(house: House) -> None:
    await house.say("li", NO_DATE)
    later = await house.say("li", "客户想要五台样机") + await house.photo("li")
    assert "下次什么时候跟进" not in texts(later)


async def test_an_answer_belongs_to_the_record_that_was_told_last(house: House) -> None:
    await house.say("li", NO_DATE)
    await house.say("li", VISIT)
    await house.say("li", "不用")
    assert (await the_record(house, "lantuo")).text == NO_DATE


async def test_a_colleagues_customer_is_not_betrayed_by_a_visit_there(house: House) -> None:
    card = card_of(await house.say("li", "拜访了锐朗的孙工，聊了传感器，下周一再去"))
    assert (card.title, labels(card)) == ("已有同名客户，负责人王磊", ["向王磊申请协作"])
    assert "台州" not in texts([card])


async def test_a_visit_to_a_colleagues_customer_is_kept_and_moves_no_lead(house: House) -> None:
    await house.say("li", "拜访了锐朗的孙工，聊了传感器，下周一再去")
    assert (await the_record(house, "ruilang")).lead_id is None
    assert await house.store.read(lambda r: r.leads.newest_of("c_ruilang")) is None  # type: ignore[arg-type]


async def test_a_photo_after_that_names_nobody(house: House) -> None:
    await house.say("li", "拜访了锐朗的孙工，聊了传感器，下周一再去")
    assert "已并入“拜访”" in reply_of(await house.photo("li"))


async def test_a_colleagues_customer_that_only_sounds_alike_is_not_named(house: House) -> None:
    shown = texts(await house.say("li", "拜访了台洲锐狼自动化，看了产线"))
    assert "台州锐朗" not in shown
