"""The store: every change is a unit of work that commits whole or not at all.

On SQLite ONE thread writes. Units that wait together share a commit, each behind a savepoint of its own, so that one that fails takes
nobody with it; units marked ``first`` (accepting a message) go before the rest. Reads run on a pool of their own.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from bot.domain.errors import StorageError
from storage.engines import database_url, reader_engine, writer_engine
from storage.lock import ProcessLock
from storage.transaction import Reader, Transaction

log = logging.getLogger(__name__)
T = TypeVar("T")
GROUP = 64
# A group must not keep an accepted message waiting for its commit.
GROUP_SECONDS = 0.005
READERS = 2


@dataclass(slots=True)
class _Unit:
    work: Callable[[Transaction], Any]
    future: "Future[Any]"


class Store:
    """A company's records.

    Args:
        url: ``sqlite:///file`` or ``sqlite://`` (memory, for tests).
        exclusive: take the file for this process; a second one is refused with a sentence.
        group_seconds: for how long units may join a commit that is being made ready.

    Raises:
        StorageError: the database cannot be opened; the sentence says why and what to do.
    """

    def __init__(self, url: str, *, exclusive: bool = False, group_seconds: float = GROUP_SECONDS) -> None:
        self.url = database_url(url)
        self.path = None if self.url.database in (None, "", ":memory:") else Path(str(self.url.database))
        self._lock = ProcessLock(self.path) if exclusive and self.path else None
        self._writer: Engine = writer_engine(self.url)
        self._reader: Engine = reader_engine(self.url, READERS)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        self._waiting: queue.PriorityQueue[tuple[int, int, _Unit | None]] = queue.PriorityQueue()
        self._order = count()
        self._group_seconds = group_seconds
        self._finished = False
        self._listeners: list[Callable[[], None]] = []
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._write_all, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Transaction], T], *, first: bool = False) -> "Future[T]":
        """Queue a unit from any thread; its future ends after the commit that makes it durable. Raises StorageError once closed."""
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise StorageError("数据库已经关闭，服务正在停止；重新启动后再试")
            self._waiting.put((0 if first else 1, next(self._order), _Unit(work, future)))
        return future

    async def write(self, work: Callable[[Transaction], T], *, first: bool = False) -> T:
        """Run ``work(tx)`` on the writer and return its result once it is durable. Its own errors come back unchanged, rolled back."""
        return await asyncio.wrap_future(self.submit(work, first=first))

    def write_now(self, work: Callable[[Transaction], T]) -> T:
        """The same for code without an event loop."""
        return self.submit(work).result()

    async def read(self, query: Callable[[Reader], T]) -> T:
        """Run ``query`` on a connection that cannot write."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    def read_now(self, query: Callable[[Reader], T]) -> T:
        """The same for code without an event loop."""
        if self.path is None:  # a database in memory lives in its one connection
            return self.write_now(query)
        try:
            with self._reader.connect() as connection, connection.begin():
                return query(Reader(connection))
        except DatabaseError as error:
            raise storage_error(error) from error

    def waiting(self) -> int:
        """How many units wait for the writer."""
        return self._waiting.qsize()

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` (on the writer thread, quickly) after every commit in which a unit asked to wake the workers."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Finish what is queued, then let go of the file. A second time does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            self._waiting.put((2, next(self._order), None))
        self._thread.join()
        self._readers.shutdown()
        self._writer.dispose()
        self._reader.dispose()
        if self._lock:
            self._lock.release()

    def _write_all(self) -> None:
        while not self._finished:
            self._commit(self._group())

    def _group(self) -> Iterator[_Unit]:
        """The units of one commit: waits for the first, then takes what else waits, for a few milliseconds at most."""
        end = 0.0
        for number in range(GROUP):
            try:
                _, _, unit = self._waiting.get(block=number == 0)
            except queue.Empty:
                return
            end = end or time.monotonic() + self._group_seconds
            if unit is None:
                self._finished = True
                return
            if unit.future.set_running_or_notify_cancel():
                yield unit
            if time.monotonic() > end:
                return

    def _commit(self, group: Iterator[_Unit]) -> None:
        first = next(group, None)
        if first is None:
            return
        units = [first]
        ended: list[tuple[_Unit, Any, BaseException | None]] = []
        wake = False
        try:
            with self._writer.connect() as connection, connection.begin():
                for unit in chain((first,), group):
                    units += [] if unit is first else [unit]
                    tx = Transaction(connection)
                    ended.append(_run(unit, tx, connection, bare=unit is first))
                    wake |= tx.wake and ended[-1][2] is None
        except DatabaseError as error:
            ended = [(unit, None, storage_error(error)) for unit in units]
        except _RolledBack as alone:
            ended = [(first, None, alone.error)]
        except BaseException as error:  # the thread must outlive whatever a driver may raise
            ended = [(unit, None, error) for unit in units]
        for unit, result, failure in ended:
            _resolve(unit.future, result, failure)
        if wake:
            self._tell_listeners()

    def _tell_listeners(self) -> None:
        for listener in self._listeners:
            try:
                listener()
            except Exception:  # the writer must outlive it: an event loop that has closed refuses to be woken
                log.exception("a listener to commits failed")


class _RolledBack(Exception):
    """The first unit of a commit failed before anybody joined it, so the whole transaction goes."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def _run(unit: _Unit, tx: Transaction, connection: Connection, *, bare: bool) -> tuple[_Unit, Any, BaseException | None]:
    if bare:  # nothing to protect yet: the transaction itself is its savepoint
        try:
            return unit, unit.work(tx), None
        except DatabaseError:
            raise
        except Exception as error:
            raise _RolledBack(error) from error
    connection.exec_driver_sql("SAVEPOINT unit")
    try:
        result = unit.work(tx)
    except Exception as error:
        try:
            connection.exec_driver_sql("ROLLBACK TO unit")
            connection.exec_driver_sql("RELEASE unit")
        except DatabaseError as gone:
            # A full disk has rolled the whole transaction back; every unit of the group hears why.
            raise (error if isinstance(error, DatabaseError) else gone) from error
        return unit, None, storage_error(error) if isinstance(error, DatabaseError) else error
    connection.exec_driver_sql("RELEASE unit")
    return unit, result, None


def _resolve(future: "Future[Any]", result: Any, error: BaseException | None) -> None:  # noqa: ANN401
    try:
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
    except InvalidStateError:
        pass


def storage_error(error: DatabaseError) -> Exception:
    """The sentence for what the database refused; an error of the statement itself (a constraint) stays what it is."""
    sentence = sentence_of(error.orig)
    return StorageError(sentence) if sentence else error


def sentence_of(cause: BaseException | None) -> str | None:
    """What to tell people of an error of SQLite's; None for an error of the statement itself."""
    return {
        sqlite3.SQLITE_FULL: "磁盘满了，数据库写不进去；请腾出空间，消息会自动接着处理",
        sqlite3.SQLITE_READONLY: "数据库是只读的；请检查文件和所在文件夹的写权限",
        sqlite3.SQLITE_IOERR: "读写数据库文件出错；请检查磁盘",
        sqlite3.SQLITE_CORRUPT: "数据库文件损坏；请停机并从备份恢复",
        sqlite3.SQLITE_NOTADB: "这个文件不是数据库；请检查 [database] url",
        sqlite3.SQLITE_CANTOPEN: "打不开数据库文件；请检查路径和权限",
        sqlite3.SQLITE_BUSY: "数据库正被别的程序占用；稍后会自动再试",
    }.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
