"""The doctor: what is well, what to look at, what is bad, and what to do about it."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.care import doctor
from bot.care.doctor import Patient, examine
from bot.domain.check import Check, State
from bot.domain.clock import SHANGHAI
from bot.domain.jobs import Timer
from config.settings import Settings
from storage.lock import ProcessLock
from storage.store import Store
from storage.transaction import Transaction
from tests.conftest import WEDNESDAY
from tests.handlers.company import found
from tests.house import settings_in


@pytest.fixture
def settings(database: Path) -> Settings:
    """A small company in order."""
    write(database, found)
    return settings_in(database.parent)


def write(database: Path, unit: object) -> None:
    store = Store(f"sqlite:///{database}")
    store.write_now(unit)  # type: ignore[arg-type]
    store.close()


def look(settings: Settings, name: str, now: datetime = WEDNESDAY, config: Path | None = None) -> list[Check]:
    return [check for check in examine(Patient(settings, now, config)) if check.name == name]


def state(settings: Settings, name: str, now: datetime = WEDNESDAY) -> State:
    (check,) = look(settings, name, now)
    assert check.mend or check.state is State.GOOD
    return check.state


@contextmanager
def running(database: Path) -> Iterator[None]:
    lock = ProcessLock(database)
    yield
    lock.release()


def test_an_installation_in_order_has_nothing_bad(settings: Settings) -> None:
    assert [check for check in examine(Patient(settings, WEDNESDAY)) if check.state is State.BAD] == []


def test_a_missing_database_is_no_illness_and_none_is_made(tmp_path: Path) -> None:
    assert state(settings_in(tmp_path), "数据库") is State.LOOK
    assert not (tmp_path / "genjin.db").exists()


def test_a_file_that_is_no_database_is_bad(settings: Settings, database: Path) -> None:
    database.write_bytes(b"a letter\n" * 1000)
    (check,) = look(settings, "数据库")
    assert check.state is State.BAD
    assert "db restore" in check.mend


@pytest.mark.parametrize(("revision", "expected"), [("0001", State.LOOK), ("9999", State.BAD)])
def test_an_older_database_can_be_upgraded_a_newer_one_not(settings: Settings, database: Path, revision: str, expected: State) -> None:
    with closing(sqlite3.connect(database)) as db:
        db.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        db.commit()
    assert state(settings, "数据库版本") is expected


def test_a_changed_audit_log_is_bad(settings: Settings, database: Path) -> None:
    def change(tx: Transaction) -> None:
        tx.audit.note(WEDNESDAY, None, "a", "b", new={"n": 1})
        tx.connection.exec_driver_sql("DROP TRIGGER audit_update")
        tx.connection.exec_driver_sql("UPDATE audit SET action = 'c'")

    assert state(settings, "审计日志") is State.GOOD
    write(database, change)
    assert state(settings, "审计日志") is State.BAD


def test_little_room_is_bad(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FULL", 2**60)
    assert state(settings, "数据库磁盘") is State.BAD
    assert state(settings, "媒体磁盘") is State.BAD


def test_it_says_whether_the_service_runs(settings: Settings, database: Path) -> None:
    assert state(settings, "服务") is State.LOOK
    with running(database):
        assert state(settings, "服务") is State.GOOD


def test_a_clock_that_went_back_is_bad(settings: Settings, database: Path) -> None:
    write(database, lambda tx: tx.facts.set("proof", {"at": WEDNESDAY.isoformat(), "told": {}}, WEDNESDAY))
    assert [c.state.name for c in look(settings, "时钟", WEDNESDAY + timedelta(minutes=1))] == ["GOOD"]
    assert state(settings, "时钟", WEDNESDAY - timedelta(days=1)) is State.BAD


def test_a_running_service_whose_watch_fell_silent_is_bad(settings: Settings, database: Path) -> None:
    write(database, lambda tx: tx.facts.set("proof", {"at": WEDNESDAY.isoformat(), "told": {}}, WEDNESDAY))
    with running(database):
        assert look(settings, "自查", WEDNESDAY + timedelta(minutes=1)) == []
        assert state(settings, "自查", WEDNESDAY + timedelta(minutes=9)) is State.BAD


def test_late_timers_are_bad_only_while_the_service_runs(settings: Settings, database: Path) -> None:
    write(database, lambda tx: tx.timers.set(Timer("promise", "l_x", "late", WEDNESDAY - timedelta(hours=1))))
    assert state(settings, "到点的事") is State.LOOK
    with running(database):
        assert state(settings, "自查") is State.BAD


def test_dead_letters_are_counted(settings: Settings, database: Path) -> None:
    row = {"platform": "p", "event_id": "e", "payload": "{}", "received_at": WEDNESDAY}
    write(database, lambda tx: tx.inbox.dead(next(iter(tx.inbox.accept([row]).values())), "a1b2", "KeyError"))
    assert "有 1 条" in look(settings, "死信")[0].what


def test_a_company_without_an_admin_is_told(settings: Settings, database: Path) -> None:
    assert look(settings, "管理员") == []
    write(database, lambda tx: tx.connection.exec_driver_sql("DELETE FROM consent"))
    write(database, lambda tx: tx.connection.exec_driver_sql("UPDATE member SET active = 0"))
    assert state(settings, "管理员") is State.LOOK


@pytest.mark.parametrize(
    ("day", "states"),
    [((2026, 3, 1), [State.GOOD]), ((2026, 11, 2), [State.GOOD, State.LOOK]), ((2031, 3, 1), [State.LOOK])],
)
def test_the_next_year_must_have_its_holidays_by_november(settings: Settings, day: tuple[int, int, int], states: list[State]) -> None:
    assert [check.state for check in look(settings, "节假日", datetime(*day, 10, tzinfo=SHANGHAI))] == states


def test_secrets_that_others_may_read_are_told(settings: Settings, tmp_path: Path) -> None:
    config, secret = tmp_path / "my.toml", tmp_path / "key"
    config.write_text(f'[llm]\napi_key_file = "{secret}"\n', encoding="utf-8")
    secret.write_text("sk", encoding="utf-8")
    config.chmod(0o644)
    secret.chmod(0o644)
    assert [check.state for check in look(settings, "配置", config=config)] == [State.GOOD, State.LOOK, State.LOOK]
    config.chmod(0o600)
    secret.chmod(0o600)
    assert [check.state for check in look(settings, "配置", config=config)] == [State.GOOD]


def test_an_examination_that_fails_is_itself_a_finding(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Patient) -> list[Check]:
        raise ZeroDivisionError

    monkeypatch.setattr(doctor, "COMMON", (broken,))
    (check,) = examine(Patient(settings, WEDNESDAY))
    assert (check.state, "ZeroDivisionError" in check.what) == (State.BAD, True)


def test_a_platform_is_examined_by_name(settings: Settings) -> None:
    (check,) = examine(Patient(settings, WEDNESDAY), "wecom")
    assert (check.state, "没有配置" in check.what) == (State.LOOK, True)


def test_the_doctor_sees_that_papers_can_be_set(settings: Settings) -> None:
    (check,) = look(settings, "报价单和合同 PDF")
    assert check.state is State.GOOD


def test_a_machine_without_the_typesetter_is_told_what_to_install(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [])
    monkeypatch.delitem(sys.modules, "typst", raising=False)
    (check,) = look(settings, "报价单和合同 PDF")
    assert (check.state, "genjin[paper]" in check.mend) == (State.LOOK, True)
