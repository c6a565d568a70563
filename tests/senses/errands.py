"""Functions that the tests send to a child process."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy

from bot.domain.errors import StorageError, UserError

warm: list[int] = []


def add(a: int, b: int) -> int:
    return a + b


def times_called() -> int:
    warm.append(1)
    return len(warm)


def environment(name: str) -> str | None:
    return os.environ.get(name)


def niceness() -> int:
    return os.nice(0)


def count_to(n: int) -> Iterator[int]:
    yield from range(1, n + 1)


def one_then_hang() -> Iterator[int]:
    yield 1
    hang()


def hang() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # nothing short of SIGKILL ends it
    time.sleep(600)


def start_and_hang(note: Path) -> None:
    note.write_text(str(os.getpid()))
    hang()


def segfault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def big(megabytes: int) -> int:
    return int(numpy.ones(megabytes * 2**20, dtype=numpy.uint8).sum())


def chatter() -> str:
    os.write(1, b"a library prints this\n")
    print("and this")
    return "heard"


def refuse() -> None:
    raise UserError("这个文件是空的")


def full_disk() -> None:
    raise StorageError("磁盘满了")


def stumble() -> None:
    raise ZeroDivisionError("by zero")


def unsendable() -> object:
    return lambda: None
