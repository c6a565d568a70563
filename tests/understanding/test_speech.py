"""How reps really talk: short remarks, unknown short names, bare dates, half sentences. Read on Wednesday 15 April 2026 at 17:30."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.understood import Channel, Intent, Item, Objection, Stage, Understood

Read = Callable[[str], Understood]


@pytest.mark.parametrize(
    ("text", "objections"),
    [
        ("预算有限", {Objection.BUDGET_LIMITED}),
        ("经费不够，今年上不了", {Objection.BUDGET_LIMITED, Objection.TIMING}),
        ("手头有点紧", {Objection.BUDGET_LIMITED}),
        ("价位偏高，还要货比三家", {Objection.PRICE_HIGH, Objection.COMPETITOR}),
        ("嫌我们贵，又在看别家", {Objection.PRICE_HIGH, Objection.COMPETITOR}),
        ("院里还没批", {Objection.INTERNAL_DISCUSSION}),
        ("客户说要再考虑考虑", {Objection.INTERNAL_DISCUSSION}),
        ("暂时没有采购计划", {Objection.TIMING}),
        ("仓库里货还满着，用不上", {Objection.NO_NEED}),
        ("他们对售后不太放心", {Objection.QUALITY_DOUBT}),
        ("嫌交期太长", {Objection.DELIVERY}),
        ("另外他们还在比飞利浦", {Objection.COMPETITOR}),
        ("竞品是联影", {Objection.COMPETITOR}),
    ],
)
def test_a_remark_about_a_customer_is_news(read: Read, text: str, objections: set[Objection]) -> None:
    record = read(text)
    assert record.intent is Intent.FOLLOW_UP
    assert set(record.objections) == objections


@pytest.mark.parametrize("text", ["贵司辛苦了", "今天好累", "谢谢老板", "收到，马上", "我考虑一下", "哈哈好的", "统一一下口径"])
def test_small_talk_stays_small_talk(read: Read, text: str) -> None:
    record = read(text)
    assert (record.intent, record.objections, record.customer) == (Intent.CHAT, (), None)


@pytest.mark.parametrize(
    ("text", "day", "hour"),
    [
        ("下周三", "2026-04-22", None),
        ("5月6号吧", "2026-05-06", None),
        ("那就周五", "2026-04-17", None),
        ("明天上午", "2026-04-16", None),
        ("后天10点", "2026-04-17", "10:00"),
        ("约明天下午3点半", "2026-04-16", "15:30"),
        ("月底吧", "2026-04-30", None),
        ("20号左右", "2026-04-20", None),
        ("五一以后", "2026-05-06", None),
        ("一个星期后再跟", "2026-04-22", None),
    ],
)
def test_a_bare_date_answers_the_question_for_the_next_step(read: Read, text: str, day: str, hour: str | None) -> None:
    record = read(text)
    assert record.next_on == date.fromisoformat(day)
    assert record.next_time == (time.fromisoformat(hour) if hour else None)
    assert record.occurred_on is None
    assert record.spans["next_on"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("给海川白校长打了电话", "海川"),
        ("跟远大吴主任吃了个饭", "远大"),
        ("刚去了趟宏昌，没见到人", "宏昌"),
        ("在展会上跟瑞丰的马经理聊了聊", "瑞丰"),
        ("顺丰达那边说下月再定", "顺丰达"),
        ("在工地碰到中建三局的赵经理", "中建三局"),
        ("拜访了新区的华远纺织，见到了厂长", "华远纺织"),
        ("刚从第三人民医院出来，周科长让我们先发参数", "第三人民医院"),
        ("收到金穗农资的货款2万", "金穗农资"),
        ("帮我建个客户：济宁万丰农资，电话0537-3385521", "济宁万丰农资"),
    ],
)
def test_an_unknown_short_name_is_the_customer(read: Read, text: str, name: str) -> None:
    record = read(text)
    assert (record.customer, record.customer_known) == (name, False)


@pytest.mark.parametrize("text", ["给采购何总打了电话", "下周再去找钱总", "他们老板白总说行", "中旬再跟赵总碰", "跟范工确认了参数"])
def test_words_before_a_person_are_no_company(read: Read, text: str) -> None:
    record = read(text)
    assert record.customer_known or record.customer is None


@pytest.mark.parametrize(
    "text", ["不是康宁是启航教育", "是启航教育不是康宁", "刚才那个不是60天，是90天", "到账金额错了，是12.8万", "搞错了，是启航"]
)
def test_setting_right_is_a_correction(read: Read, text: str) -> None:
    assert read(text).intent is Intent.CORRECT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("刚去了趟宏昌，吴总说年底没钱了，明年再说", {"intent": Intent.VISIT, "next_on": None, "customer": "宏昌"}),
        (
            "今天下午两点拜访了北方泵业的朱工，预算有限，下周三之前给报价",
            {
                "objections": (Objection.BUDGET_LIMITED,),
                "next_on": date(2026, 4, 22),
                "occurred_time": time(14),
                "action_items": ("给报价",),
            },
        ),
        ("康宁黄了，说集团统一采购", {"intent": Intent.STAGE, "stage": Stage.LOST, "competitors": ()}),
        ("康宁吴主任电话没接，微信回我说在飞机上", {"channel": Channel.WECHAT, "delay_reason": "在飞机上"}),
        ("跟朱工通了电话，现在用华兴的膜老断，想换我们的", {"competitors": ("华兴",), "objections": ()}),
        ("朱工说鲁泰的布便宜两块", {"competitors": ("鲁泰",), "objections": (Objection.COMPETITOR,)}),
        ("收到30%预付款，中原重工的", {"intent": Intent.PAYMENT, "payment_amount": None}),
        ("美亿佳付了两笔，一笔8万电汇，一笔20万承兑", {"payment_amount": Decimal(280000)}),
        ("收北方泵业货款3w2", {"intent": Intent.PAYMENT, "payment_amount": Decimal(32000)}),
        ("20号去沈阳，跟朱工吃晚饭，6点半", {"next_on": date(2026, 4, 20), "next_time": time(18, 30)}),
        ("朱工约我们4.28去交流", {"next_on": date(2026, 4, 28), "intent": Intent.FOLLOW_UP}),
        ("今天和小钱一块去北方泵业，朱工在，先放2台试用", {"intent": Intent.VISIT}),
        ("给朱工寄了样品，顺丰 SF 3390 1127 5568 1", {"tracking_no": "SF3390112755681"}),
        ("跟北方泵业谈了账期半年", {"payment_term_days": 180}),
    ],
)
def test_everyday_reports(read: Read, text: str, expected: dict[str, Any]) -> None:
    record = read(text)
    assert {key: getattr(record, key) for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("报价 北方泵业 叶轮 200付 35一付 机封 5000个 6块8 含税", [("叶轮", 200, "35"), ("机封", 5000, "6.8")]),
        ("给北方泵业报螺栓两万套，8毛5一套", [("螺栓", 20000, "0.85")]),
        ("美亿佳要薯片五百箱一箱三十二块五然后饼干两百箱一箱四十八含税报个价", [("薯片", 500, "32.5"), ("饼干", 200, "48")]),
        ("报价单：客户 北方泵业，产品 比例阀，数量 8，单价 4500", [("比例阀", 8, "4500")]),
        ("报价 北方泵业 铝板 1850㎡ 265元/㎡", [("铝板", 1850, "265")]),
        ("中原重工 智能吊具 报价 3套 3.98w 含税", [("智能吊具", 3, "39800")]),
    ],
)
def test_lines_as_they_are_said(read: Read, text: str, items: list[tuple[str, int, str]]) -> None:
    assert [(i.name, i.quantity, i.unit_price) for i in read(text).items] == [(n, Decimal(q), Decimal(p)) for n, q, p in items]


def test_a_sample_is_named_by_its_product(read: Read) -> None:
    assert read("给北方泵业寄了5公斤涂料样品").items == (Item(name="涂料", quantity=Decimal(5), unit="公斤"),)
