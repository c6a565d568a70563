"""Customers and the people there."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Connection, String, cast, or_, select

from bot.domain.customer import Contact, Customer
from bot.domain.values import CustomerId, MemberId
from storage.repositories.rows import like, many, one, save
from storage.tables import contact, customer


class Customers:
    """The customer table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: Customer) -> None:
        save(self._db, customer, item)

    def get(self, customer_id: CustomerId) -> Customer | None:
        return one(Customer, self._db.execute(select(customer).where(customer.c.id == customer_id)).first())

    def called(self, name: str) -> Customer | None:
        """The customer of exactly this full name."""
        return one(Customer, self._db.execute(select(customer).where(customer.c.name == name)).first())

    def all(self) -> list[Customer]:
        return many(Customer, self._db.execute(select(customer).order_by(customer.c.id)))

    def of(self, owners: Collection[MemberId] | None, viewer: MemberId, limit: int = 50) -> list[Customer]:
        """Customers whose owner is one of ``owners`` (None: anybody) or who let ``viewer`` in, newest first."""
        query = select(customer).where(_visible(owners, viewer)).order_by(customer.c.created_at.desc(), customer.c.id).limit(limit)
        return many(Customer, self._db.execute(query))

    def find(self, fragment: str, owners: Collection[MemberId] | None, viewer: MemberId, limit: int = 10) -> list[Customer]:
        """Visible customers whose name or alias contains the fragment, or where a contact's name or phone number does."""
        pattern = like(fragment)
        people = select(contact.c.customer_id).where(
            or_(
                contact.c.name.like(pattern, escape="\\"),
                contact.c.phone.like(pattern[:-1] if fragment.isdigit() else pattern, escape="\\"),
            )
        )
        named = or_(
            customer.c.name.like(pattern, escape="\\"),
            cast(customer.c.aliases, String).like(like(_as_stored(fragment)), escape="\\"),
            customer.c.id.in_(people),
        )
        query = select(customer).where(named, _visible(owners, viewer)).order_by(customer.c.name).limit(limit)
        return many(Customer, self._db.execute(query))

    def add_contact(self, person: Contact) -> None:
        save(self._db, contact, person)

    def contacts(self, customer_id: CustomerId) -> list[Contact]:
        return many(Contact, self._db.execute(select(contact).where(contact.c.customer_id == customer_id).order_by(contact.c.id)))

    def all_contacts(self) -> Sequence[Contact]:
        return many(Contact, self._db.execute(select(contact).order_by(contact.c.customer_id, contact.c.id)))


def _visible(owners: Collection[MemberId] | None, viewer: MemberId) -> ColumnElement[bool]:
    if owners is None:
        return customer.c.id.is_not(None)
    return or_(customer.c.owner_id.in_(sorted(owners)), cast(customer.c.partners, String).like(f'%"{viewer}"%'))


def _as_stored(fragment: str) -> str:
    # JSON columns hold non-ASCII text escaped.
    return fragment.encode("ascii", "backslashreplace").decode("ascii")
