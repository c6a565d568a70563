"""Errors that people see or the machine must tell apart.

GenjinError
├── UserError        somebody asked for what cannot be done; the sentence goes to them, nothing is changed
├── StorageError     the database refused: full, read-only, locked by another process, damaged
└── PlatformError    a chat platform did not take a message; ``retry_after`` says when to try again, ``final`` that it is no use
"""

import errno

OS_REASONS = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中间有一段是文件，不是文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EEXIST: "已经有同名的文件或文件夹",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.EROFS: "这个磁盘是只读的",
    errno.ENAMETOOLONG: "文件名太长",
    errno.EMFILE: "打开的文件太多",
    errno.EIO: "磁盘读写出错",
    errno.EBUSY: "文件正被占用",
    errno.EADDRINUSE: "已经有程序在用",
    errno.EADDRNOTAVAIL: "这台机器没有这个地址",
}


def os_reason(error: OSError) -> str:
    """Why the system refused a file, for a sentence of ours; rare reasons as the system calls them."""
    return OS_REASONS.get(error.errno or 0) or error.strerror or str(error)


class GenjinError(Exception):
    """Base of all errors of our own."""


class UserError(GenjinError):
    """A refusal with the Chinese sentence to show; the transaction is rolled back."""


class StorageError(GenjinError):
    """The database cannot do it now; the sentence says why and what to do."""


class PlatformError(GenjinError):
    """A send, update or download failed.

    Args:
        reason: for logs and the dead letters; never a secret.
        retry_after: seconds to wait before the next try, when the platform said so.
        final: trying again is no use (the chat is gone, the message is refused).
    """

    def __init__(self, reason: str, *, retry_after: float | None = None, final: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.final = final
