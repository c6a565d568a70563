"""Messages that were written for reps to send, and what became of them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select

from bot.domain.values import ActivityId, CustomerId, MemberId
from storage.repositories.rows import by, one, save
from storage.tables import draft

LAST = by(draft, "member_id", "chat").order_by(draft.c.at.desc(), draft.c.id).limit(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message in several wordings, (tone, text) each; ``chosen`` is the one the rep took, ``activity_id`` the record of its sending."""

    id: str
    member_id: MemberId
    chat: str
    at: datetime
    occasion: str
    versions: tuple[tuple[str, str], ...]
    chosen: int = 0
    customer_id: CustomerId | None = None
    contact: str | None = None
    activity_id: ActivityId | None = None


class Drafts:
    """The drafts."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: Draft) -> None:
        save(self._db, draft, item)

    def get(self, draft_id: str) -> Draft | None:
        return self._one(by(draft, "id"), {"id": draft_id})

    def last_of(self, member_id: MemberId, chat: str) -> Draft | None:
        """The newest one that a member was given in a chat."""
        return self._one(LAST, {"member_id": member_id, "chat": chat})

    def _one(self, query: Select[Any], given: dict[str, str]) -> Draft | None:
        found = one(Draft, self._db.execute(query, given).first())
        return found and _typed(found)


def _typed(item: Draft) -> Draft:
    # JSON gives lists.
    return replace(item, versions=tuple((tone, text) for tone, text in item.versions))
