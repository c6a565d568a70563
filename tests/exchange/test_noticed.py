"""A running service understands what was imported beside it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot import names
from bot.domain.clock import FakeClock
from bot.domain.member import Member
from bot.domain.values import MemberId
from storage.store import Store
from storage.transaction import Transaction
from tests.exchange.office import Office
from tests.house import House, open_house, settings_in

SAID = "今天下午拜访了澜拓精密机床厂的方工，预算有限"


@pytest.fixture
async def house(tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    async with open_house(tmp_path, clock) as house:

        def fill(tx: Transaction) -> None:
            tx.members.save(Member(MemberId("m_li"), "李思", ("rep",), employee_no="D006"))
            tx.members.identify("sandbox", "li.si", MemberId("m_li"), "p:li.si")

        await house.store.write(fill)
        yield house


@pytest.fixture
def beside(house: House, tmp_path: Path, clock: FakeClock) -> Office:
    """The administrator works on the same file in a process of their own: another store."""
    folder = tmp_path / "desk"
    folder.mkdir()
    return Office(Store(settings_in(tmp_path).database.url), clock, folder)


async def known(house: House, name: str) -> bool:
    member = Member(MemberId("m_li"), "李思", ("rep",))
    _, view = await house.service.book.at_hand(member)
    return view.named(name) is not None


async def test_an_imported_customer_is_known_at_the_next_look(house: House, beside: Office) -> None:
    beside.take("customers", "名称,负责人\n澜拓精密机床厂,李思\n")
    assert not await known(house, "澜拓精密机床厂")
    await house.service.book.catch_up()
    assert await known(house, "澜拓精密机床厂")
    beside.store.close()


async def test_an_import_of_many_is_read_as_a_whole(house: House, beside: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "ONE_BY_ONE", 2)
    beside.take("customers", "名称\n澜拓机床厂\n乙工厂\n丙商行\n丁电子厂\n")
    await house.service.book.catch_up()
    assert await known(house, "丁电子厂")
    beside.store.close()


async def test_a_reverted_customer_is_unknown_again(house: House, beside: Office) -> None:
    beside.take("customers", "名称\n澜拓精密机床厂\n")
    await house.service.book.catch_up()
    beside.back()
    await house.service.book.catch_up()
    assert not await known(house, "澜拓精密机床厂")
    beside.store.close()


async def test_a_visit_to_an_imported_customer_is_understood(house: House, beside: Office) -> None:
    beside.take("customers", "名称,负责人\n澜拓精密机床厂,李思\n")
    await house.service.book.catch_up()
    await house.say("li.si", SAID)
    answers = await house.say("li.si", "同意")
    assert any("澜拓精密机床厂" in str(answer) for answer in answers), answers
    assert len(beside.read(lambda r: r.customers.all())) == 1
    beside.store.close()


async def test_nothing_new_costs_one_question(house: House) -> None:
    before = house.service.book._reader
    await house.service.book.catch_up()
    assert house.service.book._reader is before
