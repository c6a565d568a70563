"""The one thing that the bot has asked somebody and waits for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete

from bot.domain.values import MemberId
from storage.repositories.rows import by, one, save
from storage.tables import question


@dataclass(frozen=True, slots=True)
class Question:
    """An open question: at most one per member and chat. ``card`` is the card that asks it."""

    chat: str
    member_id: MemberId
    kind: str
    subject: str
    card: str
    asked_at: datetime


class Questions:
    """The open questions."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def ask(self, item: Question) -> None:
        """Ask; an older question of the same member and chat is dropped."""
        save(self._db, question, item)

    def open(self, chat: str, member_id: MemberId) -> Question | None:
        return one(Question, self._db.execute(by(question, "chat", "member_id"), {"chat": chat, "member_id": member_id}).first())

    def close(self, chat: str, member_id: MemberId) -> None:
        self._db.execute(delete(question).where(question.c.chat == chat, question.c.member_id == member_id))
