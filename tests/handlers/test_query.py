"""Questions about a customer and the search: who sees what."""

from datetime import timedelta

import pytest

from tests.handlers.company import facts, labels, texts
from tests.house import House, card_of, reply_of

VISIT = "拜访了澜拓的方工，聊了主轴振动，下周三之前给报价"


async def test_where_things_stand_is_told_with_the_next_step(house: House) -> None:
    await house.say("li", VISIT)
    card = card_of(await house.say("li", "澜拓上次聊到哪了"))
    assert facts(card) == {"今天（3月18日 周三） · 拜访": f"{VISIT}（李思）", "下一步": "3月25日 周三 给报价"}
    assert card.note == "负责人 李思"


@pytest.mark.parametrize("user", ["chen", "zheng", "xu"])
async def test_those_above_see_it_too(house: House, user: str) -> None:
    await house.say("li", VISIT)
    assert "主轴振动" in texts(await house.say(user, "澜拓上次聊到哪了"))


@pytest.mark.parametrize("user", ["wang", "lin", "huang"])
@pytest.mark.parametrize("words", ["澜拓上次聊到哪了", "查 澜拓", "查 方工", "查 宁波"])
async def test_others_do_not(house: House, user: str, words: str) -> None:
    await house.say("li", VISIT)
    shown = texts(await house.say(user, words))
    assert "主轴" not in shown
    assert "宁波澜拓" not in shown


async def test_a_colleagues_customer_offers_co_operation(house: House) -> None:
    card = card_of(await house.say("wang", "澜拓上次聊到哪了"))
    assert labels(card) == ["向李思申请协作"]


async def test_an_ambiguous_question_gives_the_choices_to_tap(house: House) -> None:
    card = card_of(await house.say("li", "恒力上次聊到哪了"))
    assert "苏州恒力电子有限公司" in labels(card)


async def test_the_tapped_choice_tells_where_things_stand(house: House) -> None:
    await house.say("li", "拜访了绍兴恒力机械的张工，聊了主轴振动，下周三之前给报价")
    await house.move(timedelta(hours=1))
    card = card_of(await house.say("li", "恒力上次聊到哪了"))
    assert "主轴振动" in texts(await house.tap("li", card, "绍兴恒力机械有限公司"))


async def test_a_choice_tapped_by_somebody_else_betrays_nothing(house: House) -> None:
    await house.say("li", "拜访了绍兴恒力机械的张工，聊了主轴振动，下周三之前给报价")
    await house.move(timedelta(hours=1))
    card = card_of(await house.say("li", "恒力上次聊到哪了"))
    assert "主轴" not in texts(await house.tap("wang", card, "绍兴恒力机械有限公司"))


async def test_a_short_name_means_the_customer_just_spoken_of(house: House) -> None:
    await house.say("li", "拜访了绍兴恒力机械的张工，聊了主轴振动，下周三之前给报价")
    assert "主轴振动" in texts(await house.say("li", "恒力上次聊到哪了"))


async def test_a_customer_without_records_says_how_to_begin(house: House) -> None:
    assert reply_of(await house.say("li", "澜拓上次聊到哪了")).startswith("宁波澜拓精密机床有限公司 还没有往来记录")


@pytest.mark.parametrize("words", ["查 恒力", "查恒力", "/查 恒力", "查 机械"])
async def test_a_search_lists_what_fits(house: House, words: str) -> None:
    assert "绍兴恒力机械有限公司" in texts(await house.say("li", words))


@pytest.mark.parametrize("words", ["查 nblt", "查 LT", "查 jmjc"])
async def test_initials_find_a_customer(house: House, words: str) -> None:
    assert "宁波澜拓精密机床有限公司" in texts(await house.say("li", words))


async def test_a_contact_finds_the_customer(house: House) -> None:
    await house.say("li", VISIT)
    assert card_of(await house.say("li", "查 方工")).title == "宁波澜拓精密机床有限公司 · 最近往来"


async def test_the_end_of_a_telephone_number_finds_the_customer(demo: House) -> None:
    assert "绍兴恒力机械有限公司" in texts(await demo.say("li.si", "查 0011"))


async def test_what_is_not_there_is_said(house: House) -> None:
    assert reply_of(await house.say("li", "查 火星")).startswith("没找到“火星”")


async def test_wildcards_are_taken_literally(house: House) -> None:
    assert reply_of(await house.say("li", "查 %")).startswith("没找到“%”")


async def test_a_question_of_no_known_kind_says_so(house: House) -> None:
    assert reply_of(await house.say("li", "本周拜访了几家")).startswith("这个问题我还答不上来。")


async def test_a_question_is_no_record(house: House) -> None:
    await house.say("li", "澜拓上次聊到哪了")
    assert await house.store.read(lambda r: r.activities.last_of("m_li", "p:li")) is None  # type: ignore[arg-type]
