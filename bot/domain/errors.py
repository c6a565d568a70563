"""Errors that people see or the machine must tell apart.

GenjinError
├── UserError        somebody asked for what cannot be done; the sentence goes to them, nothing is changed
├── StorageError     the database refused: full, read-only, locked by another process, damaged
└── PlatformError    a chat platform did not take a message; ``retry_after`` says when to try again, ``final`` that it is no use
"""


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
