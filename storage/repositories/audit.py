"""The audit log: append-only, who changed what, from what to what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.domain.values import MemberId
from storage.repositories.rows import by, many
from storage.tables import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change."""

    id: int
    at: datetime
    member_id: MemberId | None
    action: str
    subject: str
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    event_id: str | None


NEW = audit.insert()
OF = by(audit, "subject").order_by(audit.c.id)


class Audit:
    """Writes and reads the log; there is no way to change it."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def note(
        self,
        at: datetime,
        member_id: MemberId | None,
        action: str,
        subject: str,
        *,
        old: Mapping[str, Any] | None = None,
        new: Mapping[str, Any] | None = None,
        event_id: str | None = None,
    ) -> None:
        row = {"at": at, "member_id": member_id, "action": action, "subject": subject, "old": old, "new": new, "event_id": event_id}
        self._db.execute(NEW, row)

    def of(self, subject: str) -> list[AuditEntry]:
        """All changes of one thing, oldest first."""
        return many(AuditEntry, self._db.execute(OF, {"subject": subject}))
