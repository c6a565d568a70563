"""One process per SQLite file: a lock that the kernel drops when the process ends, however it ends."""

import fcntl
import os
from pathlib import Path

from bot.domain.errors import StorageError, os_reason


class ProcessLock:
    """Held from construction to :meth:`release`. Raises StorageError when another process holds it."""

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StorageError(f"写不了 {path}：{os_reason(error)}；请检查数据库所在文件夹的权限") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._file)
            raise StorageError(f"另一个进程正在使用数据库 {database}；先停掉它，或换一个数据库文件") from error

    def release(self) -> None:
        os.close(self._file)
