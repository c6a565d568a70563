"""A small invented customer table, and a reader over it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from bot.domain.understood import Understood
from bot.understanding import KnownContact, KnownCustomer, Names, Reader
from config.calendar import OfficialCalendar

CUSTOMERS = (
    KnownCustomer(
        "bone", "成都康宁骨科医院有限公司", ("康宁骨科", "康宁"), "医疗", (KnownContact("吴主任", "主任", "设备科"), KnownContact("陈院长"))
    ),
    KnownCustomer(
        "freight",
        "重庆瀚海物流股份有限公司",
        ("瀚海", "瀚海物流"),
        "物流",
        (KnownContact("秦总"), KnownContact("贺经理", "信息经理", "信息部")),
    ),
    KnownCustomer("code", "武汉瀚海软件有限公司", ("瀚海", "瀚海软件"), "软件", (KnownContact("孟工", None, "研发部"),), owner="m2"),
    KnownCustomer("snack", "长沙美亿佳食品有限公司", ("美亿佳",), "食品", (KnownContact("谷姐"),)),
    KnownCustomer("crane", "郑州中原重工集团", ("中原重工",), "工程机械", (KnownContact("石总工"), KnownContact("刘建国"))),
    KnownCustomer("school", "西安启航教育科技有限公司", (), "教育", (KnownContact("白校长"),)),
    KnownCustomer("pump", "沈阳北方泵业制造有限公司", ("北方泵业",), "泵阀", (KnownContact("朱工"),), competitors=("飞利达",)),
)
NOW = datetime.fromisoformat("2026-04-15T17:30")


@pytest.fixture(scope="session")
def names() -> Names:
    return Names(CUSTOMERS, {"小钱"})


@pytest.fixture(scope="session")
def read(names: Names) -> Callable[[str], Understood]:
    """Reads a message said on Wednesday 15 April 2026 at half past five."""
    reader = Reader(names, OfficialCalendar())
    return lambda text: reader.read(text, NOW)
