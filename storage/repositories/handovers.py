"""All that one person looks after, moved to another in one step: customers, open leads, opportunities."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Column, Connection, Table, func, select, update

from bot.domain.customer import LeadState
from bot.domain.understood import Stage
from bot.domain.values import CustomerId, MemberId
from storage.tables import customer, lead, opportunity, timer

BATCH = 500
ENDED = (Stage.LOST, Stage.PAID)
MOVED = {"customers": customer, "leads": lead, "opportunities": opportunity}


@dataclass(frozen=True, slots=True)
class Holdings:
    """The ids of what somebody looks after."""

    customers: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    opportunities: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.customers or self.leads or self.opportunities)


class Handovers:
    """Moves owners; who may do that is the caller's question."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def of(self, member: MemberId) -> Holdings:
        """Everything that would move."""
        going = opportunity.c.stage.not_in(ENDED)
        return Holdings(
            self._ids(customer, customer.c.owner_id == member),
            self._ids(lead, lead.c.owner_id == member, lead.c.state == LeadState.OPEN),
            self._ids(opportunity, opportunity.c.owner_id == member, going),
        )

    def reminders(self, leads: Sequence[str]) -> int:
        """How many open timers speak of these leads; they go where the leads go."""
        found = 0
        for some in _batches(leads):
            query = select(func.count()).select_from(timer).where(timer.c.state == "open", timer.c.subject.in_(some))
            found += int(self._db.execute(query).scalar_one())
        return found

    def move(self, things: Holdings, giver: MemberId, taker: MemberId | None) -> Holdings:
        """Give ``taker`` (None: nobody) what of these ``giver`` still has; what was moved."""
        return Holdings(**{name: self._move(table, getattr(things, name), giver, taker) for name, table in MOVED.items()})

    def _move(self, table: Table, ids: Sequence[str], giver: MemberId, taker: MemberId | None) -> tuple[str, ...]:
        moved: list[str] = []
        for some in _batches(ids):
            mine = (table.c.id.in_(some), table.c.owner_id == giver)
            moved += self._db.execute(update(table).where(*mine).values(owner_id=taker).returning(table.c.id)).scalars()
        return tuple(sorted(moved))

    def _ids(self, table: Table, *where: object) -> tuple[str, ...]:
        key: Column[str] = table.c.id
        return tuple(self._db.execute(select(key).where(*where).order_by(key)).scalars())  # type: ignore[arg-type]

    def names(self, ids: Sequence[str]) -> dict[CustomerId, str]:
        """What customers are called."""
        found: dict[CustomerId, str] = {}
        for some in _batches(ids):
            found |= {row.id: row.name for row in self._db.execute(select(customer.c.id, customer.c.name).where(customer.c.id.in_(some)))}
        return found


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, BATCH)):
        yield some
