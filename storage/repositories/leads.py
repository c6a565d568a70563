"""Leads, and the question that the morning list asks of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from bot.domain.access import Sight
from bot.domain.customer import Customer, Lead, LeadState
from bot.domain.values import CustomerId, LeadId, MemberId
from storage.repositories.rows import by, many, one, save
from storage.repositories.visible import leads_of
from storage.tables import customer, lead, member

OPEN_OF = by(lead, "customer_id", "state").order_by(lead.c.last_action_at.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class StaleLead:
    """A line of the morning list, with how many its rep has in the same product line."""

    lead: Lead
    customer_name: str
    region: str | None
    owner_name: str | None
    group_total: int


class Leads:
    """The lead table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: Lead) -> None:
        save(self._db, lead, item)

    def get(self, lead_id: LeadId) -> Lead | None:
        return one(Lead, self._db.execute(by(lead, "id"), {"id": lead_id}).first())

    def all(self) -> list[Lead]:
        return many(Lead, self._db.execute(select(lead).order_by(lead.c.id)))

    def open_of(self, customer_id: CustomerId) -> Lead | None:
        """The customer's open lead that moved last."""
        return one(Lead, self._db.execute(OPEN_OF, {"customer_id": customer_id, "state": LeadState.OPEN}).first())

    def newest_of(self, customer_id: CustomerId) -> Lead | None:
        """The customer's lead that moved last, open or not."""
        query = select(lead).where(lead.c.customer_id == customer_id).order_by(lead.c.last_action_at.desc())
        return one(Lead, self._db.execute(query.limit(1)).first())

    def due(self, owner: MemberId, sight: Sight, until: date, limit: int = 20) -> Sequence[tuple[Lead, Customer]]:
        """A rep's open leads, as far as ``sight`` goes, whose promised date has come, oldest first."""
        mine = lead.c.owner_id == owner
        return self._with_customers(mine, leads_of(self._db, sight), lead.c.next_on <= until, order=lead.c.next_on, limit=limit)

    def idle(self, sight: Sight, before: datetime, limit: int = 20, *, since: datetime | None = None) -> Sequence[tuple[Lead, Customer]]:
        """Open leads that ``sight`` reaches without action since ``before``, the last one not before ``since``; longest first."""
        moved = [lead.c.last_action_at >= since] if since else []
        return self._with_customers(
            leads_of(self._db, sight), lead.c.last_action_at < before, *moved, order=lead.c.last_action_at, limit=limit
        )

    def count_idle(self, sight: Sight, before: datetime | None = None) -> int:
        """How many open leads that ``sight`` reaches had no action since ``before``; all open ones without it."""
        idle = [lead.c.last_action_at < before] if before else []
        query = select(func.count()).select_from(lead).where(lead.c.state == LeadState.OPEN, leads_of(self._db, sight), *idle)
        return int(self._db.execute(query).scalar_one())

    def stale(
        self,
        now: datetime,
        today: date,
        before: datetime,
        region: str | None,
        per_owner: int,
        owner: MemberId | None = None,
        sight: Sight | None = None,
    ) -> list[StaleLead]:
        """What belongs on the morning list: open, not snoozed, next step not still to come, no action since ``before``.

        The first ``per_owner`` of each rep and product line, the newly broken first; for a group all, for somebody what ``sight`` reaches.
        The cost grows with what is stale, not with what is open.
        """
        of_region = func.coalesce(member.c.region, customer.c.region)
        group = [of_region, lead.c.owner_id, lead.c.product_line]
        ranked = (
            select(
                lead,
                customer.c.name.label("customer_name"),
                of_region.label("region"),
                member.c.name.label("owner_name"),
                func.row_number().over(partition_by=group, order_by=[lead.c.last_action_at.desc(), lead.c.id]).label("place"),
                func.count().over(partition_by=group).label("group_total"),
            )
            .join(customer, customer.c.id == lead.c.customer_id)
            .outerjoin(member, member.c.id == lead.c.owner_id)
            .where(
                lead.c.state == LeadState.OPEN,
                lead.c.last_action_at < before,
                or_(lead.c.snoozed_until.is_(None), lead.c.snoozed_until <= now),
                or_(lead.c.next_on.is_(None), lead.c.next_on < today),
                *([] if region is None else [of_region == region]),
                *([] if owner is None else [lead.c.owner_id == owner]),
                *([] if sight is None else [leads_of(self._db, sight)]),
            )
            .subquery()
        )
        query = (
            select(ranked)
            .where(ranked.c.place <= per_owner)
            .order_by(*(ranked.c[name] for name in ("region", "product_line", "owner_name", "owner_id", "place")))
        )
        return [_stale(row) for row in self._db.execute(query).mappings()]

    def change(self, lead_id: LeadId, seen: datetime, **new: object) -> bool:
        """Set columns if nobody moved the lead since ``seen``; whether it was done."""
        query = update(lead).where(lead.c.id == lead_id, lead.c.last_action_at == seen, lead.c.state == LeadState.OPEN).values(new)
        return self._db.execute(query).rowcount == 1

    def _with_customers(self, *where: ColumnElement[bool], order: ColumnElement[object], limit: int) -> Sequence[tuple[Lead, Customer]]:
        query = select(lead.c.id, lead.c.customer_id).where(lead.c.state == LeadState.OPEN, *where).order_by(order, lead.c.id).limit(limit)
        found = self._db.execute(query).all()
        leads = {x.id: x for x in many(Lead, self._db.execute(select(lead).where(lead.c.id.in_([row.id for row in found]))))}
        wanted = [row.customer_id for row in found]
        customers = {x.id: x for x in many(Customer, self._db.execute(select(customer).where(customer.c.id.in_(wanted))))}
        return [(leads[row.id], customers[row.customer_id]) for row in found]


def _stale(row: object) -> StaleLead:
    data = dict(row)  # type: ignore[call-overload]
    return StaleLead(
        lead=Lead(**{c.name: data[c.name] for c in lead.c}),
        customer_name=data["customer_name"],
        region=data["region"],
        owner_name=data["owner_name"],
        group_total=data["group_total"],
    )
