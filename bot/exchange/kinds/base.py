"""What a kind of table is: its columns, how a row finds the noun it speaks of, what becomes of it, and how it is written back."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from bot.domain.values import CustomerId
from bot.exchange.columns import Column
from bot.exchange.company import Company
from bot.exchange.spool import Similar
from bot.exchange.wrong import WrongCell
from prompts import exchange as say
from storage.transaction import Reader, Transaction

T = TypeVar("T")
Level = Literal["error", "doubt", "warning"]


@dataclass(frozen=True, slots=True)
class Remark:
    """What is the matter with a row; ``column`` is the title of the one concerned, empty for the whole row."""

    level: Level
    column: str
    text: str


@dataclass(slots=True)
class Given:
    """A row as it was read: values by column name, an empty cell is absent.

    ``target`` is the noun that it was found or decided to be; ``judged`` says that likenesses were looked for already.
    """

    line: int
    values: dict[str, Any]
    remarks: list[Remark] = field(default_factory=list)
    id: str = ""
    target: Sequence[str] | None = None
    repeats: bool = False
    judged: bool = False

    def wrong(self, column: str, text: str) -> None:
        self.remarks.append(Remark("error", column, text))

    @property
    def bad(self) -> bool:
        return any(remark.level == "error" for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which import writes, and when."""

    batch: int
    at: datetime


# Turns what a cell said into what the noun keeps.
Link = Callable[[Company, Given, Any], Any]


@dataclass(frozen=True, slots=True)
class Ref:
    """A column that names another noun: ``field`` keeps its id, ``find`` finds it, ``name`` writes it."""

    field: str
    find: Link
    name: Callable[[Company, Any], str | None]


def _member(company: Company, given: Given, said: str) -> Any:  # noqa: ANN401
    return company.member(said).id


def _customer(company: Company, given: Given, said: str) -> Any:  # noqa: ANN401
    found, remark = company.customer(said)
    if remark and not any(other.text == remark for other in given.remarks):
        given.remarks.append(Remark("warning", "客户", remark))
    return found.id


OWNER = Ref("owner_id", _member, lambda company, value: company.called(value))
MANAGER = Ref("manager_id", _member, lambda company, value: company.called(value))
CUSTOMER = Ref("customer_id", _customer, lambda company, value: company.customer_name(value))


