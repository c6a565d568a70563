"""The floor under everything durable: what this disk and the bare driver do, measured in the same run."""

import os
import queue
import sqlite3
import threading
import time
from pathlib import Path

GROUP = 32


def syncs(folder: Path, seconds: float) -> float:
    """Appends of 4 KiB with fdatasync, per second."""
    page = b"x" * 4096
    count = 0
    file = os.open(folder / "sync.bin", os.O_WRONLY | os.O_CREAT)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        os.write(file, page)
        os.fdatasync(file)
        count += 1
    os.close(file)
    return count / seconds


def raw_writer(folder: Path, seconds: float) -> float:
    """Accepts per second of a bare sqlite3 writer thread: an inbox row and a job row each, 32 to a commit, WAL and FULL."""
    waiting: queue.Queue[int | None] = queue.Queue(maxsize=GROUP)
    done = [0]

    def write() -> None:
        connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
        connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE inbox(id INTEGER PRIMARY KEY, event TEXT UNIQUE, payload TEXT);"
            "CREATE TABLE job(id INTEGER PRIMARY KEY, key TEXT UNIQUE, lane TEXT, payload TEXT);"
        )
        running = True
        while running:
            batch: list[int | None] = [waiting.get()]
            while len(batch) < GROUP and not waiting.empty():
                batch.append(waiting.get())
            running = None not in batch
            numbers = [n for n in batch if n is not None]
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO inbox(event, payload) VALUES (?, ?)", [(str(n), "x" * 200) for n in numbers])
            connection.executemany("INSERT INTO job(key, lane, payload) VALUES (?, 'm', '{}')", [(str(n),) for n in numbers])
            connection.execute("COMMIT")
            done[0] += len(numbers)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    end = time.perf_counter() + seconds
    number = 0
    while time.perf_counter() < end:
        waiting.put(number)
        number += 1
    waiting.put(None)
    thread.join()
    return done[0] / seconds
