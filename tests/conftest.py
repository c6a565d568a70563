"""What every test may ask for: a real database, a clock that stands still, the rules in force; and no network but this machine's own."""

import ipaddress
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.clock import SHANGHAI, FakeClock
from bot.domain.worktime import Worktime
from config.calendar import OfficialCalendar
from config.rules import Rules, load_rules
from storage.migrations import upgrade
from storage.store import Store

WEDNESDAY = datetime(2026, 3, 18, 10, tzinfo=SHANGHAI)


def _refuse_strangers(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: tests reach this machine only, whichever library asks."""
    if event == "socket.connect" and isinstance(args[1], tuple) and not _is_here(args[1][0]):
        raise PermissionError(f"tests have no network; somebody connected to {args[1][0]}")
    if event == "socket.getaddrinfo" and not _is_here(args[0]):
        raise PermissionError(f"tests have no network; somebody looked up {args[0]}")


def _is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


sys.addaudithook(_refuse_strangers)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file without rows, made once; copy it, never write to it."""
    path = tmp_path_factory.mktemp("database") / "empty.db"
    store = Store(f"sqlite:///{path}")
    store.write_now(lambda tx: upgrade(tx.connection))
    store.close()
    return path


@pytest.fixture
def database(empty_database: Path, tmp_path: Path) -> Path:
    """The path of a migrated SQLite file of the test's own."""
    return Path(shutil.copy(empty_database, tmp_path / "genjin.db"))


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """An open store on a real file; closed afterwards."""
    store = Store(f"sqlite:///{database}")
    yield store
    store.close()


@pytest.fixture
def clock() -> FakeClock:
    """Wednesday 18 March 2026, 10:00 in Shanghai: an ordinary working day."""
    return FakeClock(WEDNESDAY)


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules as delivered."""
    return load_rules()


@pytest.fixture(scope="session")
def worktime() -> Worktime:
    """Nine to six on the official working days."""
    return Worktime(OfficialCalendar())
