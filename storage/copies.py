"""A copy of a database while its service goes on writing.

``VACUUM INTO`` and not SQLite's backup API: it reads one snapshot in one go, so writers never make it start again, and it leaves out free
pages, so that what was deleted is not in the copy either.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.domain.errors import StorageError, os_reason
from storage.store import sentence_of

# How many of SQLite's own steps pass between two calls of ``beat``.
STEPS = 200_000


def copy_database(source: Path, target: Path, beat: Callable[[], None] = lambda: None) -> None:
    """Write a whole, compact copy of ``source`` to the new file ``target``; nothing is left of it when that fails. Raises StorageError."""
    if not source.is_file():
        raise StorageError(f"没有数据库 {source}；请检查 [database] url")
    try:
        with closing(sqlite3.connect(source)) as connection:
            connection.set_progress_handler(beat, STEPS)
            connection.execute("VACUUM INTO ?", (str(target),))
        target.chmod(0o600)
        sync(target)
    except (sqlite3.Error, OSError) as error:
        target.unlink(missing_ok=True)
        why = os_reason(error) if isinstance(error, OSError) else sentence_of(error)
        raise StorageError(f"数据库没有复制成：{why or error}") from error


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
