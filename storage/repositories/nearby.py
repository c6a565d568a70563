"""What somebody is likely to speak of: the customers told of last, the people there, the products."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from bot.domain.access import Sight
from bot.domain.customer import Contact, Customer
from bot.domain.values import CustomerId, MemberId
from storage.repositories.rows import many
from storage.repositories.visible import customers_seen
from storage.tables import activity, contact, customer, price


class Nearby:
    """Names near a member."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def customers(self, member_id: MemberId, sight: Sight, since: datetime, limit: int) -> list[Customer]:
        """Visible customers: those the member has told of ``since``, newest first, then the member's own, then the others."""
        told = (
            select(activity.c.customer_id, func.max(activity.c.last_piece_at).label("at"))
            .where(activity.c.member_id == member_id, activity.c.last_piece_at >= since)
            .group_by(activity.c.customer_id)
            .subquery()
        )
        own = case((customer.c.owner_id == member_id, 0), else_=1)
        order = (told.c.at.is_(None), told.c.at.desc(), own, customer.c.created_at.desc(), customer.c.id)
        query = select(customer).outerjoin(told, told.c.customer_id == customer.c.id).where(customers_seen(self._db, sight))
        return many(Customer, self._db.execute(query.order_by(*order).limit(limit)))

    def contacts(self, ids: Sequence[CustomerId]) -> list[Contact]:
        """The people at these customers."""
        return many(Contact, self._db.execute(select(contact).where(contact.c.customer_id.in_(ids)).order_by(contact.c.id)))

    def products(self, limit: int) -> list[str]:
        """Names of products on the price list."""
        return list(self._db.execute(select(price.c.name).distinct().order_by(price.c.name).limit(limit)).scalars())
