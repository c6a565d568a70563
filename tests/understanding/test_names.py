"""Finding customers by full name, short form, sound and likeness."""

from collections.abc import Callable
from datetime import datetime

import pytest

from bot.domain.understood import Understood
from bot.understanding import KnownCustomer, Names, Reader
from config.calendar import OfficialCalendar

NOW = datetime.fromisoformat("2026-04-15T17:30")
Read = Callable[[str], Understood]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("昨天去成都康宁骨科医院有限公司见了陈院长", "bone"),
        ("康宁骨科回款三万", "bone"),
        ("上午跑了美亿家谷姐不在", "snack"),
        ("去了中原重公碰了下石总工", "crane"),
        ("北方泵叶打来电话说轴封漏水", "pump"),
        ("跟启航教育白校长吃了顿饭", "school"),
        ("瀚海软件要续费", "code"),
        ("重庆瀚海的合同签了", "freight"),
        ("瀚海孟工微信问接口", "code"),
        ("跟贺经理通了电话", "freight"),
        ("今天拜访陈院长", "bone"),
    ],
)
def test_a_customer_is_known_by_what_people_call_it(read: Read, text: str, id: str) -> None:
    assert read(text).customer_id == id


def test_a_shared_short_form_is_asked_about(read: Read) -> None:
    record = read("瀚海那边下周再去")
    assert (record.customer, record.customer_known) == ("瀚海", False)
    assert {c.id for c in record.candidates} == {"freight", "code"}


def test_the_speakers_own_customer_comes_first_on_a_tie(names: Names) -> None:
    record = Reader(names, OfficialCalendar()).read("瀚海那边下周再去", NOW, owner="m2")
    assert record.customer_id == "code"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("新建客户 南昌鸿泰建材 万总 13912345678", "南昌鸿泰建材"),
        ("录个新线索温岭恒发水泵厂老板姓王", "温岭恒发水泵厂"),
        ("今天去拜访了合肥科大智能,聊了聊", "合肥科大智能"),
        ("秦总介绍了个客户,湖州久远木业,陆总,建一下", "湖州久远木业"),
    ],
)
def test_an_unknown_company_is_cut_out_as_said(read: Read, text: str, name: str) -> None:
    record = read(text)
    assert (record.customer, record.customer_known) == (name, False)


@pytest.mark.parametrize("text", ["今天中原地区下雨", "会议执行得不错", "收到,谢谢", "启程去车站"])
def test_ordinary_words_are_no_customer(read: Read, text: str) -> None:
    assert read(text).customer is None


def test_a_landmark_is_not_the_customer(read: Read) -> None:
    assert read("拜访了北方泵业对面的沈阳新民阀门,见到了王总").customer == "沈阳新民阀门"


def test_put_and_remove_are_seen_by_the_next_read() -> None:
    names = Names()
    reader = Reader(names, OfficialCalendar())
    assert not reader.read("去了启辰", NOW).customer_known
    names.put(KnownCustomer("q", "苏州启辰机械有限公司", ("启辰",)))
    assert reader.read("去了启辰", NOW).customer_id == "q"
    names.put(KnownCustomer("q", "苏州启辰机械有限公司", ("老启",)))
    assert not reader.read("去了启辰", NOW).customer_known
    names.remove("q")
    assert len(names) == 0
    assert not reader.read("去了老启那边", NOW).customer_known


def test_many_changes_are_folded_into_the_base() -> None:
    names = Names(KnownCustomer(str(i), f"常熟第{i}五金有限公司", (f"第{i}五金",)) for i in range(50))
    reader = Reader(names, OfficialCalendar())
    for i in range(1200):
        names.put(KnownCustomer(f"n{i}", f"昆山{i}号模具有限公司", (f"{i}号模具",)))
    assert reader.read("去了1199号模具", NOW).customer_id == "n1199"
    assert reader.read("去了第7五金", NOW).customer_id == "7"
