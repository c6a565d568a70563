"""The audit log: append-only, who changed what, from what to what.

The database refuses every change (triggers beside the table). Each entry carries a hash over itself and the entry before it, so that
whoever works around the triggers is found out by :meth:`Audit.broken`. The values enter the chain as a salted digest: when a person's data
must go, values and salt are taken away and the chain still holds.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, null, or_, select, update

from bot.domain.values import MemberId
from storage.repositories.rows import by, many
from storage.tables import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. ``redacted_at`` is when its values were taken away for good."""

    id: int
    at: datetime
    member_id: MemberId | None
    action: str
    subject: str
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    event_id: str | None
    redacted_at: datetime | None = None


SHOWN = [audit.c[name] for name in AuditEntry.__dataclass_fields__]
NEW = audit.insert()
OF = by(audit, "subject").order_by(audit.c.id).with_only_columns(*SHOWN)
LAST = select(audit.c.chain).order_by(audit.c.id.desc()).limit(1)
AFTER = select(*SHOWN).where(audit.c.id > bindparam("after")).order_by(audit.c.id)
WHOLE = select(audit).order_by(audit.c.id)
PAGE = 500


class Audit:
    """Writes and reads the log; there is no way to change an entry, and one way to empty it of its values."""

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
        """Append. ``subject`` is an id, never a name or a number of somebody: it stays for ever."""
        row = {"at": at, "member_id": member_id, "action": action, "subject": subject, "event_id": event_id}
        salt = secrets.token_hex(8)
        digest = _digest(salt, old, new)
        chain = _link(self._db.execute(LAST).scalar(), row, digest)
        self._db.execute(NEW, {**row, "old": old, "new": new, "salt": salt, "digest": digest, "chain": chain})

    def actions(self, action: str) -> list[AuditEntry]:
        """All changes of one sort, oldest first."""
        return many(AuditEntry, self._db.execute(select(*SHOWN).where(audit.c.action == action).order_by(audit.c.id)))

    def last_by(self, member_id: MemberId, action: str) -> AuditEntry | None:
        """The newest change of a sort that a member made."""
        mine = select(*SHOWN).where(audit.c.member_id == member_id, audit.c.action == action)
        return next(iter(many(AuditEntry, self._db.execute(mine.order_by(audit.c.id.desc()).limit(1)))), None)

    def of(self, subject: str) -> list[AuditEntry]:
        """All changes of one thing, oldest first."""
        return many(AuditEntry, self._db.execute(OF, {"subject": subject}))

    def all(self, after: int = 0) -> Iterator[AuditEntry]:
        """Every entry after an id, oldest first, a page at a time in bounded memory."""
        rows = self._db.execute(AFTER.execution_options(yield_per=PAGE), {"after": after})
        return (AuditEntry(**row._mapping) for row in rows)

    def redact(self, subjects: Sequence[str], words: Sequence[str], at: datetime) -> int:
        """Take the values out of every entry about ``subjects`` or that has one of ``words`` as a value; how many. The fact stays."""
        told = [cast(values, Text).contains(json.dumps(word), autoescape=True) for values in (audit.c.old, audit.c.new) for word in words]
        gone = {"old": null(), "new": null(), "salt": null(), "redacted_at": at}
        query = update(audit).where(or_(audit.c.subject.in_(subjects), *told), audit.c.redacted_at.is_(None))
        return self._db.execute(query.values(gone)).rowcount

    def broken(self) -> int | None:
        """The id of the first entry that is not what was written, or stands where another was; None when all is well.

        Entries of before there was a chain are not judged.
        """
        before: str | None = None
        for row in self._db.execute(WHOLE.execution_options(yield_per=PAGE)):
            item = dict(row._mapping)
            if item["chain"] is None and before is None:
                continue
            values = item["redacted_at"] is not None or item["digest"] == _digest(item["salt"], item["old"], item["new"])
            if not values or item["chain"] != _link(before, item, item["digest"]):
                return int(item["id"])
            before = item["chain"]
        return None


def _digest(salt: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    return hashlib.sha256(f"{salt}{json.dumps([old, new], sort_keys=True)}".encode()).hexdigest()


def _link(before: str | None, row: Mapping[str, Any], digest: str) -> str:
    at = row["at"].astimezone(UTC).isoformat()
    facts = [before, at, row["member_id"], row["action"], row["subject"], row["event_id"], digest]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
