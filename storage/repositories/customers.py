"""Customers and the people there."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, or_, select

from bot.domain.access import Sight
from bot.domain.customer import Contact, Customer
from bot.domain.values import CustomerId
from storage.repositories.rows import by, like, many, one, save
from storage.repositories.shelf import Shelf
from storage.repositories.visible import any_of, customers_seen
from storage.tables import contact, customer

PEOPLE = by(contact, "customer_id").order_by(contact.c.id)


class Customers:
    """The customer table."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def save(self, item: Customer) -> None:
        save(self._db, customer, item)

    def get(self, customer_id: CustomerId) -> Customer | None:
        return one(Customer, self._db.execute(by(customer, "id"), {"id": customer_id}).first())

    def called(self, name: str) -> Customer | None:
        """The customer of exactly this full name."""
        return one(Customer, self._db.execute(by(customer, "name"), {"name": name}).first())

    def known_as(self, name: str) -> list[Customer]:
        """The customers that the table gives this name or alias, letter case aside."""
        said = name.lower()
        named = or_(func.lower(customer.c.name) == said, any_of(self._db, customer.c.aliases, lambda alias: func.lower(alias) == said))
        return many(Customer, self._db.execute(select(customer).where(named).order_by(customer.c.id)))

    def all(self) -> list[Customer]:
        return many(Customer, self._db.execute(select(customer).order_by(customer.c.id)))

    def each(self) -> Iterator[Customer]:
        """All of them, a few at a time."""
        return Shelf(self._db, Customer, customer).each()

    def of(self, sight: Sight, limit: int = 50) -> list[Customer]:
        """The customers that somebody sees, newest first."""
        seen = customers_seen(self._db, sight)
        query = select(customer).where(seen).order_by(customer.c.created_at.desc(), customer.c.id).limit(limit)
        return many(Customer, self._db.execute(query))

    def count(self, sight: Sight) -> int:
        """How many customers :meth:`of` would find without its limit."""
        seen = customers_seen(self._db, sight)
        return int(self._db.execute(select(func.count()).select_from(customer).where(seen)).scalar_one())

    def find(self, fragment: str, sight: Sight, limit: int = 10) -> list[Customer]:
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
            any_of(self._db, customer.c.aliases, lambda alias: alias.like(pattern, escape="\\")),
            customer.c.id.in_(people),
        )
        query = select(customer).where(named, customers_seen(self._db, sight)).order_by(customer.c.name).limit(limit)
        return many(Customer, self._db.execute(query))

    def add_contact(self, person: Contact) -> None:
        save(self._db, contact, person)

    def contacts(self, customer_id: CustomerId) -> list[Contact]:
        return many(Contact, self._db.execute(PEOPLE, {"customer_id": customer_id}))

    def with_contact(self, name: str, sight: Sight, limit: int) -> list[tuple[Customer, Contact]]:
        """The visible customers that have a person of exactly this name, with that person."""
        query = (
            select(customer, contact.c.id.label("contact_id"))
            .join(contact, contact.c.customer_id == customer.c.id)
            .where(contact.c.name == name, customers_seen(self._db, sight))
            .order_by(customer.c.name)
            .limit(limit)
        )
        rows = [(row.contact_id, {c.name: row._mapping[c.name] for c in customer.c}) for row in self._db.execute(query)]
        people = {c.id: c for c in many(Contact, self._db.execute(select(contact).where(contact.c.id.in_([id_ for id_, _ in rows]))))}
        return [(Customer(**values), people[contact_id]) for contact_id, values in rows]

    def all_contacts(self) -> Sequence[Contact]:
        return many(Contact, self._db.execute(select(contact).order_by(contact.c.customer_id, contact.c.id)))
