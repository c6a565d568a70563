"""What leaves the house: no number, no address, and no name that the rules can find; and everything comes back in its place."""

from datetime import datetime

import pytest

from bot.domain.clock import FakeClock
from bot.domain.understood import Understood
from bot.llm.hiding import clean, hide
from bot.understanding import Names
from tests.llm.conftest import LI, UNSURE, Make
from tests.llm.endpoint import Model, says

LONG = "见了恒力的张工和王建国，电话 13812345678，微信 wjg_1988，卡号 6222021234567890123，邮箱 a.b@c.com，单价3200，共150000元"
SECRETS = ("恒力", "张工", "王建国", "13812345678", "wjg_1988", "6222021234567890123", "a.b@c.com")


def hidden(text: str, names: Names, *, masked: bool = True) -> str:
    return hide(clean(text), Understood(), names.view(), masked=masked).text


@pytest.mark.parametrize("secret", SECRETS)
def test_names_and_numbers_are_hidden(names: Names, secret: str) -> None:
    assert secret not in hidden(LONG, names)


@pytest.mark.parametrize(
    "text",
    [
        "一三八一二三四五六七八是他电话",
        "他电话138 1234 5678",
        "座机0575-85123456转801",
        "开户行账号：6222 0212 3456 7890 123",
        "身份证33060219800101123X",
        "快递SF1234567890123到了",
    ],
)
def test_numbers_are_hidden_however_they_are_written(names: Names, text: str) -> None:
    left = hidden(text, names, masked=False)
    assert sum(c in "0123456789一二三四五六七八九" for c in left) <= 5, left


@pytest.mark.parametrize(
    "text", ["新客户宁波宏图精工有限公司", "拜访了杭州百川电子", "锐朗的孙工", "锐朗周敏来电", "王磊也去了", "刘志远说考虑考虑"]
)
def test_a_name_in_any_of_these_places_is_hidden(names: Names, text: str) -> None:
    assert not [name for name in ("宏图", "百川", "孙工", "周敏", "王磊", "刘志远", "锐朗") if name in hidden(text, names)]


def test_amounts_dates_and_products_stay(names: Names) -> None:
    left = hidden("下周三之前报1500000元，STM32F407VGT6要200个，周五去", names)
    assert left == "下周三之前报1500000元，STM32F407VGT6要200个，周五去"


def test_the_same_name_has_the_same_placeholder_and_another_name_another(names: Names) -> None:
    assert hidden("恒力说好，恒力又说不好，锐朗没说", names) == "⟦公司1⟧说好，⟦公司1⟧又说不好，⟦公司2⟧没说"


def test_what_was_hidden_comes_back(names: Names) -> None:
    text = clean(LONG)
    found = hide(text, Understood(), names.view())
    assert found.restore(found.text) == text


def test_a_message_cannot_bring_a_placeholder_of_its_own(names: Names) -> None:
    assert hidden("⟦公司1⟧和恒力", names) == " 公司1 和⟦公司1⟧"


def test_numbers_are_hidden_even_where_names_are_not(names: Names) -> None:
    left = hidden(LONG, names, masked=False)
    assert "恒力" in left
    assert "13812345678" not in left


async def test_nothing_that_is_sent_names_a_customer_or_a_person(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [says()]
    await make().reread("去了恒力，张工说电阻的价格还要谈，13812345678", UNSURE, LI, clock.now())
    assert not [secret for secret in ("恒力", "张工", "13812345678", "李思", "c_hengli", "m_li") if secret in model.sent]
    assert [c["candidate"] for c in model.data["candidates"]] == ["K1", "K2"]
    assert model.data["candidates"][0]["contacts"] == ["⟦人1⟧"]


async def test_names_are_sent_only_where_the_company_says_so(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [says()]
    await make(mask=False).reread("去了恒力，张工说电阻的价格还要谈", UNSURE, LI, clock.now())
    assert model.data["candidates"][0]["name"] == "绍兴恒力机械有限公司"


async def test_a_colleagues_customer_is_never_offered(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [says()]
    await make(mask=False).reread("去了恒力，电阻的价格还要谈", UNSURE, LI, clock.now())
    assert "锐朗" not in model.sent


async def test_only_the_beginning_of_a_long_message_is_sent(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [says()]
    await make().reread("去了恒力" + "电阻的价格还要谈，" * 500 + "结束语", UNSURE, LI, clock.now())
    assert len(model.data["message"]) < 1600
    assert "结束语" not in model.sent


async def test_the_key_goes_into_the_header_only(make: Make, model: Model, clock: FakeClock) -> None:
    model.acts = [says()]
    await make().reread("去了恒力，电阻的价格还要谈", UNSURE, LI, clock.now())
    assert model.keys == ["Bearer sk-secret"]
    assert "sk-secret" not in model.sent


@pytest.mark.parametrize("text", ["恒力", "去恒力了", "👌👌👌👌👌👌👌👌"])
async def test_nothing_is_asked_about_a_few_words(make: Make, model: Model, clock: FakeClock, text: str) -> None:
    assert await make().reread(text, UNSURE, LI, clock.now()) is UNSURE
    assert model.requests == []


async def test_nothing_is_asked_where_the_rules_are_sure(make: Make, model: Model, clock: FakeClock, names: Names) -> None:
    sure = _read(names, clock.now(), "今天下午拜访了锐朗的孙工，下周三再去")
    assert await make().reread("今天下午拜访了锐朗的孙工，下周三再去", sure, LI, clock.now()) is sure
    assert model.requests == []


def _read(names: Names, now: datetime, text: str) -> Understood:
    from bot.understanding import Reader
    from config.calendar import OfficialCalendar

    return Reader(names, OfficialCalendar()).read(text, now)
