# ruff: noqa: E501  (what a picture shows reads better whole)
"""What is read in pictures comes back onto the record that the picture belongs to; what the rep decides is one tap, and nothing waits for it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.chat.incoming import Seen, Sender
from bot.domain.activity import ActivityKind
from bot.domain.contract import Contract, ContractId
from bot.domain.values import MediaId, Money
from bot.senses.likeness import Marks
from bot.senses.look import Seeing, Sight
from bot.senses.unreadable import Unreadable, Why
from tests.handlers.company import cards_in, customer, facts, labels, last_record, member, pieces, texts, the_customer, the_record, timeline
from tests.house import PLATFORM, Blind, House, find_button

VISIT = "拜访了澜拓的方工，聊了主轴振动，下周三之前给报价"
SLIP = {
    "amount": "128050.50", "amount_upper": "壹拾贰万捌仟零伍拾元伍角整", "date": "2026-03-12", "payer": "宁波澜拓精密机床有限公司",
    "payee": "苏州凌峰精工科技有限公司", "serial": "B6031200417788", "contract_no": None,
}  # fmt: skip
CARD = {
    "name": "秦晓峰",
    "title": "销售总监",
    "company": "宁波澜拓精密机床有限公司",
    "mobile": "13958226071",
    "email": "qin@lantuo.example.cn",
}
STAMP = {"taken_at": "2026-03-18T09:50", "lat": 29.87, "lng": 121.55, "address": "宁波市江北区长兴路199号"}
SHEET = {
    "lines": [{"model": "SD-750", "name": "伺服驱动器", "quantity": 12, "unit": None, "unit_price": "1860.00", "amount": "22320.00"}],
    "total": "22320.00",
    "tax_rate": "0.13",
    "payment_term_days": 30,
}
HASH = (1, 2, 3, 4, 5)
PHOTO = Marks(HASH, ((1, 2, 5),))


def eye(house: House) -> Blind:
    assert isinstance(house.service.eye, Blind)
    return house.service.eye


async def show(
    house: House,
    kind: str,
    fields: dict[str, Any],
    *,
    user: str = "li",
    name: str = "图.jpg",
    marks: Marks | None = None,
    flags: tuple[str, ...] = (),
) -> str:
    """Send a picture that shows this; everything that was said about it."""
    eye(house).shows[name] = Seeing(sight=Sight(kind=kind, fields=fields, text="…", flags=flags, engine="fake"), marks=marks)
    return texts(await house.photo(user, ref=f"{name}{house.screens.tries}", data=b"\xff\xd8\xff" + name.encode(), name=name))


async def test_a_stamp_that_agrees_with_time_and_place_corroborates_the_visit(house: House) -> None:
    there = replace(await the_customer(house, "lantuo"), lat=29.8702, lng=121.5503)
    await house.store.write(lambda tx: tx.customers.save(there))
    await house.say("li", VISIT)
    answer = await show(house, "watermark", STAMP)
    record = await the_record(house, "lantuo")
    assert "时间地点都对得上" in answer
    assert record.details["places"][0]["evidence"] == "corroborated"
    assert record.details["flags"] == []


async def test_a_place_is_compared_when_the_customer_is_named_later(house: House) -> None:
    there = replace(await the_customer(house, "lantuo"), lat=29.8702, lng=121.5503)
    await house.store.write(lambda tx: tx.customers.save(there))
    await show(house, "watermark", STAMP)
    await house.say("li", VISIT)
    assert (await the_record(house, "lantuo")).details["places"][0]["evidence"] == "corroborated"


@pytest.mark.parametrize(
    ("stamp", "why"),
    [({"taken_at": "2026-03-16T09:50"}, "time_apart"), ({"lat": 30.5}, "place_apart")],
)
async def test_a_stamp_that_does_not_agree_is_a_flag_with_its_reason(house: House, stamp: dict[str, Any], why: str) -> None:
    there = replace(await the_customer(house, "lantuo"), lat=29.8702, lng=121.5503)
    await house.store.write(lambda tx: tx.customers.save(there))
    await house.say("li", VISIT)
    assert "已标给主管看" in await show(house, "watermark", STAMP | stamp)
    record = await the_record(house, "lantuo")
    assert [flag["why"] for flag in record.details["flags"]] == [why]
    assert record.details["places"][0]["evidence"] == "claimed"


async def test_a_chinese_maps_shift_is_no_lie(house: House) -> None:
    there = replace(await the_customer(house, "lantuo"), lat=29.8702, lng=121.5503)
    await house.store.write(lambda tx: tx.customers.save(there))
    await house.say("li", VISIT)
    await show(house, "watermark", STAMP | {"lat": 29.8678, "lng": 121.5547})
    assert (await the_record(house, "lantuo")).details["flags"] == []


async def test_a_lone_slip_is_a_payment_of_whoever_paid(house: House) -> None:
    answer = await show(house, "slip", SLIP)
    record = await the_record(house, "lantuo")
    assert (record.kind, record.details["slips"][0]["state"]) == (ActivityKind.PAYMENT, "proposed")
    assert "128,050.50元" in answer
    assert "确认回款" in labels(cards_in(house, "p:li")[-1])


async def test_a_contracts_number_stands_above_the_payers_name(house: House) -> None:
    contract = Contract(
        id=ContractId("t_1"), no="HL-260317", customer_id=customer("hengli"), amount=Money.yuan(10), signed_on=date(2026, 1, 5)
    )
    await house.store.write(lambda tx: tx.contracts.save(contract))
    await show(house, "slip", SLIP | {"contract_no": "HL-260317", "payer": "何建军"})
    assert (await the_record(house, "hengli")).details["slips"][0]["contract_no"] == "HL-260317"


async def test_one_tap_makes_the_slip_a_payment_and_a_second_tap_changes_nothing(house: House) -> None:
    await show(house, "slip", SLIP)
    card = cards_in(house, "p:li")[-1]
    find_button(card, "确认回款")
    await house.tap("li", card, "确认回款")
    await house.tap("li", card, "确认回款")
    record = await the_record(house, "lantuo")
    assert (record.details["payment_amount"], record.details["serial"], record.details["received_on"]) == (
        "128050.50",
        "B6031200417788",
        "2026-03-12",
    )
    assert "确认回款" not in labels(cards_in(house, "p:li")[-1])


async def test_a_slip_in_a_visit_leaves_the_visit_a_visit(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "slip", SLIP)
    await house.tap("li", cards_in(house, "p:li")[-1], "确认回款")
    records = await house.store.read(lambda r: r.activities.timeline(customer("lantuo")))
    assert sorted(r.kind.value for r in records) == ["payment", "visit"]


async def test_what_is_told_next_still_belongs_to_the_visit(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "slip", SLIP)
    await house.tap("li", cards_in(house, "p:li")[-1], "确认回款")
    await house.say("li", "对了，他们还想看一下样品")
    assert (await last_record(house, "li")).kind is ActivityKind.VISIT


async def test_only_the_sender_confirms(house: House) -> None:
    await show(house, "slip", SLIP)
    assert "已经失效" in texts(await house.tap("wang", cards_in(house, "p:li")[-1], "确认回款"))


async def test_a_slip_whose_sums_contradict_has_no_amount_and_nothing_to_confirm(house: House) -> None:
    answer = await show(house, "slip", SLIP | {"amount": None, "amount_upper": None}, flags=("amounts_differ",))
    assert "对不上" in answer
    assert "确认回款" not in labels(cards_in(house, "p:li")[-1])


async def test_a_serial_that_another_slip_carried_is_flagged(house: House) -> None:
    await show(house, "slip", SLIP)
    await house.move(timedelta(hours=3))
    assert "出现过" in await show(house, "slip", SLIP, name="又一张.jpg")


async def test_a_slip_sent_again_after_an_undo_is_not_flagged(house: House) -> None:
    await show(house, "slip", SLIP)
    await house.say("li", "撤销")
    assert "出现过" not in await show(house, "slip", SLIP, name="又一张.jpg")


async def test_a_business_card_becomes_a_contact_with_one_tap(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "card", CARD)
    await house.tap("li", cards_in(house, "p:li")[-1], "存为联系人 秦晓峰")
    people = {c.name: c for c in await house.store.read(lambda r: r.customers.contacts(customer("lantuo")))}
    assert (people["秦晓峰"].phone, people["秦晓峰"].title) == ("13958226071", "销售总监")


async def test_a_lone_business_card_finds_its_customer_by_the_companys_name(house: House) -> None:
    await show(house, "card", CARD)
    assert (await last_record(house, "li")).customer_id == customer("lantuo")


async def test_an_unknown_company_is_offered_as_a_new_customer_and_then_its_contact(house: House) -> None:
    await show(house, "card", CARD | {"company": "湖州南浔特种线缆有限公司"})
    card = cards_in(house, "p:li")[-1]
    await house.tap("li", card, "新建客户“湖州南浔特种线缆有限公司”")
    assert "存为联系人 秦晓峰" in labels(cards_in(house, "p:li")[-1])


async def test_a_known_contact_with_a_new_number_is_offered_as_a_change_and_not_doubled(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "card", CARD | {"name": "方工"})
    await house.tap("li", cards_in(house, "p:li")[-1], "更新联系人 方工")
    people = [c for c in await house.store.read(lambda r: r.customers.contacts(customer("lantuo"))) if c.name == "方工"]
    assert [c.phone for c in people] == ["13958226071"]


async def test_of_a_colleagues_customer_a_card_tells_the_owner_and_gives_no_contact(house: House) -> None:
    answer = await show(house, "card", CARD | {"company": "台州锐朗自动化设备有限公司"}, user="lin")
    assert "存为联系人" not in str([labels(c) for c in cards_in(house, "p:lin")])
    assert "已有同名客户，负责人王磊" in answer


UNKNOWN_VISIT = "今天拜访了宁波甬信阀门厂的周工，他们嫌价格高，下周五之前给报价"


async def test_a_slip_of_a_known_payer_does_not_move_a_visit_to_an_unknown_customer(house: House) -> None:
    await house.say("li", UNKNOWN_VISIT)
    before = await last_record(house, "li")
    assert before.customer_said
    answer = await show(house, "slip", SLIP)
    record = await last_record(house, "li")
    assert (record.id, record.customer_id, record.customer_said) == (before.id, None, before.customer_said)
    assert await timeline(house, "lantuo") == []
    assert "和客户名不一样" in answer


async def test_a_slip_does_not_move_words_that_name_nobody_and_offers_its_payer(house: House) -> None:
    await house.say("li", "今天拜访了客户，聊了主轴振动，嫌价格高")
    await show(house, "slip", SLIP)
    assert (await last_record(house, "li")).customer_id is None
    await house.tap("li", cards_in(house, "p:li")[-1], "记到 宁波澜拓精密机床有限公司")
    assert (await last_record(house, "li")).customer_id == customer("lantuo")


async def test_a_slip_without_words_says_what_was_kept(house: House) -> None:
    await show(house, "slip", SLIP | {"payer": "湖州南浔特种线缆有限公司"})
    assert cards_in(house, "p:li")[-1].text.startswith("记录已经存好：银行回单 128,050.50元")


async def test_a_photo_whose_customer_is_unknown_says_that_something_was_kept(house: House) -> None:
    await house.photo("li")
    await house.say("li", "湖州南浔特种线缆有限公司")
    assert cards_in(house, "p:li")[-1].text == "记录已经存好：发来的照片、语音或文件"


async def test_the_first_firm_that_a_picture_named_stays(house: House) -> None:
    await show(house, "slip", SLIP | {"payer": "湖州南浔特种线缆有限公司"})
    answer = await show(house, "card", CARD, name="名片.jpg")
    record = await last_record(house, "li")
    assert (record.customer_id, record.customer_said) == (None, "湖州南浔特种线缆有限公司")
    assert "和这条记录的客户不一样" in answer


async def test_a_card_of_another_firm_than_the_records_says_so_and_moves_nothing(house: House) -> None:
    await house.say("li", VISIT)
    answer = await show(house, "card", CARD | {"company": "绍兴恒力机械有限公司"})
    assert "“绍兴恒力机械有限公司”和这条记录的客户不一样" in answer
    assert (await last_record(house, "li")).customer_id == customer("lantuo")


async def test_quotation_lines_are_kept_with_the_record(house: House) -> None:
    await house.say("li", VISIT)
    assert "1 行" in await show(house, "quotation", SHEET)
    record = await the_record(house, "lantuo")
    assert record.details["quotations"][0]["lines"] == SHEET["lines"]
    assert facts(cards_in(house, "p:li")[0])["报价单"].startswith("1 行，合计 22320.00元")


async def test_a_photo_of_an_earlier_record_is_flagged_with_that_record(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "other", {}, marks=PHOTO)
    first = await the_record(house, "lantuo")
    await house.move(timedelta(days=2))
    await house.say("wang", "拜访了锐朗的孙工，聊了传感器")
    assert "几乎一样" in await show(house, "other", {}, user="wang", name="旧图.jpg", marks=PHOTO)
    (flag,) = (await the_record(house, "ruilang")).details["flags"]
    assert (flag["why"], flag["record"], flag["on"]) == ("photo_same", first.id, "3月18日")


async def test_a_flag_does_not_name_a_customer_that_the_rep_may_not_see(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "other", {}, marks=PHOTO)
    await house.move(timedelta(days=2))
    await house.say("wang", "拜访了锐朗的孙工，聊了传感器")
    await show(house, "other", {}, user="wang", name="旧图.jpg", marks=PHOTO)
    assert "澜拓" not in "".join(s.text for s in house.screens.of("p:wang"))


async def test_the_same_photo_twice_in_one_visit_is_no_flag(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "other", {}, marks=PHOTO)
    await show(house, "other", {}, marks=PHOTO)
    assert (await the_record(house, "lantuo")).details.get("flags", []) == []


async def test_a_near_photo_is_for_the_manager_and_not_said_to_the_rep(house: House) -> None:
    await house.say("li", VISIT)
    await show(house, "other", {}, marks=PHOTO)
    await house.move(timedelta(days=2))
    near = Marks((1, 2, 3, 4, 5), ((1 ^ 0xFFF, 2 ^ 0x7F0, 5 ^ 0xFFF),))
    await house.say("li", "拜访了恒力机械的张工，聊了主轴")
    assert "很像" not in await show(house, "other", {}, name="近.jpg", marks=near)
    assert [f["why"] for f in (await the_record(house, "hengli")).details["flags"]] == ["photo_near"]


async def test_a_record_that_was_taken_back_stays_so(house: House) -> None:
    await house.say("li", VISIT)
    await house.photo("li", ref="slip", name="图.jpg")
    record = await the_record(house, "lantuo")
    (item,) = [p for p in await house.store.read(lambda r: r.activities.pieces(record.id)) if p.media_id]
    await house.say("li", "撤销")
    head: dict[str, Any] = {
        "platform": PLATFORM,
        "event_id": "seen:late",
        "chat": "p:li",
        "sender": Sender("li"),
        "received_at": house.clock.now(),
    }
    assert await house.event(Seen(**head, media=str(item.media_id), kind="slip", fields=SLIP)) == []
    assert await house.store.read(lambda r: r.activities.timeline(customer("lantuo"))) == []


@pytest.mark.parametrize(
    ("why", "sentence"), [("truncated", "没有传完整"), ("too_many_pixels", "像素太大"), ("heic", "HEIC"), ("encrypted", "加了密码")]
)
async def test_what_cannot_be_read_is_answered_with_a_sentence(house: House, why: Why, sentence: str) -> None:
    await house.say("li", VISIT)
    eye(house).shows["坏.jpg"] = Unreadable(why)
    assert sentence in texts(await house.photo("li", ref="bad", name="坏.jpg"))


async def test_without_a_reader_nobody_is_bothered_and_the_picture_is_read_later(house: House) -> None:
    eye(house).reads = False
    await house.say("li", VISIT)
    said = texts(await house.photo("li", ref="later", name="图.jpg"))
    assert "读" not in said
    eye(house).reads = True
    eye(house).shows["图.jpg"] = Seeing(sight=Sight(kind="slip", fields=SLIP, text="…", engine="fake"))
    await house.service.looking.catch_up()
    await house.rest()
    assert (await the_record(house, "lantuo")).details["slips"][0]["amount"] == "128050.50"


async def test_a_picture_without_text_is_answered_once(house: House) -> None:
    await house.say("li", VISIT)
    before = len(house.screens.of("p:li"))
    await house.photo("li")
    assert len(house.screens.of("p:li")) == before + 1
    assert await pieces(house, await the_record(house, "lantuo")) == ["photo", "text"]


async def test_an_event_delivered_twice_has_one_effect(house: House) -> None:
    await show(house, "slip", SLIP)
    record = await the_record(house, "lantuo")
    (piece,) = await house.store.read(lambda r: r.activities.pieces(record.id))
    reading = await house.store.read(lambda r: r.readings.get(MediaId(piece.media_id or "")))
    assert reading is not None
    assert (reading.state, reading.serial, piece.member_id) == ("read", "B6031200417788", member("li"))
    assert len(record.details["slips"]) == 1
