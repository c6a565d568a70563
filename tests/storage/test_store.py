"""The store on a real SQLite file: group commit, readers, locks, refusals of the disk, closing, cancelling."""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, StatementError

from bot.domain.errors import StorageError, UserError
from bot.domain.values import CustomerId
from storage.store import GROUP, Store
from storage.transaction import Reader, Transaction
from tests.storage.samples import NOW, a_contact, a_customer

HOLD_THE_LOCK = """
import sys
from storage.store import Store
store = Store(sys.argv[1], exclusive=True)
print("held", flush=True)
sys.stdin.read()
"""


# Long enough for units to meet in one commit on a busy machine.
LONG = 0.2


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    """A store whose commits wait long enough to be shared."""
    store = Store(f"sqlite:///{database}", group_seconds=LONG)
    yield store
    store.close()


class Gate:
    """Holds the writer thread so that units gather behind it; counts the commits from then on."""

    def __init__(self, store: Store) -> None:
        self.commits = 0
        self._entered, self._open = threading.Event(), threading.Event()
        self._unit = store.submit(self._wait)
        self._entered.wait()

    def open(self) -> None:
        self._open.set()
        self._unit.result()

    def _wait(self, tx: Transaction) -> None:
        event.listen(tx.connection.engine, "commit", self._count)
        until = time.monotonic() + LONG
        self._entered.set()
        self._open.wait()
        while time.monotonic() <= until:
            pass  # so that the gate's own commit has no room for those behind it

    def _count(self, _: object) -> None:
        self.commits += 1


def fact(name: str, value: object = 1) -> Callable[[Transaction], None]:
    """A unit that writes one row."""
    return lambda tx: tx.facts.set(name, value, NOW)


def facts(store: Store, *names: str) -> list[object]:
    return store.read_now(lambda reader: [reader.facts.get(name) for name in names])


def write_then_fail(tx: Transaction) -> None:
    tx.facts.set("failed", 1, NOW)
    raise UserError("不行")


def url(path: Path) -> str:
    return f"sqlite:///{path}"


async def test_a_unit_returns_its_result_when_it_is_durable(store: Store, database: Path) -> None:
    def unit(tx: Transaction) -> str:
        tx.facts.set("a", [1, "二"], NOW)
        return "done"

    assert await store.write(unit) == "done"
    other = Store(url(database))
    assert facts(other, "a") == [[1, "二"]]
    other.close()


async def test_a_unit_that_fails_leaves_nothing_and_its_error_comes_back_unchanged(store: Store) -> None:
    with pytest.raises(UserError, match="不行"):
        await store.write(write_then_fail)
    assert facts(store, "failed") == [None]


