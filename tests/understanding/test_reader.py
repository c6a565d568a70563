"""Whole messages, invented, read on Wednesday 15 April 2026 at 17:30."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.understood import Channel, Intent, Item, Objection, Stage, Understood
from bot.understanding import Names, Reader
from config.calendar import OfficialCalendar
from tests.understanding.conftest import CUSTOMERS, NOW

Read = Callable[[str], Understood]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("今天下午去了康宁骨科,跟吴主任聊了一个多小时", Intent.VISIT),
        ("昨晚跟石总工喝酒,他松口了", Intent.VISIT),
        ("早上到北方泵业,朱工带我看了车间", Intent.VISIT),
        ("拜访了启航教育,白校长出差了没见到", Intent.VISIT),
        ("明天上午10点拜访康宁骨科陈院长", Intent.PLAN),
        ("后天去郑州见刘建国谈年度框架", Intent.PLAN),
        ("提醒我4月20号给朱工打电话", Intent.PLAN),
        ("今天打了三个电话给贺经理都没接", Intent.FOLLOW_UP),
        ("方案已经发给吴主任了", Intent.FOLLOW_UP),
        ("秦总说预算没批下来,今年先不上", Intent.FOLLOW_UP),
        ("新线索 南昌鸿泰建材 万总 13912345678", Intent.NEW_CUSTOMER),
        ("帮我给康宁出个报价:监护仪 6台 单价23800", Intent.QUOTE),
        ("报价 瀚海软件 服务器授权 50套 每套1200 未税", Intent.QUOTE),
        ("收到北方泵业货款8.6万", Intent.PAYMENT),
        ("北方泵业那边尾款还没付,催了朱工", Intent.FOLLOW_UP),
        ("中原重工合同签了,总价128万", Intent.CONTRACT),
        ("瀚海物流推进到商务谈判", Intent.STAGE),
        ("中原重工丢单了", Intent.STAGE),
        ("北方泵业投诉叶轮装不上", Intent.COMPLAINT),
        ("康宁骨科吴主任电话多少", Intent.QUERY),
        ("我这周还有哪些客户没跟", Intent.QUERY),
        ("美亿佳到什么阶段了", Intent.QUERY),
        ("给秦总写一段中秋问候", Intent.TEMPLATE),
        ("刚才金额说错了,应该是9.6万", Intent.CORRECT),
        ("撤销刚才那条", Intent.UNDO),
        ("撤销", Intent.UNDO),
        ("撤回一下", Intent.UNDO),
        ("录错了，撤销吧", Intent.UNDO),
        ("撤销康宁那条", Intent.UNDO),
        ("怎么录入回款", Intent.HELP),
        ("辛苦了", Intent.CHAT),
        ("", Intent.CHAT),
    ],
)
def test_the_intent_is_what_the_rep_wants(read: Read, text: str, intent: Intent) -> None:
    assert read(text).intent is intent


@pytest.mark.parametrize("text", ["撤回交接", "撤销交接给王磊的客户", "撤回同意书", "北方泵业撤销了叶轮的订单", "中原重工要撤回上次的询价"])
def test_something_else_that_is_taken_back_is_no_undoing(read: Read, text: str) -> None:
    assert read(text).intent is not Intent.UNDO


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "今天下午去了康宁骨科,让我下周二带样机过去演示",
            {"occurred_on": date(2026, 4, 15), "next_on": date(2026, 4, 21), "action_items": ("带样机过去演示",)},
        ),
        ("上午10点半到的中原重工,下周四之前把报价发过去", {"occurred_time": time(10, 30), "next_on": date(2026, 4, 23)}),
        (
            "跟贺经理开了个腾讯会议,要等总部审批,月底再碰",
            {"channel": Channel.VIDEO, "next_on": date(2026, 4, 30), "objections": (Objection.INTERNAL_DISCUSSION,)},
        ),
        ("瀚海物流回款15万,含税,合同HH20260301", {"payment_amount": Decimal(150000), "tax_included": True, "contract_no": "HH20260301"}),
        (
            "中原重工合同盖章了,编号ZY-2026-0415,总价128万,月结45天",
            {"stage": Stage.SIGNED, "total_amount": Decimal(1280000), "payment_term_days": 45},
        ),
        (
            "谷姐下单了:原味薯片100箱42一箱,共4200",
            {"items": (Item(name="原味薯片", quantity=Decimal(100), unit="箱", unit_price=Decimal(42)),), "total_amount": Decimal(4200)},
        ),
        (
            "北方泵业朱工嫌我们交期太长,飞利达那边只要三周",
            {"objections": (Objection.DELIVERY, Objection.COMPETITOR), "competitors": ("飞利达",)},
        ),
        (
            "拜访了启航教育,白校长出差了没见到,约了下周三上午再来",
            {"delay_reason": "白校长出差了", "next_on": date(2026, 4, 22), "next_time": None},
        ),
        ("下周三小钱跟我一起去中原重工验收设备", {"contacts": (), "channel": Channel.VISIT}),
        ("给吴主任报价:血氧探头 200个 45元/个 不含税 款到发货", {"tax_included": False, "payment_term_days": 0}),
        ("刘建国今天见了,价格没问题,没嫌贵", {"objections": ()}),
    ],
)
def test_the_fields_hold_what_was_said(read: Read, text: str, expected: dict[str, Any]) -> None:
    record = read(text)
    assert {key: getattr(record, key) for key in expected} == expected


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60), st.datetimes(datetime.fromisoformat("1990-01-01T00:00"), datetime.fromisoformat("2100-01-01T00:00")))
def test_any_text_gives_a_record(text: str, now: datetime) -> None:
    check(READER.read(text, now), text)


PIECES = [
    *(
        "昨天",
        "下周三",
        "去",
        "见了",
        "张工",
        "李总",
        "报价",
        "二零二六",
        "3万2",
        "一块二",
        "20台",
        "¥",
        ",",
        "。",
        "合同",
        "HT-01",
        "幺三八",
        "月底",
        "元",
    ),
    *(
        "99999999天后",
        "第99周",
        "13月45号",
        "2月30日",
        "一万",
        "点",
        "之前",
        "说",
        "不",
        "含税",
        "月结",
        "/",
        "@",
        "24:99",
        "亿",
        "康宁",
        "瀚海",
    ),
    *("新客户", "(", ")", "每", "𠮷", "ﷺ", "①", "½", "\x00", "\ud800"),
]


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_heap_of_sales_words_gives_a_record(text: str) -> None:
    check(READER.read(text, NOW), text)


READER = Reader(Names(CUSTOMERS), OfficialCalendar())


def check(record: Understood, text: str) -> None:
    """The record can be printed, spans lie in the text, keys agree."""
    assert record.record()
    assert (record.customer_id is not None) == record.customer_known
    for key, spans in record.spans.items():
        assert getattr(record, key) not in (None, ())
        assert 0 <= record.confidence[key] <= 1
        for span in spans:
            for start, end in [span] if isinstance(span, tuple) else span:
                assert 0 <= start <= end <= len(text)


def test_spans_point_into_the_original_spelling(read: Read) -> None:
    text = "收到北方泵业货款８．６万"
    (span,) = read(text).spans["payment_amount"]
    assert span == (text.index("８"), len(text))


def test_a_lone_surrogate_and_controls_are_read(read: Read) -> None:
    assert read("去了康宁\x00骨科\ud800见吴主任").contacts[0].name == "吴主任"