class Kind(Generic[T]):
    """One kind of table; subclasses say what is theirs.

    ``name`` is the word of the command line, ``title`` the word for people; ``refs`` are the columns that name other nouns (all others
    fill the field of their own name). ``repeated`` says whether two lines of a file about the same noun are a mistake or a doubt.
    ``speaks`` marks kinds whose names the bot listens for in chat. ``at_once`` kinds are written in one piece.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    refs: ClassVar[Mapping[str, Ref]] = {}
    noun: type[T]
    repeated: ClassVar[Level] = "doubt"
    speaks: ClassVar[bool] = False
    at_once: ClassVar[bool] = False

    @cached_property
    def adapter(self) -> "TypeAdapter[Any]":
        """The noun as JSON and back, for the journal of imports."""
        return TypeAdapter(self.noun)

    def key(self, given: Given, company: Company) -> str:
        """What makes two lines of a file the same noun; empty when nothing does. Raises WrongCell."""
        raise NotImplementedError

    def label(self, given: Given) -> str:
        """How a row is called in the report."""
        raise NotImplementedError

    def prepare(self, rows: Iterable[Given], company: Company, *, update: bool = False) -> None:
        """Look at all rows before any is judged; ``update`` says that doubtful ones are to be taken for what they are like."""

    def read_ahead(self, rows: Sequence[Given], company: Company) -> None:
        """Read what a chunk of rows will ask for."""
        if "customer" in self.refs:
            company.read_customers(row.values["customer"] for row in rows if "customer" in row.values)

    def find(self, given: Given, company: Company) -> T | None:
        """The noun that a row is about. Raises WrongCell."""
        raise NotImplementedError

    def contradicts(self, given: Given, found: T) -> str:
        """Why the noun that a row found may be another after all; empty when nothing speaks against it."""
        return ""

    def alike(self, given: Given, company: Company) -> Sequence[Similar]:
        """For a row that found nothing: nouns that it may be about after all."""
        return ()

    def born(self, given: Given, company: Company) -> dict[str, Any]:
        """What a new noun has that no column says."""
        return {"id": given.id}

    def value(self, column: Column, said: Any, old: T | None, given: Given, company: Company) -> Any:  # noqa: ANN401
        """What the noun keeps of what the cell said. Raises WrongCell."""
        ref = self.refs.get(column.name)
        if ref is None:
            return said
        kept = getattr(old, ref.field) if old is not None else None
        return kept if kept is not None and ref.name(company, kept) == said else ref.find(company, given, said)

    def merge(self, given: Given, old: T | None, company: Company) -> T:
        """The noun with the row laid over it; empty cells leave what is there. What cannot be is remarked on the row."""
        new: dict[str, Any] = {}
        for column in self.columns:
            if column.name in given.values:
                try:
                    new[self.field(column)] = self.value(column, given.values[column.name], old, given, company)
                except WrongCell as error:
                    given.wrong(column.title, str(error))
        if given.bad:
            raise WrongCell(say.BAD_ROW)
        return replace(old, **new) if old is not None else self.noun(**{**self.born(given, company), **new})  # type: ignore[type-var]

    def field(self, column: Column) -> str:
        """The field that a column fills."""
        return self.refs[column.name].field if column.name in self.refs else column.name

    def check(self, new: T, old: T | None, given: Given, company: Company) -> Iterator[Remark]:
        """What is to be said about the noun as it would be."""
        yield from ()

    def held(self, column: Column, item: T, company: Company) -> Any:  # noqa: ANN401
        """What the noun holds for a column; names instead of ids."""
        value = getattr(item, self.field(column))
        ref = self.refs.get(column.name)
        return ref.name(company, value) if ref and value is not None else value

    def shown(self, item: T, company: Company) -> dict[str, Any]:
        """Every column as a cell, None for an empty one."""
        held = ((column, self.held(column, item, company)) for column in self.columns)
        return {column.name: None if value in (None, "", ()) else column.sort.show(value) for column, value in held}

    def subject(self, item: T) -> list[str]:
        """The primary key."""
        return [item.id]  # type: ignore[attr-defined]

    def get(self, reader: Reader, subject: Sequence[str]) -> T | None:
        """The noun with this primary key."""
        raise NotImplementedError

    def each(self, reader: Reader) -> Iterator[T]:
        """All of them, streamed."""
        raise NotImplementedError

    def save(self, tx: Transaction, item: T, old: T | None, stamp: Stamp) -> None:
        raise NotImplementedError

    def finish(self, tx: Transaction, written: Sequence[tuple[T, T | None]], stamp: Stamp) -> None:
        """What can be done only when all rows of the step stand in the table; (new, old) each."""

    def let_go(self, tx: Transaction, item: T) -> None:
        """Loosen what ties a noun to others of its kind before they are removed; :meth:`finish` ties it again."""

    def remove(self, tx: Transaction, item: T) -> None:
        raise NotImplementedError

    def customer_id(self, item: T, company: Company) -> CustomerId | None:
        """The customer whose visibility decides who may see the noun; None for what belongs to none."""
        return getattr(item, "customer_id", None)


def owner_remarks(new: Any, old: Any, company: Company) -> Iterator[Remark]:  # noqa: ANN401
    """An owner should be somebody who sells and is still here."""
    if new.owner_id is None or (old is not None and old.owner_id == new.owner_id):
        return
    person = company.everybody().get(new.owner_id)
    if person is not None and not person.active:
        yield Remark("error", "负责人", say.inactive_owner(person.name))
    elif person is not None and not {"rep", "manager"} & set(person.roles):
        yield Remark("warning", "负责人", say.owner_is_no_rep(person.name))
