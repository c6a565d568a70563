"""A model on this machine, and a second reader that asks it about messages to a small customer table."""

from collections.abc import AsyncIterator, Callable

import pytest

from bot.domain.clock import FakeClock
from bot.domain.member import Member, Role
from bot.domain.understood import Candidate, Intent, Understood
from bot.domain.values import MemberId
from bot.llm import SecondReader
from bot.understanding import KnownContact, KnownCustomer, Names, Reader
from bot.understanding.names import View
from config.calendar import OfficialCalendar
from config.sections import Llm
from storage.store import Store
from tests.llm.endpoint import Model, listening

LI = Member(MemberId("m_li"), "李思", (Role.REP.value,))
ROWS = (
    KnownCustomer("c_hengli", "绍兴恒力机械有限公司", ("恒力",), contacts=(KnownContact("张工"),), owner="m_li"),
    KnownCustomer("c_dianzi", "苏州恒力电子有限公司", ("恒力",), industry="电子元器件", owner="m_li"),
    KnownCustomer("c_ruilang", "台州锐朗自动化设备有限公司", ("锐朗",), contacts=(KnownContact("周敏"),), owner="m_wang"),
)
TEXT = "在人家那儿泡了一上午，嫌咱们贵，小沈说再比比康达，总共十五万，下周三之前再给个方案"
NOTHING = Understood(intent=Intent.CHAT, confidence={"intent": 0.6})
UNSURE = Understood(
    intent=Intent.VISIT,
    customer="恒力",
    candidates=(
        Candidate("c_hengli", "绍兴恒力机械有限公司", 0.8),
        Candidate("c_dianzi", "苏州恒力电子有限公司", 0.8),
        Candidate("c_ruilang", "台州锐朗自动化设备有限公司", 0.75),
    ),
    confidence={"intent": 0.85, "customer": 0.6},
    spans={"customer": [(2, 4)]},
)

Make = Callable[..., SecondReader]


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    async with listening() as model:
        yield model


@pytest.fixture
def names() -> Names:
    return Names(ROWS, ["李思", "王磊"])


@pytest.fixture
def make(model: Model, store: Store, clock: FakeClock, names: Names) -> Make:
    """Makes a second reader with settings of one's own."""
    reader = Reader(names, OfficialCalendar())

    async def books(member: Member) -> tuple[Reader, View]:
        return reader, names.view()

    def second(**settings: object) -> SecondReader:
        given: dict[str, object] = {"base_url": model.address, "model": "tiny", "api_key": "sk-secret", **settings}
        return SecondReader(Llm.model_validate(given), store, clock, books)

    return second
