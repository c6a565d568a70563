"""The names under which teams speak of customers, learned from answers."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.domain.values import CustomerId, MemberId
from storage.repositories.rows import by, many, one, save
from storage.tables import alias

OF = by(alias, "customer_id").order_by(alias.c.team, alias.c.said)


@dataclass(frozen=True, slots=True)
class TeamAlias:
    """``said`` (lower case) means this customer in this team; ``member_id`` is who said so."""

    team: str
    said: str
    customer_id: CustomerId
    member_id: MemberId
    at: datetime


class Aliases:
    """The learned names: one customer for each name of a team."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: TeamAlias) -> None:
        """Learn a name; what it meant to the team before is forgotten."""
        save(self._db, alias, item)

    def get(self, team: str, said: str) -> TeamAlias | None:
        return one(TeamAlias, self._db.execute(by(alias, "team", "said"), {"team": team, "said": said}).first())

    def of(self, customer_id: CustomerId) -> list[TeamAlias]:
        """Every team's names for a customer."""
        return many(TeamAlias, self._db.execute(OF, {"customer_id": customer_id}))

    def taught(self, team: str, ids: Collection[CustomerId]) -> list[TeamAlias]:
        """A team's names for some customers."""
        query = select(alias).where(alias.c.team == team, alias.c.customer_id.in_(ids)).order_by(alias.c.said)
        return many(TeamAlias, self._db.execute(query))

    def all(self) -> list[TeamAlias]:
        return many(TeamAlias, self._db.execute(select(alias).order_by(alias.c.team, alias.c.said)))

    def forget(self, item: TeamAlias) -> None:
        self._db.execute(delete(alias).where(alias.c.team == item.team, alias.c.said == item.said))
