"""The administrator's desk, with a small company in the drawer."""

from pathlib import Path

import pytest

from bot.domain.clock import FakeClock
from bot.domain.customer import Customer
from bot.domain.member import Member
from bot.domain.values import CustomerId, MemberId
from storage.store import Store
from storage.transaction import Transaction
from tests.conftest import WEDNESDAY
from tests.exchange.office import Office


@pytest.fixture
def office(store: Store, clock: FakeClock, tmp_path: Path) -> Office:
    """A desk above an empty company."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Office(store, clock, folder)


@pytest.fixture
def staffed(office: Office) -> Office:
    """The same with two reps, their manager, a clerk, one who has left, and a customer."""

    def fill(tx: Transaction) -> None:
        tx.members.save(Member(MemberId("m_chen"), "陈立群", ("manager",), region="华东", employee_no="D005"))
        tx.members.save(Member(MemberId("m_li"), "李思", ("rep",), MemberId("m_chen"), "华东", employee_no="D006", mobile="13800000001"))
        tx.members.save(Member(MemberId("m_wang"), "王强", ("rep",), MemberId("m_chen"), employee_no="D007"))
        tx.members.save(Member(MemberId("m_wu"), "吴敏慧", ("finance",), employee_no="D003"))
        tx.members.save(Member(MemberId("m_zhao"), "赵离", ("rep",), employee_no="D099", active=False))
        tx.customers.save(
            Customer(CustomerId("c_1"), "绍兴恒力机械有限公司", WEDNESDAY, aliases=("恒力",), owner_id=MemberId("m_li"), industry="机械")
        )

    office.store.write_now(fill)
    return office
