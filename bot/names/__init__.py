"""The customer names that understanding knows, kept in step with the table and with what the teams have taught."""

import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.domain.calendar import Calendar
from bot.domain.customer import Contact, Customer
from bot.domain.errors import StorageError
from bot.domain.member import Member, team_of
from bot.domain.values import CustomerId
from storage.repositories.aliases import TeamAlias
from storage.store import Store
from storage.transaction import Reader as Records

if TYPE_CHECKING:  # the dictionaries load after the port listens
    from bot.understanding import KnownCustomer, Names, Reader
    from bot.understanding.names import View

log = logging.getLogger(__name__)
# How soon a customer that another process wrote (an import beside the service) is known in chat.
WATCH_SECONDS = 2.0
# More changes than this are read as a whole.
ONE_BY_ONE = 1_000


class Book:
    """Loads after the port listens, because nobody should wait for a dictionary; texts that come before wait for it."""

    def __init__(self, store: Store, calendar: Calendar) -> None:
        self._store = store
        self._calendar = calendar
        self._names: Names | None = None
        self._reader: asyncio.Future[Reader] | None = None
        self._learned: dict[str, dict[str, str]] = {}
        self._teams: dict[str, tuple[Reader, Names]] = {}
        self._seen = 0
        self._meanwhile: set[CustomerId] | None = None

    async def load(self) -> None:
        """Read all names and warm the dictionaries up; until that is done, texts are read with the names as they were before."""
        self._meanwhile = set()
        self._seen = await self._store.read(lambda r: r.name_changes.last())
        customers, people, colleagues = await self._store.read(_everything)
        self._learn(await self._store.read(lambda r: r.aliases.all()))
        names, reader = await asyncio.to_thread(self._build, customers, people, colleagues)
        if self._reader is not None and self._reader.done():
            self._reader = None
        self._names, self._teams = names, {}
        self._ready().set_result(reader)
        meanwhile, self._meanwhile = self._meanwhile, None
        await self.refresh(meanwhile)
        log.info("names loaded customers=%s", len(customers))

    async def watch(self) -> None:
        """Load, then keep up with what other processes write."""
        await self.load()
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.catch_up()
            except StorageError as error:
                log.warning("names could not be read again: %s", error)

    async def catch_up(self) -> None:
        """Read again what another process has changed since the last look."""
        changes = await self._store.read(lambda r: r.name_changes.since(self._seen, ONE_BY_ONE + 1))
        if not changes:
            return
        if len(changes) > ONE_BY_ONE or any(customer is None for _, customer in changes):
            await self.load()
            return
        await self.refresh({customer for _, customer in changes if customer})
        self._seen = changes[-1][0]

    async def reader(self) -> "Reader":
        """The reader, once it is loaded."""
        return await asyncio.shield(self._ready())

    async def reader_for(self, member: Member) -> "Reader":
        """The reader that knows what the member's team calls its customers, once it is loaded."""
        return (await self._team(member))[0]

    async def at_hand(self, member: Member) -> "tuple[Reader, View]":
        """The same, and the names as they are now."""
        reader, names = await self._team(member)
        return reader, await asyncio.to_thread(names.view)

    async def refresh(self, changed: Iterable[CustomerId]) -> None:
        """Read these customers again."""
        changed = list(changed)
        if self._meanwhile is not None:
            self._meanwhile.update(changed)
        await self.reader()
        for customer_id in changed:
            customer, people = await self._store.read(lambda r, c=customer_id: (r.customers.get(c), r.customers.contacts(c)))  # type: ignore[misc]
            if self._names is not None and customer is None:
                await asyncio.to_thread(self._names.remove, customer_id)
            elif self._names is not None and customer is not None:
                await asyncio.to_thread(self._names.put, _known(customer, people))
                taught = await self._store.read(lambda r, c=customer_id: r.aliases.of(c))  # type: ignore[misc]
                self._forget(customer_id)
                self._learn(taught)

    def _learn(self, aliases: Iterable[TeamAlias]) -> None:
        for alias in aliases:
            self._learned[alias.team] = {**self._learned.get(alias.team, {}), alias.said: alias.customer_id}

    def _forget(self, customer_id: CustomerId) -> None:
        # New dictionaries each time: a message is read against the old one to its end.
        for team, names in self._learned.items():
            if customer_id in names.values():
                self._learned[team] = {said: id for said, id in names.items() if id != customer_id}

    async def _team(self, member: Member) -> "tuple[Reader, Names]":
        reader, team = await self.reader(), team_of(member)
        if self._names is None:
            raise LookupError("a reader without names")
        if team not in self._learned:
            return reader, self._names
        if team not in self._teams:
            self._teams[team] = self._taught(self._names, team)
        return self._teams[team]

    def _taught(self, house: "Names", team: str) -> "tuple[Reader, Names]":
        from bot.names.teams import TeamNames
        from bot.understanding import Reader

        names = TeamNames(house, lambda: self._learned[team])
        return Reader(names, self._calendar), names

    def _ready(self) -> "asyncio.Future[Reader]":
        if self._reader is None:
            self._reader = asyncio.get_running_loop().create_future()
        return self._reader

    def _build(self, customers: list[Customer], people: dict[str, list[Contact]], colleagues: list[str]) -> "tuple[Names, Reader]":
        from bot.understanding import Names, Reader

        names = Names([_known(c, people.get(c.id, [])) for c in customers], colleagues)
        return names, Reader(names, self._calendar)


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
