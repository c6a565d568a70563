"""What members answered to the privacy notice."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.domain.values import MemberId
from storage.repositories.rows import by, many, one, values
from storage.tables import consent


@dataclass(frozen=True, slots=True)
class Consent:
    """One answer: to which version of the notice, when, by which event of a platform."""

    member_id: MemberId
    version: str
    agreed: bool
    at: datetime
    event_id: str | None = None


COLUMNS = [consent.c[name] for name in Consent.__dataclass_fields__]
OF = by(consent, "member_id").with_only_columns(*COLUMNS)
NEWEST = OF.order_by(consent.c.id.desc()).limit(1)
NEW = consent.insert()


class Consents:
    """Every answer is kept; the newest counts."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, item: Consent) -> None:
        self._db.execute(NEW, values(item))

    def newest(self, member_id: MemberId) -> Consent | None:
        return one(Consent, self._db.execute(NEWEST, {"member_id": member_id}).first())

    def of(self, member_id: MemberId) -> list[Consent]:
        """Every answer of a member, oldest first."""
        return many(Consent, self._db.execute(OF.order_by(consent.c.id), {"member_id": member_id}))
