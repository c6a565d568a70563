"""What the rows of a table are held against: the colleagues, customers and contracts that there are."""

import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from functools import cached_property

from bot.domain.clock import local_day
from bot.domain.contract import Contract, ContractId
from bot.domain.customer import Customer
from bot.domain.member import Member, Org
from bot.domain.values import CustomerId, MemberId, Money
from bot.exchange.cells import plain
from bot.exchange.similar import same_but_for_form, shape
from bot.exchange.spool import Similar, Spool
from bot.exchange.wrong import WrongCell
from prompts import exchange as say
from storage.repositories.shelf import Shelf
from storage.tables import customer
from storage.transaction import Reader

NUMBERED = re.compile(r"(.+?)[\s(（]+([A-Za-z0-9_-]+)[)）]?")


class Company:
    """Look-ups for one reading or writing transaction; what a chunk of rows names is read in one question."""

    def __init__(self, reader: Reader, now: datetime, spool: Spool) -> None:
        self.reader = reader
        self.now = now.astimezone(UTC)
        self.spool = spool
        self._called: dict[str, Customer | None] = {}
        self._by_id: dict[CustomerId, Customer] = {}
        self._contracts: dict[str, Contract | None] = {}
        self._received: dict[ContractId, Money] = {}
        self._asked: tuple[str, list[Similar]] = ("", [])
        self.people: Collection[Member] = ()

    def turn(self) -> None:
        """The next chunk of rows: what was read for the last one is let go."""
        self._called.clear()
        self._by_id.clear()
        self._contracts.clear()

    @property
    def today(self) -> date:
        return local_day(self.now)

    @cached_property
    def org(self) -> Org:
        return self.reader.members.org()

    # Colleagues

    def everybody(self) -> dict[MemberId, Member]:
        """The table, and over it the people of the file that is being read."""
        return {**self.org.members, **{person.id: person for person in self.people}}

    @cached_property
    def _by_word(self) -> dict[str, list[Member]]:
        words: dict[str, list[Member]] = {}
        for person in self.everybody().values():
            for word in {person.name, person.employee_no or ""} - {""}:
                words.setdefault(plain(word), []).append(person)
        return words

    def forget_people(self, people: Collection[Member]) -> None:
        """From here on these people of the file can be named too."""
        self.people = people
        self.__dict__.pop("_by_word", None)

    def member(self, said: str) -> Member:
        """The colleague of this name or number. Raises WrongCell when there is none, or more than one."""
        found = self._by_word.get(plain(said), [])
        if not found and (m := NUMBERED.fullmatch(said)):
            found = [person for person in self._by_word.get(plain(m[2]), []) if plain(person.name) == plain(m[1])]
        if not found:
            raise WrongCell(say.no_colleague(said))
        if len(active := [person for person in found if person.active]) == 1:
            return active[0]
        if len(found) > 1:
            raise WrongCell(say.which_colleague(said, [person.employee_no or say.NO_NUMBER for person in found]))
        return found[0]

    def called(self, member_id: MemberId | None) -> str | None:
        """How a colleague is written: the name, with the number where two have the same."""
        person = self.everybody().get(member_id) if member_id else None
        if person is None:
            return None
        alone = len(self._by_word.get(plain(person.name), [])) == 1
        return person.name if alone or not person.employee_no else f"{person.name}({person.employee_no})"

    # Customers

    def read_customers(self, names: Iterable[str]) -> None:
        """Look these names up together."""
        wanted = set(names) - self._called.keys()
        found = {item.name: item for item in Shelf(self.reader.connection, Customer, customer).among("name", wanted)}
        for name in wanted:
            self._called[name] = found.get(name)

    def customer_called(self, name: str) -> Customer | None:
        """The customer of exactly this name."""
        if name not in self._called:
            self.read_customers([name])
        return self._called[name]

    def customer(self, said: str) -> tuple[Customer, str | None]:
        """The customer that a row belongs to, and what is to be remarked about it. Raises WrongCell with the likest names."""
        if found := self.customer_called(said):
            return found, say.taken_for(said, found.name) if found.name != said else None
        alike = self.similar(said)
        sure = [one for one in alike if one.score == 1.0 or one.alias or same_but_for_form(shape(one.name), shape(said))]
        if len({one.customer for one in sure}) == 1 and sure[0].customer:
            item = self.customer_of_id(CustomerId(sure[0].customer))
            if item is not None:
                self._called[said] = item
                return item, say.taken_for(said, item.name)
        raise WrongCell(say.no_customer(said, [one.name for one in alike]))

    def similar(self, name: str) -> list[Similar]:
        """Customers of the table, and lines of the file, with a name like this."""
        if not self.spool.named:
            for item in self.reader.customers.each():
                self.spool.add_name(item.name, item.id)
                for alias in item.aliases:
                    self.spool.add_name(alias, item.id, alias=True)
            self.spool.named = True
        if self._asked[0] != name:
            self._asked = (name, self.spool.similar(name))
        return self._asked[1]

    def read_ids(self, ids: Iterable[CustomerId]) -> None:
        wanted = set(ids) - self._by_id.keys()
        for item in Shelf(self.reader.connection, Customer, customer).among("id", wanted):
            self._by_id[item.id] = item

    def customer_of_id(self, customer_id: CustomerId) -> Customer | None:
        if customer_id not in self._by_id:
            self.read_ids([customer_id])
        return self._by_id.get(customer_id)

    def customer_name(self, customer_id: CustomerId) -> str | None:
        item = self.customer_of_id(customer_id)
        return item.name if item else None

    # Contracts

    def read_contracts(self, numbers: Iterable[str]) -> None:
        wanted = set(numbers) - self._contracts.keys()
        found = {item.no: item for item in self.reader.contracts.among("no", wanted)}
        for number in wanted:
            self._contracts[number] = found.get(number)
        fresh = [item.id for item in found.values() if item.id not in self._received]
        self._received.update(dict.fromkeys(fresh, Money(0)) | self.reader.payments.received(fresh))

    def contract(self, no: str) -> Contract:
        """The contract of this number. Raises WrongCell."""
        found = self.contract_or_none(no)
        if found is None:
            raise WrongCell(say.no_contract(no))
        return found

    def contract_or_none(self, no: str) -> Contract | None:
        if no not in self._contracts:
            self.read_contracts([no])
        return self._contracts[no]

    def contract_of_id(self, contract_id: ContractId) -> Contract | None:
        return self.reader.contracts.get(contract_id)

    def received(self, contract_id: ContractId) -> Money:
        """What has arrived on a contract, the rows before this one included."""
        return self._received.get(contract_id, Money(0))

    def receive(self, contract_id: ContractId, amount: Money) -> None:
        """Count a row of the file as arrived."""
        self._received[contract_id] = Money(self.received(contract_id).fen + amount.fen)
