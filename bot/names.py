"""The customer names that understanding knows, kept in step with the table."""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.domain.calendar import Calendar
from bot.domain.customer import Contact, Customer
from bot.domain.values import CustomerId
from storage.store import Store
from storage.transaction import Reader as Records

if TYPE_CHECKING:  # the dictionaries load after the port listens
    from bot.understanding import KnownCustomer, Names, Reader
    from bot.understanding.names import View

log = logging.getLogger(__name__)


class Book:
    """Loads after the port listens, because nobody should wait for a dictionary; texts that come before wait for it."""

    def __init__(self, store: Store, calendar: Calendar) -> None:
        self._store = store
        self._calendar = calendar
        self._names: Names | None = None
        self._reader: asyncio.Future[Reader] | None = None

    async def load(self) -> None:
        """Read all names and warm the dictionaries up."""
        customers, people, colleagues = await self._store.read(_everything)
        reader = await asyncio.to_thread(self._build, customers, people, colleagues)
        self._ready().set_result(reader)
        log.info("names loaded customers=%s", len(customers))

    async def reader(self) -> "Reader":
        """The reader, once it is loaded."""
        return await asyncio.shield(self._ready())

    async def at_hand(self) -> "tuple[Reader, View]":
        """The reader, and the names as they are now."""
        reader = await self.reader()
        if self._names is None:
            raise LookupError("a reader without names")
        return reader, await asyncio.to_thread(self._names.view)

    async def refresh(self, changed: Iterable[CustomerId]) -> None:
        """Read these customers again."""
        await self.reader()
        for customer_id in changed:
            customer, people = await self._store.read(lambda r, c=customer_id: (r.customers.get(c), r.customers.contacts(c)))  # type: ignore[misc]
            if self._names is not None and customer is not None:
                await asyncio.to_thread(self._names.put, _known(customer, people))

    def _ready(self) -> "asyncio.Future[Reader]":
        if self._reader is None:
            self._reader = asyncio.get_running_loop().create_future()
        return self._reader

    def _build(self, customers: list[Customer], people: dict[str, list[Contact]], colleagues: list[str]) -> "Reader":
        from bot.understanding import Names, Reader

        self._names = Names([_known(c, people.get(c.id, [])) for c in customers], colleagues)
        return Reader(self._names, self._calendar)


def _everything(records: Records) -> tuple[list[Customer], dict[str, list[Contact]], list[str]]:
    people: dict[str, list[Contact]] = {}
    for contact in records.customers.all_contacts():
        people.setdefault(contact.customer_id, []).append(contact)
    return records.customers.all(), people, [m.name for m in records.members.org().members.values()]


def _known(customer: Customer, people: Iterable[Contact]) -> "KnownCustomer":
    from bot.understanding import KnownContact, KnownCustomer

    return KnownCustomer(
        id=customer.id,
        name=customer.name,
        aliases=customer.aliases,
        industry=customer.industry,
        contacts=tuple(KnownContact(p.name, p.title, p.department) for p in people),
        owner=customer.owner_id,
        address=customer.address,
    )