def test_units_that_wait_together_share_commits(store: Store) -> None:
    gate = Gate(store)
    units = [store.submit(fact(str(n))) for n in range(200)]
    gate.open()
    for unit in units:
        unit.result()
    assert gate.commits - 1 == -(-200 // GROUP)
    assert facts(store, *map(str, range(200))) == [1] * 200


def test_in_a_shared_commit_a_failing_unit_is_rolled_back_alone(store: Store) -> None:
    gate = Gate(store)
    before, failing, after = store.submit(fact("before")), store.submit(write_then_fail), store.submit(fact("after"))
    gate.open()
    before.result()
    after.result()
    assert isinstance(failing.exception(), UserError)
    assert gate.commits == 2
    assert facts(store, "before", "failed", "after") == [1, None, 1]


def test_a_broken_constraint_comes_back_as_it_is_and_takes_nobody_along(store: Store) -> None:
    gate = Gate(store)
    broken = store.submit(lambda tx: tx.customers.add_contact(a_contact(customer_id=CustomerId("nobody"))))
    good = store.submit(fact("good"))
    gate.open()
    good.result()
    assert isinstance(broken.exception(), IntegrityError)
    assert facts(store, "good") == [1]


def test_a_broken_constraint_of_a_unit_alone_comes_back_as_it_is(store: Store) -> None:
    with pytest.raises(IntegrityError):
        store.write_now(lambda tx: tx.customers.add_contact(a_contact(customer_id=CustomerId("nobody"))))
    store.write_now(fact("after"))


def test_units_marked_first_go_before_those_that_wait(store: Store) -> None:
    order: list[str] = []
    gate = Gate(store)
    units = [store.submit(lambda tx, n=n: order.append(f"later {n}")) for n in range(3)]  # type: ignore[misc]
    units += [store.submit(lambda tx, n=n: order.append(f"first {n}"), first=True) for n in range(3)]  # type: ignore[misc]
    gate.open()
    for unit in units:
        unit.result()
    assert order == ["first 0", "first 1", "first 2", "later 0", "later 1", "later 2"]


def test_units_of_many_threads_all_take_effect_once(store: Store) -> None:
    def add(tx: Transaction) -> None:
        tx.facts.set("sum", (tx.facts.get("sum") or 0) + 1, NOW)

    threads = [threading.Thread(target=lambda: [store.write_now(add) for _ in range(25)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert facts(store, "sum") == [200]


async def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StorageError, match="只读"):
        await store.read(lambda reader: reader.facts.set("a", 1, NOW))
    assert facts(store, "a") == [None]


async def test_an_error_of_a_query_comes_back_unchanged(store: Store) -> None:
    def query(_: Reader) -> None:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await store.read(query)


def test_a_reader_sees_one_snapshot_while_others_write(store: Store) -> None:
    def twice(reader: Reader) -> tuple[object, object]:
        before = reader.facts.get("a")
        store.write_now(fact("a"))
        return before, reader.facts.get("a")

    assert store.read_now(twice) == (None, None)
    assert facts(store, "a") == [1]


async def test_a_naive_datetime_is_refused(store: Store) -> None:
    naive = datetime(2026, 3, 18, 10, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(StatementError, match="a naive datetime cannot be stored"):
        await store.write(lambda tx: tx.facts.set("a", 1, naive))


def test_listeners_hear_of_commits_whose_units_left_work(store: Store) -> None:
    heard: list[str] = []
    store.on_commit(lambda: heard.append("work"))

    def work(tx: Transaction) -> None:
        tx.wake = True

    def failing_work(tx: Transaction) -> None:
        tx.wake = True
        raise UserError("不行")

    store.write_now(fact("a"))
    assert isinstance(store.submit(failing_work).exception(), UserError)
    store.write_now(work)
    store.write_now(fact("b"))  # the listener runs after the future of its unit has ended
    assert heard == ["work"]


def test_a_listener_that_fails_does_not_stop_the_writer(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise RuntimeError("Event loop is closed")

    def work(tx: Transaction) -> None:
        tx.wake = True

    store.on_commit(broken)
    store.write_now(work)
    assert store.submit(fact("after")).result(timeout=10) is None
    assert "Event loop is closed" in caplog.text


async def test_a_unit_cancelled_while_it_waits_never_runs(store: Store) -> None:
    gate = Gate(store)
    waiting = asyncio.ensure_future(store.write(fact("cancelled")))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.open()
    await store.write(fact("next"))
    assert facts(store, "cancelled", "next") == [None, 1]


async def test_a_unit_cancelled_while_it_runs_is_still_whole(store: Store) -> None:
    entered, leave = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        tx.facts.set("one", 1, NOW)
        entered.set()
        leave.wait()
        tx.facts.set("two", 1, NOW)

    running = asyncio.ensure_future(store.write(slow))
    await asyncio.to_thread(entered.wait)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    leave.set()
    await store.write(fact("next"))
    assert facts(store, "one", "two", "next") == [1, 1, 1]


def test_a_cancelled_future_says_so(store: Store) -> None:
    gate = Gate(store)
    unit: Future[None] = store.submit(fact("a"))
    assert unit.cancel()
    gate.open()
    with pytest.raises(CancelledError):
        unit.result()


def test_closing_finishes_what_is_queued(database: Path) -> None:
    store = Store(url(database))
    gate = Gate(store)
    units = [store.submit(fact(str(n))) for n in range(3 * GROUP)]
    closing = threading.Thread(target=store.close)
    closing.start()
    gate.open()
    closing.join()
    assert all(unit.done() and unit.exception() is None for unit in units)
    again = Store(url(database))
    assert facts(again, *map(str, range(3 * GROUP))) == [1] * 3 * GROUP
    again.close()


def test_a_write_after_closing_is_refused_instead_of_waiting_for_ever(database: Path) -> None:
    store = Store(url(database))
    store.close()
    with pytest.raises(StorageError, match="已经关闭"):
        store.submit(fact("late"))


def test_closing_twice_is_closing_once(database: Path) -> None:
    store = Store(url(database), exclusive=True)
    store.close()
    store.close()


def test_a_store_in_memory_reads_what_it_wrote() -> None:
    store = Store("sqlite://")
    store.write_now(lambda tx: tx.connection.exec_driver_sql("CREATE TABLE t (x)"))
    store.write_now(lambda tx: tx.connection.exec_driver_sql("INSERT INTO t VALUES (1)"))
    assert store.read_now(lambda reader: reader.connection.exec_driver_sql("SELECT x FROM t").scalar()) == 1
    store.close()


def test_a_second_process_on_the_file_is_refused_until_the_first_has_died(database: Path) -> None:
    with _holder(database) as holder:
        with pytest.raises(StorageError, match=f"另一个进程正在使用数据库 {database}"):
            Store(url(database), exclusive=True)
        holder.kill()
        holder.wait()
        Store(url(database), exclusive=True).close()


@contextmanager
def _holder(database: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process that has taken the file."""
    command = [sys.executable, "-c", HOLD_THE_LOCK, url(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_closed_store_lets_the_next_one_have_the_file(database: Path) -> None:
    for _ in range(2):
        store = Store(url(database), exclusive=True)
        store.write_now(fact("a"))
        store.close()


def test_a_full_disk_is_said_and_writing_goes_on_once_there_is_room(store: Store) -> None:
    store.write_now(fact("before"))
    pages = store.write_now(lambda tx: tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    _allow_pages(store, pages)
    with pytest.raises(StorageError, match="磁盘满了"):
        store.write_now(fact("big", "x" * 100_000))
    _allow_pages(store, 1_000_000)
    store.write_now(fact("after"))
    assert facts(store, "before", "big", "after") == [1, None, 1]


def test_on_a_full_disk_no_unit_is_told_that_it_was_kept_when_it_was_not(store: Store) -> None:
    pages = store.write_now(lambda tx: tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    _allow_pages(store, pages)
    gate = Gate(store)
    units = {str(n): store.submit(fact(str(n), "x" * (100_000 if n == 5 else 10))) for n in range(10)}
    gate.open()
    failed = [name for name, unit in units.items() if unit.exception()]
    assert "5" in failed
    assert all(isinstance(units[name].exception(), StorageError) for name in failed)
    assert [name for name in units if facts(store, name) == [None]] == failed


def _allow_pages(store: Store, pages: int) -> None:
    store.write_now(lambda tx: tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 1 MB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_really_full_disk_loses_nothing_that_was_acknowledged(tiny_disk: Path, empty_database: Path) -> None:
    path = tiny_disk / "genjin.db"
    path.write_bytes(empty_database.read_bytes())
    store = Store(url(path))
    kept = 0
    while not (refused := store.submit(fact(f"row {kept}", "x" * 10_000)).exception()):
        kept += 1
    assert isinstance(refused, StorageError)
    assert "磁盘满了" in str(refused)
    assert kept > 5
    assert all(facts(store, *(f"row {n}" for n in range(kept))))
    store.close()
    again = Store(url(path))
    assert all(facts(again, *(f"row {n}" for n in range(kept))))
    again.close()


@contextmanager
def _somebody_else() -> Iterator[None]:
    """Root may write everything; be nobody for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that other users can enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o444, 0o555), (0o666, 0o555)])
def test_a_database_without_write_permission_is_refused_with_what_to_check(
    empty_database: Path, public_folder: Path, file_mode: int, folder_mode: int
) -> None:
    path = public_folder / "genjin.db"
    path.write_bytes(empty_database.read_bytes())
    path.chmod(file_mode)
    public_folder.chmod(folder_mode)
    with _somebody_else():
        store = Store(url(path))
        refused = store.submit(fact("a")).exception()
        store.close()
    assert isinstance(refused, StorageError)
    assert "权限" in str(refused)


def test_a_folder_where_no_lock_can_be_written_is_refused_with_what_to_check(public_folder: Path) -> None:
    public_folder.chmod(0o555)
    with _somebody_else(), pytest.raises(StorageError, match="权限"):
        Store(url(public_folder / "genjin.db"), exclusive=True)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("这不是数据库" * 1000, encoding="utf-8")
    store = Store(url(path))
    with pytest.raises(StorageError, match="这个文件不是数据库"):
        store.write_now(fact("a"))
    with pytest.raises(StorageError, match="这个文件不是数据库"):
        store.read_now(lambda reader: reader.facts.get("a"))
    store.close()


@pytest.mark.parametrize("address", ["data/genjin.db", "sqlite//data", "", "postgresql+psycopg://localhost/genjin", "mysql://localhost/x"])
def test_a_wrong_address_is_refused_with_a_right_example(address: str) -> None:
    with pytest.raises(StorageError, match="sqlite:///"):
        Store(address)


def test_the_folder_of_a_new_database_is_made(tmp_path: Path) -> None:
    Store(url(tmp_path / "new" / "deep" / "genjin.db")).close()
    assert (tmp_path / "new" / "deep").is_dir()


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="建不了数据库所在的文件夹"):
        Store(url(tmp_path / "file" / "genjin.db"))


def test_a_commit_is_on_the_disk_before_anybody_is_told(store: Store) -> None:
    names = ("journal_mode", "synchronous", "foreign_keys")
    settings = store.write_now(lambda tx: [tx.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names])
    assert settings == ["wal", 2, 1]


def test_customers_written_in_one_unit_are_there_together(store: Store) -> None:
    def two(tx: Transaction) -> None:
        tx.customers.save(a_customer("c_1", "甲"))
        tx.customers.save(a_customer("c_2", "乙"))

    store.write_now(two)
    assert [c.name for c in store.read_now(lambda reader: reader.customers.all())] == ["甲", "乙"]
