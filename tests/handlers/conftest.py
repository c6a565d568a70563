"""The house with a small company in it, and the demonstration company for stories that need many customers."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.demo import load
from bot.domain.clock import FakeClock
from bot.domain.worktime import Worktime
from storage.store import Store
from storage.transaction import Transaction
from tests.handlers.company import found
from tests.house import House, open_house


@pytest.fixture
async def house(database: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The running service; its people, groups and customers are those of ``company``."""
    _fill(database, found)
    async with open_house(database.parent, clock) as house:
        yield house


@pytest.fixture
async def demo(database: Path, clock: FakeClock, worktime: Worktime) -> AsyncIterator[House]:
    """The running service with the demonstration company."""
    _fill(database, lambda tx: load(tx, clock.now(), worktime))
    async with open_house(database.parent, clock) as house:
        yield house


def _fill(path: Path, write: Callable[[Transaction], None]) -> None:
    store = Store(f"sqlite:///{path}")
    store.write_now(write)
    store.close()
