"""What WeCom needs remembered; see ``storage/tables/wecom.py``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from storage.repositories.rows import by, insert, many, one, save
from storage.tables import wecom_code, wecom_sent, wecom_shot


@dataclass(frozen=True, slots=True)
class SentPart:
    """One message of WeCom's. ``key`` is our message's, ``taps`` what each button key of a card stands for.

    ``guarded`` tells whether WeCom was asked to deliver an equal request only once.
    """

    key: str
    part: int
    chat: str
    digest: str
    guarded: bool
    begun_at: datetime
    sent_at: datetime | None = None
    msgid: str | None = None
    task_id: str | None = None
    card: str | None = None
    taps: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResponseCode:
    """Replaces the card of a task once; ``tapped`` tells a code that came with a tap."""

    code: str
    task_id: str
    user_id: str
    tapped: bool
    at: datetime
    used: bool = False


class WecomRows:
    """The three tables."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def part(self, key: str, part: int) -> SentPart | None:
        return one(SentPart, self._db.execute(by(wecom_sent, "key", "part"), {"key": key, "part": part}).first())

    def card_of(self, key: str) -> SentPart | None:
        """The card among the parts of a message."""
        rows = self._db.execute(select(wecom_sent).where(wecom_sent.c.key == key, wecom_sent.c.task_id.is_not(None)).limit(1))
        return one(SentPart, rows.first())

    def task(self, task_id: str) -> SentPart | None:
        return one(SentPart, self._db.execute(by(wecom_sent, "task_id"), {"task_id": task_id}).first())

    def save(self, part: SentPart) -> None:
        save(self._db, wecom_sent, part)

    def repeats(self, key: str, chat: str, digest: str, since: datetime) -> bool:
        """Whether the chat got the same words under another key lately."""
        query = select(wecom_sent.c.key).where(
            wecom_sent.c.chat == chat, wecom_sent.c.sent_at > since, wecom_sent.c.digest == digest, wecom_sent.c.key != key
        )
        return self._db.execute(query.limit(1)).first() is not None

    def newest_but(self, chat: str, skip: int) -> datetime | None:
        """When the newest message but ``skip`` went to a chat."""
        query = select(wecom_sent.c.sent_at).where(wecom_sent.c.chat == chat, wecom_sent.c.sent_at.is_not(None))
        return self._db.execute(query.order_by(wecom_sent.c.sent_at.desc()).offset(skip).limit(1)).scalar()

    def keep_code(self, code: ResponseCode) -> None:
        """Note a code; one that is known stays as it is."""
        new = insert(wecom_code).values(
            code=code.code, task_id=code.task_id, user_id=code.user_id, tapped=code.tapped, at=code.at, used=code.used
        )
        self._db.execute(new.on_conflict_do_nothing())

    def codes(self, task_id: str, since: datetime) -> list[ResponseCode]:
        """The codes of a task that are neither used nor older than ``since``, oldest first."""
        query = select(wecom_code).where(wecom_code.c.task_id == task_id, ~wecom_code.c.used, wecom_code.c.at > since)
        return many(ResponseCode, self._db.execute(query.order_by(wecom_code.c.at, wecom_code.c.tapped)))

    def tapped(self, task_id: str) -> bool:
        """Whether somebody tapped the card of a task."""
        query = select(wecom_code.c.code).where(wecom_code.c.task_id == task_id, wecom_code.c.tapped)
        return self._db.execute(query.limit(1)).first() is not None

    def spend(self, code: str) -> None:
        """A code is good once, whatever came of it."""
        self._db.execute(update(wecom_code).where(wecom_code.c.code == code).values(used=True))

    def shot(self, user: str, md5s: Sequence[str], at: datetime) -> None:
        """The camera took these pictures."""
        for md5 in md5s:
            new = insert(wecom_shot).values(user_id=user, md5=md5, at=at)
            self._db.execute(new.on_conflict_do_update(index_elements=["user_id", "md5"], set_={"at": new.excluded.at}))

    def shots(self, user: str, since: datetime) -> frozenset[str]:
        """The MD5s of what the camera of a user took since."""
        query = select(wecom_shot.c.md5).where(wecom_shot.c.user_id == user, wecom_shot.c.at > since)
        return frozenset(self._db.execute(query).scalars())

    def forget(self, before: datetime) -> None:
        """Drop what is of no use any more."""
        self._db.execute(delete(wecom_sent).where(wecom_sent.c.begun_at < before))
        self._db.execute(delete(wecom_code).where(wecom_code.c.at < before))
        self._db.execute(delete(wecom_shot).where(wecom_shot.c.at < before))
